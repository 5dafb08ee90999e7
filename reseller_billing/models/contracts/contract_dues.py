from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.periods import Period, get_period
from .due import SETTLED_STATES


class Owed(NamedTuple):
    """What a fatura can bill: a due that is known already, or the values of one, or both."""

    values: dict
    known: models.BaseModel

    @property
    def plan(self):
        plans = self.known.env["reseller.billing.plan"]
        return plans.browse(self.values["plan_id"]) if self.values else self.known.plan_id

    @property
    def quantity(self):
        return self.values["quantity"] if self.values else self.known.quantity

    @property
    def price(self):
        return self.values["price"] if self.values else self.known.price

    @property
    def amount(self):
        return self.values["amount"] if self.values else self.known.amount

    @property
    def explanation(self):
        return self.values["explanation"] if self.values else self.known.explanation

    def describe(self):
        """Return (plan, first day, last day, explanation, amount in BRL)."""
        days = self.values or {name: self.known[name] for name in ("date_start", "date_end")}
        explanation = self.explanation
        return self.plan.name, days["date_start"], days["date_end"], explanation, self.amount


class ResellerBillingContract(models.Model):
    """What the plans of a contract owe for a month, each line for itself."""

    _inherit = "reseller.billing.contract"

    def _get_known_dues(self, first):
        """Return {contract: its dues} of months from one on, and those for the next fatura.

        :param first: first day of a month
        """
        dues = self.env["reseller.billing.due"].sudo()
        found = dues.search(
            [
                ("contract_id", "in", self.ids),
                "|",
                ("month", ">=", first),
                ("state", "=", "queued"),
            ],
            order="id",
        ).grouped("contract_id")
        return {contract: found.get(contract.sudo(), dues) for contract in self}

    def _get_owed(self, month, known=None):
        """Return what a contract owes for a month and is not billed yet, plan by plan.

        What waits for the next fatura is owed, too.

        :param month: first day of the reference month
        :param known: dues of `_get_known_dues`, read here if left out
        :return: list of `Owed`
        """
        self.ensure_one()
        if not month:
            return []
        known = self._get_known_dues(month)[self] if known is None else known
        lines = self.line_ids.filtered(lambda line: line._is_due(month))
        owed = [one for one in (line._get_owed(month, known) for line in lines) if one]
        listed = known.browse().union(*(one.known for one in owed))
        waiting = known.filtered(lambda due: due.state == "queued" and due.month <= month)
        return owed + [Owed({}, due) for due in waiting - listed]

    def _get_owed_without_plan(self, month, amount, known=None):
        """Return what a contract without plans owes for a month: what somebody enters, once.

        :raise UserError: naming the fatura that bills the month
        """
        self.ensure_one()
        known = self._get_known_dues(month)[self] if known is None else known
        due = known.filtered(lambda due: not due.plan_id and due.month == month)[:1]
        if due.state in SETTLED_STATES:
            raise UserError(self._explain_nothing_owed(month, due))
        period = get_period(month, 1)
        values = self._prepare_due(self.env["reseller.billing.plan"], month, period)
        values |= {"quantity": 1.0, "price": amount, "amount": amount, "explanation": False}
        return [Owed(values, due)]

    def _prepare_due(self, plan, month, period):
        """Return the values of a due that say whose it is and for which days."""
        return {
            "contract_id": self.id,
            "plan_id": plan.id,
            "month": month,
            "date_start": period.start,
            "date_end": period.end,
        }

    def _explain_nothing_owed(self, month, dues):
        """Return why a contract owes no monthly fee for a month."""
        name = f"{month.month:02}/{month.year}"
        if faturas := dues.filtered(lambda due: due.state == "billed").fatura_id:
            return self.env._(
                "The monthly fee of %(month)s of %(contract)s is billed already by %(faturas)s. "
                "Open that one, cancel it to make another, or bill something else than the "
                "monthly fee.",
                month=name,
                contract=self.display_name,
                faturas=", ".join(faturas.mapped("display_name")),
            )
        return self.env._(
            "No plan of %(contract)s is billed in %(month)s. Choose another month, or bill "
            "something else than the monthly fee.",
            contract=self.display_name,
            month=name,
        )

    def _describe_owed(self, owed, month, year):
        """Return the description of a fatura that has none of its own."""
        plans = self.line_ids.plan_id
        plans = plans.browse(one.plan.id for one in owed if one.plan) or plans
        names = ", ".join(plans.mapped("name")) or self.name
        return f"{names} {month}/{year}" if month and year else names

    def _explain_share(self, period: Period, whole: Period, amount):
        """Return how the share of an amount (BRL) for some days was calculated."""
        return self.env._(
            "%(days)s of %(whole)s days (%(start)s to %(end)s) of %(amount)s",
            days=period.days,
            whole=whole.days,
            start=format_date(self.env, period.start),
            end=format_date(self.env, period.end),
            amount=self.currency_id.format(amount),
        )
