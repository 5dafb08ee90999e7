from odoo import fields, models

from ...tools.periods import Period


class ResellerBillingContractLine(models.Model):
    """Plans that are changed or end on a day."""

    _inherit = "reseller.billing.contract.line"

    def _change_plan(self, plan, quantity, price, day):
        """Change the plan of a contract: by days from a day on, or with the next month.

        :param quantity: of the new plan
        :param price: of one for a period of the new plan, in BRL
        :param day: the first day of the new plan
        """
        self.ensure_one()
        contract, values = self.contract_id, {"quantity": quantity, "price": price}
        if not contract.is_pro_rata or not contract.date_active or plan == self.plan_id:
            self.write({"plan_id": plan.id, **values})
            return
        before = fields.Date.subtract(day, days=1)
        contract._create_credits(contract._get_unused(before, self.plan_id))
        rest = contract._get_rest(before, self)
        self.env["reseller.billing.due"]._queue(rest)
        self._begin_on(day, plan_id=plan.id, **values)

    def _get_owed_until(self, day, month, known):
        """Return what this plan owes of the period that begins in a month, until it ends."""
        owed = self._get_owed(month, known)
        if not owed or not owed.values:
            return owed
        start, end = owed.values["date_start"], owed.values["date_end"]
        if start > day:
            return None
        period = Period(start, min(day, end))
        return owed._replace(values=self._prepare_due(month, period))
