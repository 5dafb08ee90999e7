from datetime import timedelta

from odoo import fields, models

from ...const import TIME_ZONE
from ...tools.activity import end_told, tell_once

# A stopped queue is resumed when one of these is written: it may have been the cause.
ACCESS_FIELDS = {"base_url", "client_id", "client_secret", "enabled"}


class SupplierCreditAgreement(models.Model):
    """When messages are sent under an agreement, and what holds all of them back.

    The intervals are the parameters 2.2, 2.3 and 3.3. A message refused for its credentials
    (HTTP 401) stops the queue until somebody changes them or tests the connection; one refused for
    its pace (HTTP 429) pauses it as long as Supplier asked.
    """

    _inherit = "supplier.credit.agreement"

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        check_company=True,
        tracking=True,
        help="The user who is notified when sending stops.",
    )
    queue_stopped = fields.Boolean(
        string="Sending Stopped",
        readonly=True,
        copy=False,
        tracking=True,
        help="Supplier refused the credentials; nothing is sent until they are corrected.",
    )
    paused_until = fields.Datetime(
        readonly=True,
        copy=False,
        help="Supplier asked for fewer requests; nothing is sent before this time.",
    )
    changes_sent_at = fields.Datetime(readonly=True, copy=False)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_responsible(self):
        """Return the responsible of this agreement, or the user who created it."""
        return self.user_id or self.create_uid

    def _get_reader_context(self):
        """Return language and time zone for texts that a cron or an event writes.

        The responsible of the agreement reads them.
        """
        reader = self._get_responsible()
        return {"lang": reader.lang, "tz": reader.tz or TIME_ZONE}

    def _hold_queue(self, error, reason):
        """Hold back all messages where the error of one call concerns them, too.

        :param error: a `SupplierError`
        :param reason: the same as users read it
        """
        if error.kind == "unauthorized":
            self._stop_queue(reason)
        elif error.retry_after:
            self._pause_queue(error.retry_after)

    def _stop_queue(self, reason):
        """Send nothing more under this agreement, and notify its responsible once."""
        # Another worker that meets the same refusal stops it, too; one of them is enough.
        for agreement in self.sudo().try_lock_for_update(allow_referencing=True):
            if agreement.queue_stopped:
                continue
            agreement.queue_stopped = True
            responsible = agreement._get_responsible()
            reader = agreement.with_context(lang=responsible.lang)
            summary = reader.env._("Sending to Supplier has stopped")
            tell_once(agreement, responsible, summary, reason)

    def _resume_queue_after(self, vals):
        """Resume sending once these written values changed what it may have stopped for."""
        if not ACCESS_FIELDS.isdisjoint(vals):
            self._resume_queue()

    def _resume_queue(self):
        stopped = self.sudo().filtered("queue_stopped")
        if stopped:
            stopped.queue_stopped = False
            end_told(stopped)
            self._clear_hold(stopped)
        if self:
            self.env["supplier.credit.message"].sudo()._trigger_delivery()

    def _clear_hold(self, agreements):
        """Let the messages that waited only for these agreements be sent at once."""
        self.env["supplier.credit.message"].sudo().search(
            [
                ("direction", "=", "outgoing"),
                ("agreement_id", "in", agreements.ids),
                ("state", "in", ("waiting", "unknown")),
            ]
        ).write({"error": False, "next_attempt": fields.Datetime.now()})

    def _pause_queue(self, seconds):
        """Send nothing for so many seconds, as Supplier asked."""
        until = fields.Datetime.now() + timedelta(seconds=seconds)
        for agreement in self.sudo().try_lock_for_update(allow_referencing=True):
            if not agreement.paused_until or agreement.paused_until < until:
                agreement.paused_until = until

    def _describe_hold(self):
        """Return why nothing is sent under this agreement and what to do."""
        self.ensure_one()
        if not self.enabled:
            return self.env._(
                "Agreement %(agreement)s is not active. Switch it on; waiting messages are sent "
                "then.",
                agreement=self.name,
            )
        return self.env._(
            "Sending under agreement %(agreement)s has stopped because Supplier refused its "
            "credentials. Correct them and use Test Connection; waiting messages are sent then.",
            agreement=self.name,
        )

    # -------------------------------------------------------------------------
    # INTERVALS
    # -------------------------------------------------------------------------

    def _filter_interval_over(self, name, interval):
        """Return the active agreements for which a regular exchange is due.

        :param name: the field with the time of the last exchange
        :param interval: the field with the interval in minutes, 0 for never
        """
        now = fields.Datetime.now()
        active = self.search([("enabled", "=", True), (interval, ">", 0)])
        return active.filtered(
            lambda agreement: not agreement[name]
            or agreement[name] + timedelta(minutes=agreement[interval]) <= now
        )

    def _is_renewal_time(self):
        """Return whether the time of day of parameter 3.3 has passed in the company's time zone."""
        self.ensure_one()
        zone = self.company_id.partner_id.tz or TIME_ZONE
        now = fields.Datetime.context_timestamp(self.with_context(tz=zone), fields.Datetime.now())
        return now.hour + now.minute / 60 >= self.renewal_time

    def _add_tolerance(self, amount):
        """Return an amount in BRL with the additional tolerance of parameter 3.1."""
        self.ensure_one()
        return self.currency_id.round(amount * (1 + self.tolerance_percent / 100))
