from datetime import timedelta

from odoo import api, fields, models

from ...const import TIME_ZONE
from ...tools.activity import end_told, tell_once
from ...tools.api.wire import OPERATIONS
from ..common.moment import get_now

# HTTP status of a record that Supplier does not know.
NOT_FOUND = 404
# After so many records that it does not know, one after the other, sending stops.
MOST_UNKNOWN = 3
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
        help="Supplier refused the credentials, or knows none of the records that live under this "
        "agreement; nothing is sent until that is corrected.",
    )
    stop_reason = fields.Text(
        readonly=True, copy=False, help="Why sending has stopped, and what to do."
    )
    paused_until = fields.Datetime(
        readonly=True,
        copy=False,
        help="Supplier asked for fewer requests; nothing is sent before this time.",
    )
    is_paused = fields.Boolean(compute="_compute_is_paused")
    changes_sent_at = fields.Datetime(readonly=True, copy=False)

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("paused_until")
    def _compute_is_paused(self):
        now = get_now(self.env)
        for agreement in self:
            agreement.is_paused = bool(agreement.paused_until and agreement.paused_until > now)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_try_now(self):
        """End the pause that Supplier asked for, and send what waits.

        If Supplier still takes no requests, it says so again.
        """
        self.ensure_one()
        self.check_access("write")
        self.sudo().paused_until = False
        self._send_waiting(self)
        return True

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
        elif error.kind == "rejected" and error.status == NOT_FOUND and self._knows_nothing():
            self._stop_queue(reason, self._describe_unknown_records())
        elif error.retry_after:
            self._pause_queue(error.retry_after)

    def _stop_queue(self, reason, stop_reason=False):
        """Send nothing more under this agreement, and notify its responsible once.

        :param reason: what happened, for the notice
        :param stop_reason: what to show on the agreement instead of refused credentials
        """
        # Another worker that meets the same refusal stops it, too; one of them is enough.
        for agreement in self.sudo().try_lock_for_update(allow_referencing=True):
            if agreement.queue_stopped:
                continue
            agreement.write({"queue_stopped": True, "stop_reason": stop_reason})
            responsible = agreement._get_responsible()
            reader = agreement.with_context(lang=responsible.lang)
            summary = reader.env._("Sending to Supplier has stopped")
            tell_once(agreement, responsible, summary, stop_reason or reason)

    def _knows_nothing(self):
        """Return whether Supplier did not know the last records that it was asked about.

        So it looks with the credentials of another contract: nothing there is ours.
        """
        last = self.env["supplier.credit.message"].search(
            [
                ("agreement_id", "=", self.id),
                ("operation", "in", [name for name, call in OPERATIONS.items() if call.names_one]),
                ("state", "in", ("answered", "done", "rejected")),
            ],
            order="write_date desc, id desc",
            limit=MOST_UNKNOWN,
        )
        return len(last) == MOST_UNKNOWN and all(last.mapped("is_missing"))

    def _describe_unknown_records(self):
        reader = self.with_context(**self._get_reader_context())
        return reader.env._(
            "Supplier knows none of the last records that it was asked about under agreement "
            "%(agreement)s, although it gave them their codes. The credentials are probably those "
            "of another contract. Nothing was changed here. Correct address and client id, then "
            "use Test Connection; waiting messages are sent then.",
            agreement=self.name,
        )

    def _resume_queue_after(self, vals):
        """Resume sending once these written values changed what it may have stopped for."""
        if not ACCESS_FIELDS.isdisjoint(vals):
            self._resume_queue()

    def _resume_queue(self):
        stopped = self.sudo().filtered("queue_stopped")
        if stopped:
            stopped.write({"queue_stopped": False, "stop_reason": False})
            end_told(stopped)
        if self:
            self._send_waiting(stopped)

    def _send_waiting(self, agreements):
        """Have the messages that wait for these agreements sent at once."""
        self.env["supplier.credit.message"].sudo().search(
            [
                ("direction", "=", "outgoing"),
                ("agreement_id", "in", agreements.ids),
                ("state", "in", ("waiting", "unknown")),
            ]
        ).write({"error": False, "next_attempt": get_now(self.env)})
        self.env["supplier.credit.message"].sudo()._trigger_delivery()

    def _pause_queue(self, seconds):
        """Send nothing for so many seconds, as Supplier asked."""
        until = get_now(self.env) + timedelta(seconds=seconds)
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
        return self.stop_reason or self.env._(
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
        now = get_now(self.env)
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
