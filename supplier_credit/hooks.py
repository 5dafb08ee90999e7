import json

from .const import SUPPLIER_CODE

DEFAULT_BEARER_FIELD = "property_inbound_payment_method_line_id"


def uninstall_hook(env):
    """Take away what neither the host nor a foreign key would."""
    _forget_bearers(env)
    _forget_notes(env)


def _forget_bearers(env):
    """Take our bearers off the customers.

    The customer's default bearer is kept per company in a JSON column; orders and invoices empty
    themselves when the bearers go with their charge type.
    """
    bearers = env["account.payment.method.line"].search(
        [("payment_method_id.code", "=", SUPPLIER_CODE)]
    )
    field = env["ir.model.fields"]._get("res.partner", DEFAULT_BEARER_FIELD)
    # The defaults first: through them every customer without an own bearer would be found.
    env["ir.default"].search([("field_id", "=", field.id)]).filtered(
        lambda default: json.loads(default.json_value) in bearers.ids
    ).unlink()
    everything = env(context={**env.context, "active_test": False})
    for company in everything["res.company"].search([]):
        partners = everything["res.partner"].with_company(company)
        partners.search([(DEFAULT_BEARER_FIELD, "in", bearers.ids)]).write(
            {DEFAULT_BEARER_FIELD: False}
        )


def _forget_notes(env):
    """Remove the XML ids that the host's mail module noted about our models as its own.

    It notes that they inherit its mixins, and the values of the selections that come with them, and
    leaves both when we go.
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
