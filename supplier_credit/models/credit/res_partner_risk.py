from odoo import models
from odoo.fields import Domain

from ...const import BEARER_FIELD
from ...tools.finished_class import replace_method


class ResPartner(models.Model):
    """OCA's financial risk, which sales on Supplier's credit are none of: Supplier bears it.

    Its addons account_financial_risk and sale_financial_risk are no dependency.
    """

    _inherit = "res.partner"

    def _register_hook(self):
        super()._register_hook()
        replace_method(
            self.env.registry["res.partner"], "_risk_account_groups", _risk_account_groups
        )
        replace_method(
            self.env.registry["res.partner"],
            "_get_risk_sale_order_domain",
            _get_risk_sale_order_domain,
        )
        replace_method(self.env.registry["account.move"], "risk_exception_msg", _risk_exception_msg)
        replace_method(
            self.env.registry["sale.order"], "evaluate_risk_message", _evaluate_risk_message
        )


def _exclude_ours(env, path):
    """Return the domain of the records whose document is not on Supplier's credit.

    :param path: the field of the document
    """
    ours = env["account.payment.method.line"]._get_supplier_bearer_ids()
    return Domain(f"{path}.{BEARER_FIELD}", "not in", list(ours)) if ours else Domain.TRUE


def _risk_account_groups(risk_account_groups, partners):
    others = _exclude_ours(partners.env, "move_id")
    groups = risk_account_groups(partners)
    return {name: {**group, "domain": group["domain"] & others} for name, group in groups.items()}


def _get_risk_sale_order_domain(get_risk_sale_order_domain, partners):
    return get_risk_sale_order_domain(partners) & _exclude_ours(partners.env, "order_id")


def _risk_exception_msg(risk_exception_msg, move):
    return "" if move._filter_supplier_credit() else risk_exception_msg(move)


def _evaluate_risk_message(evaluate_risk_message, order, partner):
    return "" if order._filter_supplier_credit() else evaluate_risk_message(order, partner)
