import json

from .models.account_payment_method import SUPPLIER_CODE

BEARER_FIELD = "property_inbound_payment_method_line_id"


def uninstall_hook(env):
    """Take away what neither the host nor a foreign key would."""
    _forget_bearers(env)
    _forget_inheritance(env)


def _forget_bearers(env):
    """Take our bearers off the customers.

    The customer's default bearer is kept per company in a JSON column; orders and invoices empty
    themselves when the bearers go with their charge type.
    """
    bearers = env["account.payment.method.line"].search(
        [("payment_method_id.code", "=", SUPPLIER_CODE)]
    )
    field = env["ir.model.fields"]._get("res.partner", BEARER_FIELD)
    # The defaults first: through them every customer without an own bearer would be found.
    env["ir.default"].search([("field_id", "=", field.id)]).filtered(
        lambda default: json.loads(default.json_value) in bearers.ids
    ).unlink()
    everything = env(context={**env.context, "active_test": False})
    for company in everything["res.company"].search([]):
        partners = everything["res.partner"].with_company(company)
        partners.search([(BEARER_FIELD, "in", bearers.ids)]).write({BEARER_FIELD: False})


def _forget_inheritance(env):
    """Remove the XML ids by which the host noted that our models inherit from mail.thread.

    It notes them under each module that extends mail.thread, and leaves them when we go.
    """
    env["ir.model.data"].search(
        [
            ("model", "=", "ir.model.inherit"),
            ("module", "!=", "supplier_credit"),
            ("name", "=like", r"model\_inherit\_\_supplier\_credit\_%"),
        ]
    ).unlink()
