import json

from .const import ACTIVITY_TYPE, VENDOR_METHOD_CODE


def uninstall_hook(env):
    """Delete what neither the host nor a foreign key deletes."""
    _clear_default_bearers(env)
    _delete_notices(env)
    _delete_foreign_xml_ids(env)


def _clear_default_bearers(env):
    """Clear the Vendor bearers where the host would keep their ids.

    The charge type is deleted with the addon's data, and its bearers with it; the columns of
    orders and invoices are foreign keys and are cleared by them. The default bearer of a
    customer is stored per company in a JSON column without a foreign key, so it is cleared
    here, before the bearers are deleted.
    """
    bearers = env["account.payment.method.line"].search(
        [("payment_method_id.code", "=", VENDOR_METHOD_CODE)]
    )
    if not bearers:
        return
    fname = "property_inbound_payment_method_line_id"
    # Defaults first: every customer without a bearer of its own would be found through them.
    field = env["ir.model.fields"]._get("res.partner", fname)
    defaults = env["ir.default"].search([("field_id", "=", field.id)])
    defaults.filtered(lambda d: json.loads(d.json_value) in bearers.ids).unlink()
    for company in env["res.company"].with_context(active_test=False).search([]):
        partners = (
            env["res.partner"]
            .with_company(company)
            .with_context(active_test=False)
            .search([(fname, "in", bearers.ids)])
        )
        partners.write({fname: False})


def _delete_notices(env):
    """Delete the activities of the addon's own type: the host would keep the type for them."""
    notices = env["mail.activity"].with_context(active_test=False)
    notices.search([("activity_type_id", "=", env.ref(ACTIVITY_TYPE).id)]).unlink()


def _delete_foreign_xml_ids(env):
    """Delete the XML ids that the host's mail module holds on parts of the addon's models.

    It records the mixins that the models inherit, and the values of the selections that come with
    them, as its own, and leaves both when the addon is uninstalled.
    """
    for model, name in (
        ("ir.model.inherit", r"model\_inherit\_\_vendor\_financing\_%"),
        ("ir.model.fields.selection", r"selection\_\_vendor\_financing\_%"),
    ):
        env["ir.model.data"].search(
            [
                ("model", "=", model),
                ("module", "!=", "vendor_financing"),
                ("name", "=like", name),
            ]
        ).unlink()
