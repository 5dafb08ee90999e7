import secrets
from hmac import compare_digest

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import RECEIPTS_CODES
from ...tools.errors import ServiceError
from ..common.moment import get_now

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


class PaymentProvider(models.Model):
    """Events of charges: the webhook and its state."""

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
                "webhook_checked_at": get_now(self.env),
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
        values = {"webhook_checked_at": get_now(self.env)}
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
