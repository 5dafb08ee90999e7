import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.activity import tell_once
from ...tools.bank_days import get_overdue_limit

_logger = logging.getLogger(__name__)

# Days for which a missed reminder is still sent.
MISSED_DAYS = 3


class ResellerBillingReminder(models.Model):
    """When clients are reminded of a fatura (lembrete): days before or after it is due."""

    _name = "reseller.billing.reminder"
    _description = "Reminder of Faturas"
    _inherit = "reseller.billing.abstract.guard"
    _order = "days, id"
    _check_company_auto = True
    _is_shared_without_company = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="If empty, it is for all companies; only users of all companies change it.",
        written_by="creator",
    )
    days = fields.Integer(
        required=True, help="From the due date on: -3 is three days before it, 5 five days after."
    )
    template_id = fields.Many2one(
        comodel_name="mail.template",
        string="E-mail",
        required=True,
        domain=[("model", "=", "account.move")],
        default=lambda self: self.env.ref(
            "reseller_billing.mail_template_reminder", raise_if_not_found=False
        ),
        ondelete="restrict",
    )

    @api.constrains("template_id")
    def _check_template(self):
        """Refuse templates of other documents: they would show a document with the same number."""
        for reminder in self:
            if reminder.template_id.sudo().model != "account.move":
                raise ValidationError(
                    self.env._(
                        "%(template)s is no e-mail template of faturas. Choose one of invoices for "
                        "%(reminder)s.",
                        template=reminder.template_id.display_name,
                        reminder=reminder.name,
                    )
                )

    def _remind_all(self, today):
        """E-mail the reminders of faturas that have reached a reminder's day, each once.

        Each is committed by itself, so that a run that is stopped repeats none.

        :return: whether there was time for all of them
        """
        cron = self.env["ir.cron"]
        for reminder in self:
            faturas = reminder._get_faturas(today)
            cron._commit_progress(remaining=len(faturas))
            for fatura_id in faturas.ids:
                # Browsed one by one, because each commit empties the cache: together, each turn
                # would read the boletos of all of them again.
                reminder.browse(reminder.id)._remind(faturas.browse(fatura_id))
                if not cron._commit_progress(1):
                    return False
        return True

    def _get_faturas(self, today):
        """Return the faturas for which this reminder is due and was not sent."""
        self.ensure_one()
        first, last = self._get_due_dates(today)
        faturas = self.env["account.move"].search(
            [
                ("billing_contract_id.reminder_ids", "in", self.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("charge_state", "in", ("awaiting", "overdue")),
                ("invoice_date_due", ">=", first),
                ("invoice_date_due", "<", last),
                # On the day of issue the client gets the fatura itself.
                ("invoice_date", "<", today),
            ]
            + ([("company_id", "=", self.company_id.id)] if self.company_id else [])
        )
        sent = self.env["reseller.billing.reminder.sent"].search_fetch(
            [("move_id", "in", faturas.ids), ("reminder_id", "=", self.id)], ["move_id"]
        )
        return faturas - sent.move_id

    def _get_due_dates(self, today):
        """Return the first due date that this reminder is for today, and the first after them.

        What is due on a weekend or bank holiday is late after the next bank day only.
        """
        last = today - timedelta(days=self.days) + timedelta(days=1)
        first = last - timedelta(days=MISSED_DAYS)
        if self.days > 0:
            return get_overdue_limit(first), get_overdue_limit(last)
        return first, last

    def _remind(self, fatura):
        """Send one reminder; where that fails, notify the responsible of the contract."""
        try:
            with self.env.cr.savepoint():
                self.env["reseller.billing.reminder.sent"].create(
                    {"move_id": fatura.id, "reminder_id": self.id}
                )
                fatura._mail_fatura(self.template_id)
        except Exception as error:
            _logger.exception("Fatura %s: no reminder could be sent", fatura.id)
            self._notify_failure(fatura, error)

    def _notify_failure(self, fatura, error):
        """Show the responsible of a fatura's contract why a reminder was not sent, once."""
        contract = fatura.billing_contract_id
        user = contract._get_responsible()
        reminder = self.with_context(lang=user.lang)
        tell_once(
            contract,
            user,
            reminder.env._("Reminder of %s not sent", fatura.name),
            reminder.env._(
                "%(reminder)s of %(fatura)s could not be sent. It is tried again for %(days)s "
                "days; correct the e-mail template or the client's address.\n%(reason)s",
                reminder=reminder.name,
                fatura=fatura.display_name,
                days=MISSED_DAYS,
                reason=str(error),
            ),
        )


class ResellerBillingReminderSent(models.Model):
    """A reminder that was sent for a fatura."""

    _name = "reseller.billing.reminder.sent"
    _description = "Reminder That Was Sent"
    _inherit = "reseller.billing.abstract.guard"

    move_id = fields.Many2one(
        comodel_name="account.move",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    reminder_id = fields.Many2one(
        comodel_name="reseller.billing.reminder",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )

    _once = models.Constraint("UNIQUE (move_id, reminder_id)", "A reminder is sent once.")
