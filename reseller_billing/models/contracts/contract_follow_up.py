import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import TIME_ZONE
from ...tools.activity import tell_once
from ...tools.bank_days import get_overdue_limit
from ..common.moment import get_now

_logger = logging.getLogger(__name__)


class ResellerBillingContract(models.Model):
    """Daily work: reminders, the end of a trial, suspension and reactivation."""

    _inherit = "reseller.billing.contract"

    @api.model
    def _cron_follow_up(self):
        """Send reminders, notify of ended trials, suspend contracts with overdue faturas.

        What does not run any more is told of, too.

        Another run is triggered at once for work that is left.
        """
        # Crons have no time zone of their own.
        self = self.with_context(tz=TIME_ZONE)
        today = fields.Date.context_today(self)
        self.env["res.company"]._tell_stopped_work()
        if not self._follow_up(today):
            self.env.ref("reseller_billing.ir_cron_follow_up").sudo()._trigger(get_now(self.env))

    @api.model
    def _follow_up(self, today):
        """Do the daily work; return whether there was time for all of it."""
        reminders = self.env["reseller.billing.reminder"].search([("active", "=", True)])
        if not reminders._remind_all(today):
            return False
        trials = self.search(
            [("state", "=", "trial"), ("trial_end", "<=", today), ("trial_told", "=", False)]
        )
        if not trials._process_each(lambda contract: contract._end_trial()):
            return False
        overdue = self._get_overdue_contracts(today)
        return overdue._process_each(lambda contract: contract._suspend_overdue())

    def _process_each(self, action):
        """Call an action for each contract and commit it; a failure does not stop the others.

        Failures are shown to the responsible of the contract.

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
        """Notify the responsible of a failed follow-up of this contract, once."""
        self.ensure_one()
        contract = self._with_reader_language()
        contract._notify_once(
            contract.env._("Follow-up failed"),
            contract.env._(
                "%(contract)s could not be followed up: its trial has ended, or its faturas are "
                "overdue. It is tried again every day; correct the cause.\n%(reason)s",
                contract=contract.display_name,
                reason=str(error),
            ),
        )

    def _end_trial(self):
        """Activate a contract that says so, and have it billed; else notify its responsible."""
        self.ensure_one()
        if not self.trial_activates:
            self._notify_trial_end()
            return
        self._move_to("active")
        self.env.ref("reseller_billing.ir_cron_bill_contracts").sudo()._trigger(get_now(self.env))

    def _notify_trial_end(self):
        """Notify the responsible of the end of the trial, once for each end."""
        self.ensure_one()
        self._store_values({"trial_told": True})
        contract = self._with_reader_language()
        contract._notify_once(
            contract.env._("Trial is over"),
            contract.env._(
                "The trial of %(contract)s ended on %(day)s. Set it to active, or cancel it.",
                contract=contract.display_name,
                day=contract.trial_end,
            ),
        )

    def _notify_once(self, summary, note):
        """Schedule an activity for the responsible, unless the same is open already."""
        tell_once(self, self._get_responsible(), summary, note)

    def _get_responsible(self):
        """Return the active user who is responsible for this contract."""
        self.ensure_one()
        users = self.user_id | self.provider_id.sudo().billing_user_id
        return self.company_id._get_billing_responsible(users, self.partner_id)

    @api.model
    def _get_overdue_contracts(self, today):
        """Return active contracts with a fatura overdue for longer than the provider allows."""
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
        """Return the faturas of these contracts that were overdue on a day and are not paid.

        What is due on a weekend or bank holiday is overdue after the next bank day.
        """
        return self.env["account.move"].search(
            [
                ("billing_contract_id", "in", self.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date_due", "<", get_overdue_limit(before)),
            ]
        )

    def _reactivate_paid(self):
        """Activate contracts again whose suspension for overdue faturas has ended by payment."""
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
                # The payment is booked, whatever the contract lacks.
                contract._notify_once(self.env._("Paid, but not active again"), str(error))
