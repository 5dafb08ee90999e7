from odoo import Command, fields, models
from odoo.exceptions import UserError


class ResellerBillingContract(models.Model):
    """Values that are written with each state of a contract."""

    _inherit = "reseller.billing.contract"

    def _prepare_transition(self, state):
        """Return the values that are written with a state of this contract.

        :raise UserError: naming what the client of an active one lacks
        """
        self.ensure_one()
        match state:
            case "active":
                return self._prepare_active()
            case "suspended":
                return self._prepare_suspended()
            case "cancelled":
                return {"date_end": fields.Date.context_today(self)}
        return {}

    def _prepare_active(self):
        self._check_complete()
        today = fields.Date.context_today(self)
        values = {"date_suspended": False, "suspension_reason": False}
        if not self.date_active:
            month = self._get_first_month(today)
            lines = self.line_ids.filtered(lambda line: not line.first_month)
            is_billed_here = self.next_month or not self._is_billed_by_panel()
            values |= {
                "date_active": today,
                "next_month": is_billed_here and month,
                "line_ids": [Command.update(line.id, {"first_month": month}) for line in lines],
            }
        elif self.next_month and self._was_suspended_before(today):
            values |= self._prepare_return(max(self.next_month, today.replace(day=1)))
        return values

    def _was_suspended_before(self, today):
        """Return whether a contract was suspended in an earlier month than this one."""
        since = self.date_suspended
        return not since or since < today.replace(day=1)

    def _prepare_return(self, month):
        """Return the values that leave the months of a suspension unbilled.

        A plan whose next period would have begun in one of them begins it with the return; one that
        was billed for longer stays in its cycle.

        :param month: first day of the month that is billed next
        """
        missed = self.line_ids.filtered(
            lambda line: not line._is_due(month)
            and any(line._is_due(one) for one in self._get_months_between(self.next_month, month))
        )
        return {
            "next_month": month,
            "line_ids": [Command.update(line.id, {"first_month": month}) for line in missed],
        }

    def _prepare_suspended(self):
        return {
            "date_suspended": fields.Date.context_today(self),
            # Another reason is written together with the state.
            "suspension_reason": self.suspension_reason or "manual",
        }

    def _check_complete(self):
        """Refuse to activate a contract of a client that cannot be charged.

        :raise UserError: naming all missing or wrong data of the client
        """
        self.ensure_one()
        faults = self.partner_id._find_billing_faults()
        if faults:
            raise UserError(
                self.env._(
                    "%(client)s cannot be charged: %(faults)s. Complete the client, then set "
                    "%(contract)s to active.",
                    client=self.partner_id.display_name,
                    faults="; ".join(faults),
                    contract=self.name,
                )
            )
