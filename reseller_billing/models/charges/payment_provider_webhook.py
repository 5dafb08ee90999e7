import secrets
from datetime import timedelta
from hmac import compare_digest

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import RECEIPTS_CODES
from ...tools.errors import ServiceError

# Asaas' names of the events of charges (docs.asaas.com, webhooks).
EVENTS = [
    f"PAYMENT_{name}"
    for name in (
        "AUTHORIZED",
        "AWAITING_RISK_ANALYSIS",
        "APPROVED_BY_RISK_ANALYSIS",
        "REPROVED_BY_RISK_ANALYSIS",
        "CREATED",
        "UPDATED",
        "CONFIRMED",
        "RECEIVED",
        "ANTICIPATED",
        "OVERDUE",
        "DELETED",
        "RESTORED",
        "REFUNDED",
        "PARTIALLY_REFUNDED",
        "REFUND_IN_PROGRESS",
        "REFUND_DENIED",
        "RECEIVED_IN_CASH_UNDONE",
        "CHARGEBACK_REQUESTED",
        "CHARGEBACK_DISPUTE",
        "AWAITING_CHARGEBACK_REVERSAL",
        "DUNNING_REQUESTED",
        "DUNNING_RECEIVED",
        "BANK_SLIP_CANCELLED",
        "BANK_SLIP_VIEWED",
        "CHECKOUT_VIEWED",
        "CREDIT_CARD_CAPTURE_REFUSED",
        "SPLIT_CANCELLED",
        "SPLIT_DIVERGENCE_BLOCK",
        "SPLIT_DIVERGENCE_BLOCK_FINISHED",
    )
]
# Days for which charges are compared with the provider's, a page of 100 a request.
COMPARED_DAYS = 90
# Older charges that are requested one by one in a run.
OLD_CHARGES = 100
# Days for which a missing boleto line or Pix is requested.
SLIP_DAYS = 3


class PaymentProvider(models.Model):
    """Events of charges: the webhook, its state, and the comparison that finds missed events."""

    _inherit = "payment.provider"

    webhook_key = fields.Char(
        copy=False,
        readonly=True,
        groups="base.group_system",
        help="Opaque part of the webhook's address.",
        written_by="administrator",
    )
    webhook_token = fields.Char(
        copy=False,
        readonly=True,
        groups="base.group_system",
        help="The provider sends it with each event.",
        written_by="administrator",
    )
    webhook_reference = fields.Char(copy=False, readonly=True, groups="base.group_system")
    webhook_state = fields.Selection(
        selection=[
            ("none", "Not registered"),
            ("active", "Active"),
            ("interrupted", "Interrupted by the provider"),
            ("error", "Could not be checked"),
        ],
        string="Webhook",
        default="none",
        copy=False,
        readonly=True,
    )
    webhook_checked_at = fields.Datetime(copy=False, readonly=True)
    webhook_problem = fields.Text(copy=False, readonly=True)

    _webhook_key_unique = models.UniqueIndex("(webhook_key) WHERE webhook_key IS NOT NULL")

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_register_webhook(self):
        """Register the webhook at the provider, or correct and reactivate it.

        :raise UserError: what went wrong and what to do about it
        """
        self.ensure_one()
        # Before the key leaves.
        self.check_access("write")
        try:
            self._ensure_webhook()
        except ServiceError as error:
            raise UserError(self._describe_failure(error)) from None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(provider)s sends its events to %(url)s.",
                    provider=self.name,
                    url=self._get_webhook_url(),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _find_by_webhook(self, key):
        """Return the provider of a webhook's address, or none."""
        # PostgreSQL takes no NUL in a text, and no key has one.
        if not key or len(key) > 64 or not key.isascii() or not key.isprintable():
            return self.browse()
        return self.search(
            Domain("webhook_key", "=", key)
            & Domain("code", "in", RECEIPTS_CODES)
            & Domain("state", "!=", "disabled"),
            limit=1,
        )

    def _is_token_valid(self, token):
        """Return whether an event has this provider's token; False if the provider has none."""
        self.ensure_one()
        expected = self.webhook_token or ""
        given = (token or "").encode(errors="replace")
        return bool(expected) and compare_digest(expected.encode(), given)

    def _get_webhook_url(self):
        self.ensure_one()
        return f"{self.get_base_url()}/reseller_billing/webhook/{self.webhook_key}"

    def _ensure_webhook(self):
        """Register or correct the webhook at the provider.

        :raise ServiceError: if the provider refuses, or is not reached
        """
        self.ensure_one()
        provider = self.sudo()
        if not provider.webhook_key:
            provider.write(
                {
                    "webhook_key": secrets.token_urlsafe(24),
                    "webhook_token": secrets.token_urlsafe(48),
                }
            )
        client = provider._get_receipts_client()
        url = provider._get_webhook_url()
        body = {
            "name": "Odoo",
            "url": url,
            "email": provider._get_webhook_email(),
            "enabled": True,
            "interrupted": False,
            "authToken": provider.webhook_token,
            "sendType": "NON_SEQUENTIALLY",
            "events": EVENTS,
        }
        known = provider._find_own_webhook(client.list_webhooks())
        if known:
            # A change does not take it.
            del body["email"]
        saved = client.save_webhook(body, known.get("id"))
        provider.write(
            {
                "webhook_reference": saved.get("id"),
                "webhook_state": "active",
                "webhook_checked_at": fields.Datetime.now(),
                "webhook_problem": provider._describe_unsafe_url(),
            }
        )

    def _find_own_webhook(self, found):
        """Return this provider's webhook among those of the account, or an empty dict.

        It is known by its id, or by the part of its address that is only ours: the rest of the
        address follows the database's own, which may move. One that leads here and that no
        provider here has was registered after the backup that this database comes from.
        """
        own = [item for item in found if item.get("id") == self.webhook_reference]
        own += [item for item in found if str(item.get("url")).endswith(f"/{self.webhook_key}")]
        return (own or self._filter_lost_webhooks(found) or [{}])[0]

    def _filter_lost_webhooks(self, found):
        """Return those of the account's webhooks that lead to this database and to no provider."""
        here = f"{self.get_base_url()}/reseller_billing/webhook/"
        keys = {
            url.removeprefix(here): item
            for item in found
            if (url := str(item.get("url"))).startswith(here)
        }
        providers = self.sudo().with_context(active_test=False)
        known = providers.search([("webhook_key", "in", list(keys))]).mapped("webhook_key")
        return [item for key, item in keys.items() if key not in known]

    def _get_webhook_email(self):
        """Return whom the provider writes when events do not arrive.

        :raise UserError: if nobody has an e-mail address
        """
        partners = self.billing_user_id.partner_id | self.company_id.partner_id
        partners |= self.env.user.partner_id
        address = next(filter(None, partners.mapped("email_normalized")), None)
        if not address:
            raise UserError(
                self.env._(
                    "%(provider)s writes to somebody when events do not arrive. Give %(company)s "
                    "or the responsible for charges an e-mail address, then register again.",
                    provider=self.name,
                    company=self.company_id.name,
                )
            )
        return address

    def _describe_unsafe_url(self):
        """Return a warning if events come unprotected, else False."""
        url = self._get_webhook_url()
        if url.startswith("https://"):
            return False
        return self.env._(
            "Events come to %(url)s without encryption, and in production the provider sends none "
            "there. Give this server an https address (system parameter web.base.url), then "
            "register the webhook again.",
            url=url,
        )

    def _check_webhook(self):
        """Check the webhook at the provider, and reactivate an interrupted one."""
        self.ensure_one()
        values = {"webhook_checked_at": fields.Datetime.now()}
        try:
            found = self._get_receipts_client().list_webhooks()
            registered = self._find_own_webhook(found)
            stands = registered.get("enabled") and not registered.get("interrupted")
            is_here = registered.get("url") == self._get_webhook_url()
            has_events = set(EVENTS) <= set(registered.get("events") or EVENTS)
            if not (stands and is_here and has_events):
                self._ensure_webhook()
            else:
                problem = self._describe_unsafe_url()
                values |= {"webhook_state": "active", "webhook_problem": problem}
        except (ServiceError, UserError) as error:
            problem = self._describe_failure(error)
            values |= {"webhook_state": "error", "webhook_problem": problem}
        self.write(values)

    @api.model
    def _cron_reconcile(self):
        """Check the webhooks, and compare charges for events that were missed."""
        providers = self.search(
            Domain("code", "in", RECEIPTS_CODES) & Domain("state", "!=", "disabled")
        )
        cron = self.env["ir.cron"]
        self.env["account.move"]._queue_missed_changes()
        self.env["account.move"]._check_charge_marks()
        cron._commit_progress(remaining=len(providers))
        for provider in providers:
            if provider.webhook_key:
                provider._check_webhook()
            try:
                provider._queue_missing_slips()
                provider._queue_old_charges()
                provider._compare_charges()
            except (ServiceError, UserError) as error:
                provider.webhook_problem = provider._describe_failure(error)
            if not cron._commit_progress(1):
                break

    def _get_waiting_domain(self):
        return (
            Domain("provider_id", "=", self.id)
            & Domain("charge_state", "in", ("awaiting", "overdue"))
            & Domain("charge_task", "=", False)
        )

    def _queue_missing_slips(self):
        """Queue requests for missing boleto lines and Pix of live charges."""
        no_line = Domain("slip_line", "in", (False, "")) & Domain("charge_kind", "!=", "pix")
        no_pix = Domain("pix_payload", "in", (False, "")) & Domain("charge_kind", "!=", "boleto")
        # An account without a Pix key never gives one.
        since = fields.Datetime.now() - timedelta(days=SLIP_DAYS)
        is_new = Domain("create_date", ">=", since)
        self.env["payment.transaction"].search(
            self._get_waiting_domain() & (no_line | no_pix) & is_new
        )._queue_charge("follow")

    def _queue_old_charges(self):
        """Queue requests for charges too old for the comparison; some in each run, in turn."""
        now = fields.Datetime.now()
        old = self.env["payment.transaction"].search(
            self._get_waiting_domain()
            & Domain("create_date", "<", now - timedelta(days=COMPARED_DAYS)),
            order="charge_asked_at NULLS FIRST, id",
            limit=OLD_CHARGES,
        )
        old._queue_charge("follow", charge_asked_at=now)

    def _compare_charges(self, days=COMPARED_DAYS):
        """Store an event for each charge of the last days that differs from the provider's.

        :param days: age of the oldest charges
        :return: number of charges that differ
        :raise ServiceError: if the provider does not answer; differences found before are stored
        """
        self.ensure_one()
        client = self._get_receipts_client()
        since = fields.Date.context_today(self) - timedelta(days=days)
        offset, more, differing, seen = 0, True, 0, set()
        while more:
            found, more = client.list_charges(since, offset)
            offset += len(found)
            more = more and bool(found)
            seen.update(charge.reference for charge in found)
            differing += self._store_differences(found)
        self._queue_unlisted_charges(since, seen)
        return differing

    def _queue_unlisted_charges(self, since, seen):
        """Queue requests for live charges that the provider does not list: they may be deleted.

        :param since: day from which charges were listed
        :param seen: set of the provider's ids that were listed
        """
        live = self.env["payment.transaction"].search(
            self._get_waiting_domain() & Domain("create_date", ">", since + timedelta(days=1))
        )
        live.filtered(
            lambda charge: charge.provider_reference and charge.provider_reference not in seen
        )._queue_charge("follow")

    def _store_differences(self, found):
        transactions = self.env["payment.transaction"].search_fetch(
            [
                ("provider_id", "=", self.id),
                ("provider_reference", "in", [c.reference for c in found]),
            ],
            [
                "provider_reference",
                "charge_raw_state",
                "charge_refunded",
                "charge_found_amount",
                "charge_found_due_date",
            ],
        )
        known = {tx.provider_reference: tx for tx in transactions}
        events = []
        for charge in found:
            transaction = known.get(charge.reference)
            back = float(charge.refunded)
            if transaction and transaction._is_known_as(charge):
                continue
            if not transaction and charge.paid is None:
                # Made elsewhere, or being made here: only paid ones matter.
                continue
            # A charge that differs again after its event is processed again, once a day.
            again = fields.Date.context_today(self).isoformat() if transaction else "orphan"
            terms = f"{charge.amount}:{charge.due_date}"
            reference = f"poll:{charge.reference}:{charge.raw_state}:{back:.2f}:{terms}:{again}"
            events.append((reference, charge.raw_state, charge.reference, None))
        return self.env["reseller.billing.event"]._receive(self, events, "poll")
