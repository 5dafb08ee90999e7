import json

from .const import ACTIVITY_TYPE, SUPPLIER_CODE
from .models.common.restore import forget_mark

DEFAULT_BEARER_FIELD = "property_inbound_payment_method_line_id"


def uninstall_hook(env):
    """Remove what neither the host nor a foreign key removes, and keep what the law asks for."""
    _keep_nfe_files(env)
    _clear_bearers(env)
    _delete_notices(env)
    forget_mark(env)
    _delete_foreign_xml_ids(env)


def _keep_nfe_files(env):
    """Make ordinary attachments of the authorised NF-e of invoices and credit notes.

    Issuer and recipient keep them for as long as the tax law asks; with their field the host would
    delete the files.
    """
    env.flush_all()
    env.cr.execute(
        """
        UPDATE ir_attachment file
           SET res_field = NULL, name = move.supplier_nfe_key || '-procNFe.xml'
          FROM account_move move
         WHERE file.res_model = 'account.move' AND file.res_id = move.id
           AND file.res_field = 'supplier_nfe_file' AND move.supplier_nfe_key IS NOT NULL
        """
    )
    env.invalidate_all()


def _clear_bearers(env):
    """Clear Supplier's bearers on customers, in every company.

    A customer's default bearer is stored per company in a JSON column, which no foreign key clears;
    those of orders and invoices are cleared when the bearers are deleted with their charge type.
    """
    bearers = env["account.payment.method.line"].search(
        [("payment_method_id.code", "=", SUPPLIER_CODE)]
    )
    field = env["ir.model.fields"]._get("res.partner", DEFAULT_BEARER_FIELD)
    # The defaults first: by them every customer without a bearer of its own would be found.
    env["ir.default"].search([("field_id", "=", field.id)]).filtered(
        lambda default: json.loads(default.json_value) in bearers.ids
    ).unlink()
    everything = env(context={**env.context, "active_test": False})
    for company in everything["res.company"].search([]):
        partners = everything["res.partner"].with_company(company)
        partners.search([(DEFAULT_BEARER_FIELD, "in", bearers.ids)]).write(
            {DEFAULT_BEARER_FIELD: False}
        )


def _delete_notices(env):
    """Delete the activities of the addon's type, which keep the type from being deleted."""
    notice_type = env.ref(ACTIVITY_TYPE, raise_if_not_found=False)
    if notice_type:
        activities = env["mail.activity"].with_context(active_test=False)
        activities.search([("activity_type_id", "=", notice_type.id)]).unlink()


def _delete_foreign_xml_ids(env):
    """Delete the XML ids that the host's mail module registered as its own for our models.

    They are of the inheritance of its mixins and of the selections that come with these; the host
    leaves both behind.
    """
    for model, name in (
        ("ir.model.inherit", r"model\_inherit\_\_supplier\_credit\_%"),
        ("ir.model.fields.selection", r"selection\_\_supplier\_credit\_%"),
    ):
        env["ir.model.data"].search(
            [
                ("model", "=", model),
                ("module", "!=", "supplier_credit"),
                ("name", "=like", name),
            ]
        ).unlink()
