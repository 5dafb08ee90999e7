import functools
import hashlib
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import retrying

from ...const import ASAAS_CODE, RECEIPTS_CODES
from ...tools.activity import end_told
from ...tools.errors import Gone, ServiceError
from ...tools.tax_id import normalize
from ..common.moment import get_now

_logger = logging.getLogger(__name__)

# What decides which account is opened.
ACCOUNT_FIELDS = {"asaas_api_key", "state"}
# Live charges that are requested with a new key; one that is known proves the account.
WITNESSES = 3
# Of so many charges that are not known within an hour, the account itself is asked after.
MANY_MISSING = 5


class PaymentProvider(models.Model):
    """The account that a key opens: charges of one live in no other.

    A changed key is proved before anything is sent with it, as long as charges live: the account
    has the same holder, and knows one of them. Source: Asaas, GET /v3/myAccount/commercialInfo;
    404 also for objects of other accounts.
    """

    _inherit = "payment.provider"

    billing_account_digest = fields.Char(
        copy=False,
        readonly=True,
        groups="base.group_system",
        help="Of the key whose account is proved; it cannot be read back.",
    )
    billing_account_problem = fields.Text(
        string="Account", copy=False, readonly=True, help="Why nothing is sent, and what to do."
    )
    billing_account_after_id = fields.Integer(
        copy=False,
        readonly=True,
        help="Charges up to this number were made in a former account.",
    )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        providers = super().create(vals_list)
        providers._note_account()
        return providers

    def write(self, vals):
        result = super().write(vals)
        if not ACCOUNT_FIELDS.isdisjoint(vals):
            self._note_account()
        return result

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_use_account(self):
        """Charge through the account that the key opens, and leave what lives in the former.

        :return: the list of what lives there
        :raise UserError: why the account cannot be reached
        """
        self.ensure_one()
        self.check_access("write")
        provider = self.sudo()
        try:
            holder = provider._make_receipts_client().get_holder()
        except ServiceError as error:
            raise UserError(self._describe_failure(error)) from None
        left = provider._get_living_charges()
        provider._begin_account()
        provider.write(
            {
                "billing_account_tax_id": normalize(holder) or False,
                "billing_account_problem": False,
            }
        )
        for charge in left:
            charge._as_responsible()._leave_in_former_account()
        action = self.env["ir.actions.act_window"]._for_xml_id("reseller_billing.boleto_action")
        return {**action, "domain": [("id", "in", left.fatura_id.ids)], "context": {}}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_account_digest(self):
        """Return a digest of the key and the environment of this provider."""
        self.ensure_one()
        key = self.sudo().asaas_api_key if self.code == ASAAS_CODE else ""
        return hashlib.sha256(f"{self.state}:{key}".encode()).hexdigest() if key else False

    def _note_account(self):
        """Believe keys while nothing lives; else have them proved before anything is sent."""
        for provider in self.sudo().filtered(lambda one: one.code in RECEIPTS_CODES):
            digest = provider._get_account_digest()
            if not digest:
                continue
            if digest == provider.billing_account_digest:
                provider.billing_account_problem = False
            elif provider._get_living_charges(limit=1):
                self.env["payment.transaction"]._trigger_delivery()
            else:
                provider._begin_account()

    def _begin_account(self):
        """Charge through the account of the present key from now on."""
        charges = self.env["payment.transaction"].sudo().with_context(active_test=False)
        last = charges.search([("provider_id", "=", self.id)], order="id desc", limit=1)
        self.write(
            {
                "billing_account_digest": self._get_account_digest(),
                "billing_account_after_id": last.id if self.billing_account_digest else 0,
            }
        )

    def _get_own_domain(self):
        """Return the domain of this provider's charges that were made in the present account."""
        after = self.billing_account_after_id
        return Domain("provider_id", "=", self.id) & Domain("id", ">", after)

    def _get_living_charges(self, limit=None):
        """Return the charges that can be paid in the present account, the newest first."""
        return (
            self.env["payment.transaction"]
            .sudo()
            .search(
                self._get_own_domain()
                & Domain("charge_state", "in", ("awaiting", "overdue"))
                & Domain("provider_reference", "!=", False),
                order="charge_is_missing, id desc",
                limit=limit,
            )
        )

    def _is_account_proved(self):
        provider = self.sudo()
        return provider.billing_account_digest == provider._get_account_digest()

    def _check_account_proved(self):
        """Refuse requests with a key whose account is not proved.

        :raise UserError: naming the provider, and what to do
        """
        if self._is_account_proved():
            return
        raise UserError(
            self.billing_account_problem
            or self.env._(
                "%(provider)s has another API key. It is being asked whether the key opens the "
                "same account; nothing is sent until then.",
                provider=self.name,
            )
        )

    @api.model
    def _prove_accounts(self):
        """Prove the accounts of changed keys. Called by the cron, with nothing locked."""
        providers = self.search(
            Domain("code", "in", RECEIPTS_CODES) & Domain("state", "!=", "disabled")
        )
        for provider_id in providers.filtered(lambda one: not one._is_account_proved()).ids:
            self.env["ir.cron"]._commit_progress()
            provider = self.browse(provider_id)
            try:
                retrying(functools.partial(provider._prove_account), self.env)
            except (ServiceError, UserError) as error:
                _logger.info("The account of provider %s is not proved: %s", provider_id, error)

    def _prove_account(self):
        """Compare the account that the key opens with the one in which charges live.

        :return: whether it is the same; if not, the responsible is told
        :raise ServiceError: if the provider does not answer
        :raise UserError: if the provider's settings allow no request
        """
        self.ensure_one()
        reader = self.billing_user_id or self.env.user
        provider = self.sudo().with_context(lang=reader.lang)
        client = provider._make_receipts_client()
        holder, known = normalize(client.get_holder()), provider.billing_account_tax_id
        living = provider._get_living_charges()
        is_other = bool(holder and known and holder != known)
        if is_other or (living and not provider._is_any_known(client, living[:WITNESSES])):
            provider._store_other_account(holder, living)
            return False
        told = provider.billing_account_problem
        values = {"billing_account_digest": provider._get_account_digest()}
        if holder:
            values["billing_account_tax_id"] = holder
        provider.write({**values, "billing_account_problem": False, "billing_paused_until": False})
        if told:
            end_told(living.fatura_id.sudo(), provider.env._("Another account"))
        return True

    def _is_any_known(self, client, charges):
        """Return whether the account knows one of some charges."""
        for charge in charges:
            try:
                client.get_charge(charge.provider_reference)
                return True
            except Gone:
                continue
        return False

    def _store_other_account(self, holder, living):
        """Store that a key opens another account, and tell the responsible once."""
        text = self.env._(
            "The API key of %(provider)s opens another account (%(holder)s) than the one in which "
            "%(count)s charges can still be paid (%(known)s), so nothing is sent. Enter a key of "
            "that account; or, if its charges are to be left there, have the administrator choose "
            "Use this account.",
            provider=self.name,
            holder=holder or "?",
            count=len(living),
            known=self.billing_account_tax_id or "?",
        )
        self.billing_account_problem = text
        if living:
            living[0]._as_responsible()._notify_responsible(self.env._("Another account"), text)

    def _doubt_account(self):
        """Have the account proved again where many charges at once are not known to it."""
        since = get_now(self.env) - timedelta(hours=1)
        missing = self._get_own_domain() & Domain("charge_is_missing", "=", True)
        missing &= Domain("write_date", ">=", since)
        found = self.env["payment.transaction"].sudo().search_count(missing, limit=MANY_MISSING)
        if found >= MANY_MISSING:
            self.sudo().billing_account_digest = "doubted"
