from datetime import timedelta

from odoo import api, fields, models


class ResellerBillingContract(models.Model):
    """What the days bring: reminders, the end of a trial, suspension and reactivation."""

    _inherit = "reseller.billing.contract"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cron_follow_up(self):
        """Remind clients, tell of trials that end, suspend who does not pay."""
        today = fields.Date.context_today(self.with_context(tz="America/Sao_Paulo"))
        cron = self.env["ir.cron"]
        reminders = self.env["reseller.billing.reminder"].search([("active", "=", True)])
        cron._commit_progress(remaining=len(reminders) + 2)
        for reminder in reminders:
            reminder._remind(today)
            cron._commit_progress(1)
        self._tell_of_trials(today)
        cron._commit_progress(1)
        self._suspend_overdue(today)
        cron._commit_progress(1)

    @api.model
    def _tell_of_trials(self, today):
        """Have the responsible decide about contracts whose trial is over; told once."""
        over = self.search([("state", "=", "trial"), ("trial_end", "<=", today)])
        for trial in over:
            contract = trial._in_readers_language()
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
        self.ensure_one()
        if self.activity_ids.filtered(lambda activity: activity.summary == summary):
            return
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=note,
            user_id=self.user_id.id or self.env.uid,
        )

    @api.model
    def _suspend_overdue(self, today):
        """Suspend contracts with a fatura that is overdue for longer than their provider allows."""
        providers = self.env["payment.provider"].search([("billing_suspend_days", ">", 0)])
        for provider in providers:
            limit = today - timedelta(days=provider.billing_suspend_days)
            late = self.search([("state", "=", "active"), ("provider_id", "=", provider.id)])
            for contract in late.filtered(lambda one, limit=limit: one._get_overdue(limit)):
                contract._move_to("suspended", suspension_reason="overdue")

    def _get_overdue(self, before):
        """Return the faturas of this contract that were due before a day and are not paid."""
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
        today = fields.Date.context_today(self)
        for contract in suspended:
            if not contract._get_overdue(today):
                contract._move_to("active")
