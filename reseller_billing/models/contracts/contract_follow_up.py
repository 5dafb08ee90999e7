import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import TIME_ZONE
from ...tools.activity import tell_once

_logger = logging.getLogger(__name__)


class ResellerBillingContract(models.Model):
    """What the days bring: reminders, the end of a trial, suspension and reactivation."""

    _inherit = "reseller.billing.contract"

    @api.model
    def _cron_follow_up(self):
        """Remind clients, tell of trials that end, suspend who does not pay.

        What there is no time for is done by another run, at once.
        """
        today = fields.Date.context_today(self.with_context(tz=TIME_ZONE))
        if not self._follow_up(today):
            self.env.ref("reseller_billing.ir_cron_follow_up").sudo()._trigger()

    @api.model
    def _follow_up(self, today):
        """Do what a day brings; return whether there was time for all of it."""
        reminders = self.env["reseller.billing.reminder"].search([("active", "=", True)])
        if not reminders._remind_all(today):
            return False
        trials = self.search(
            [("state", "=", "trial"), ("trial_end", "<=", today), ("trial_told", "=", False)]
        )
        if not trials._each_alone(lambda contract: contract._notify_trial_end()):
            return False
        overdue = self._get_overdue_contracts(today)
        return overdue._each_alone(lambda contract: contract._suspend_overdue())

    def _each_alone(self, action):
        """Do something to each contract and commit it; one that fails does not stop the others.

        What fails is shown to the responsible of the contract.

        :param action: function of one contract
        :return: whether there was time for all of them
        """
        cron = self.env["ir.cron"]
        left = len(self)
        cron._commit_progress(remaining=left)
        for contract_id in self.ids:
            # Browsed one by one, because each commit empties the cache.
            contract = self.browse(contract_id)
            try:
                with self.env.cr.savepoint():
                    action(contract)
            except Exception as error:
                _logger.exception("Contract %s: the daily follow-up failed", contract.id)
                contract._notify_follow_up_failure(error)
            left -= 1
            if not cron._commit_progress(1) and left:
                return False
        return True

    def _notify_follow_up_failure(self, error):
        """Have the responsible see why the daily follow-up of this contract failed, once."""
        self.ensure_one()
        contract = self._in_readers_language()
        contract._tell_once(
            contract.env._("Follow-up failed"),
            contract.env._(
                "%(contract)s could not be followed up: its trial has ended, or its faturas are "
                "overdue. It is tried again every day; correct the cause.\n%(reason)s",
                contract=contract.display_name,
                reason=str(error),
            ),
        )

    def _notify_trial_end(self):
        """Have the responsible decide on a contract whose trial is over, once for each end."""
        self.ensure_one()
        self.trial_told = True
        contract = self._in_readers_language()
        contract._tell_once(
            contract.env._("Trial is over"),
            contract.env._(
                "The trial of %(contract)s ended on %(day)s. Set it to active, or cancel it.",
                contract=contract.display_name,
                day=contract.trial_end,
            ),
        )

    def _tell_once(self, summary, note):
        """Give the responsible something to do, unless it waits already."""
        tell_once(self, self._get_responsible(), summary, note)

    def _get_responsible(self):
        """Return who is told of what this contract needs: somebody who works here."""
        self.ensure_one()
        users = self.user_id | self.provider_id.sudo().billing_user_id
        return self.company_id._get_billing_responsible(users, self.partner_id)

    @api.model
    def _get_overdue_contracts(self, today):
        """Return who has a fatura that is overdue for longer than the provider allows."""
        found = self
        providers = self.env["payment.provider"].search([("billing_suspend_days", ">", 0)])
        for provider in providers:
            active = self.search([("state", "=", "active"), ("provider_id", "=", provider.id)])
            limit = today - timedelta(days=provider.billing_suspend_days)
            found |= active._get_overdue(limit).billing_contract_id
        return found

    def _suspend_overdue(self):
        self._move_to("suspended", suspension_reason="overdue")

    def _get_overdue(self, before):
        """Return the faturas of these contracts that were due before a day and are not paid."""
        return self.env["account.move"].search(
            [
                ("billing_contract_id", "in", self.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date_due", "<", before),
            ]
        )

    def _reactivate_paid(self):
        """Set contracts to active again that were suspended for what is paid by now."""
        suspended = self.filtered(
            lambda contract: contract.state == "suspended"
            and contract.suspension_reason == "overdue"
        )
        if not suspended:
            return
        suspended = suspended.with_context(tz=TIME_ZONE)
        today = fields.Date.context_today(suspended)
        for contract in suspended - suspended._get_overdue(today).billing_contract_id:
            try:
                with self.env.cr.savepoint():
                    contract._move_to("active")
            except UserError as error:
                # The client has paid: that is booked, whatever the contract lacks.
                contract._tell_once(self.env._("Paid, but not active again"), str(error))
