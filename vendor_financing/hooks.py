import json

from .const import VENDOR_METHOD_CODE


def uninstall_hook(env):
    """Take away what neither the host nor a foreign key would."""
    _forget_bearers(env)
    _forget_notes(env)


def _forget_bearers(env):
    """Forget the Vendor bearers where the host would keep their ids.

    The charge type goes with the addon's data and takes its bearers along; the columns of
    orders and invoices are foreign keys and empty themselves. The default bearer of a
    customer is kept per company in a JSON column without a foreign key, so it is emptied
    here, before the bearers go.
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


def _forget_notes(env):
    """Remove the XML ids that the host's mail module noted about our models as its own.

    It notes that they inherit its mixins, and the values of the selections that come with them, and
    leaves both when we go.
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
