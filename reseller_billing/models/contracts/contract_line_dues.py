from odoo import models

from ...tools.periods import get_period, get_share
from .contract_dues import Owed
from .due import SETTLED_STATES


class ResellerBillingContractLine(models.Model):
    """What a plan of a contract owes for a period."""

    _inherit = "reseller.billing.contract.line"

    def _get_owed(self, month, known):
        """Return what this plan owes for the period that begins in a month; None if it is settled.

        :param month: first day of the reference month
        :param known: the contract's dues of this month
        :return: `Owed`
        """
        self.ensure_one()
        period = self._get_period(month)
        same = known.filtered(
            lambda due: due.plan_id.id == self.plan_id.id
            and due.month == month
            and due.date_start <= period.end
            and due.date_end >= period.start
        )
        if any(due.state in SETTLED_STATES for due in same):
            return None
        due = same[:1]
        if due.state == "queued":
            return Owed({}, due)
        return Owed(self._prepare_due(month, period), due)

    def _get_period(self, month):
        """Return the days that are billed in a month: all of the period, or its rest pro rata."""
        period = get_period(month, self.plan_id._get_months())
        start = self._get_first_day()
        is_first = self.contract_id.is_pro_rata and period.start <= start <= period.end
        return period.begin_on(start) if is_first and self._begins_in(month) else period

    def _begins_in(self, month):
        return not self.first_month or self.first_month.replace(day=1) == month

    def _get_first_day(self):
        """Return the first day that this plan is billed for."""
        start = self.contract_id._get_billing_start()
        return max(start, self.date_start) if self.date_start else start

    def _prepare_due(self, month, period):
        """Return the values of a due of some days of a period.

        :param month: first day of the reference month
        :param period: the days that are owed
        """
        whole = get_period(month, self.plan_id._get_months())
        return {
            **self.contract_id._prepare_due(self.plan_id, month, period),
            **self._prepare_due_amount(period, whole),
        }

    def _prepare_due_amount(self, period, whole):
        """Return quantity, price, amount (BRL) and explanation of some days of a period."""
        if period == whole:
            return {
                "quantity": self.quantity,
                "price": self.price,
                "amount": self.subtotal,
                "explanation": False,
            }
        amount = self.currency_id.round(get_share(self.subtotal, period.days, whole.days))
        return {
            "quantity": 1.0,
            "price": amount,
            "amount": amount,
            "explanation": self.contract_id._explain_share(period, whole, self.subtotal),
        }
