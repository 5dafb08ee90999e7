import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import ASAAS_CODE, RECEIPTS_CODES
from ...tools.errors import ServiceError
from ..common.moment import get_now

# Secrets: with them one could act for the company at the provider, or for the provider here.
SECRETS = ("asaas_api_key", "webhook_key", "webhook_token")

COSTS = ("expense", "expense_depreciation", "expense_direct_cost")
EARNINGS = ("income", "income_other")
EXPENSE = [("account_type", "in", COSTS)]
INCOME = [("account_type", "in", EARNINGS)]
# Discounts are a cost, or less income.
RESULT = [("account_type", "in", COSTS + EARNINGS)]


class PaymentProvider(models.Model):
    """Settings of any online receipts provider (recebimentos online) to charge faturas."""

    _name = "payment.provider"
    _inherit = ["reseller.billing.abstract.guard", "payment.provider"]

    billing_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Journal of Faturas",
        check_company=True,
        copy=False,
        domain=[("type", "=", "sale")],
        help="Faturas have a journal of their own, so that they use no NF-e numbers. If empty, "
        "it is created with the first fatura.",
        written_by="administrator",
    )
    billing_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible for Charges",
        check_company=True,
        copy=False,
        help="Notified of open work, if the contract has no responsible.",
        written_by="administrator",
    )
    billing_fee_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Provider's Fee",
        check_company=True,
        copy=False,
        domain=EXPENSE,
        written_by="administrator",
    )
    billing_interest_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Interest Income",
        check_company=True,
        copy=False,
        domain=INCOME,
        written_by="administrator",
    )
    billing_fine_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Fine Income",
        check_company=True,
        copy=False,
        domain=INCOME,
        help="Left empty, fines are booked with the interest.",
        written_by="administrator",
    )
    billing_discount_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Discounts Granted",
        check_company=True,
        copy=False,
        domain=RESULT,
        written_by="administrator",
    )
    billing_fine = fields.Float(
        string="Fine (%)",
        digits=(5, 2),
        help="Once, of a fatura paid late. The law allows 2 %.",
        written_by="administrator",
    )
    billing_interest = fields.Float(
        string="Interest (% a month)",
        digits=(5, 2),
        help="Of a fatura paid late, day by day.",
        written_by="administrator",
    )
    billing_discount = fields.Float(
        string="Discount (%)", digits=(5, 2), written_by="administrator"
    )
    billing_discount_days = fields.Integer(
        string="Days Before Due",
        help="The discount is given until so many days before it is due.",
        written_by="administrator",
    )
    billing_paused_until = fields.Datetime(
        copy=False,
        readonly=True,
        help="Nothing is sent to the provider until then, at its request.",
    )
    billing_account_tax_id = fields.Char(
        string="Holder of the Account",
        copy=False,
        readonly=True,
        help="CPF or CNPJ that the provider names as the holder of the account.",
    )
    billing_use_credit = fields.Boolean(
        string="Use Clients' Credit",
        default=True,
        help="What a client paid too much settles the next fatura, which is charged over the rest.",
        written_by="administrator",
    )
    billing_suspend_days = fields.Integer(
        string="Suspend After (Days)",
        help="Days that a fatura may be overdue before its contract is suspended; active again "
        "once it is paid. 0 suspends nobody.",
        written_by="administrator",
    )

    _billing_percentages = models.Constraint(
        "CHECK (billing_fine BETWEEN 0 AND 100 AND billing_interest BETWEEN 0 AND 100"
        " AND billing_discount >= 0 AND billing_discount < 100 AND billing_discount_days >= 0"
        " AND billing_suspend_days >= 0)",
        "Fine, interest and discount are between 0 and 100 %, and days are not negative.",
    )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_removal_values(self):
        """Clear the secrets of providers that the host keeps after the uninstallation."""
        return {**super()._get_removal_values(), **dict.fromkeys(SECRETS, False)}

    def _get_reset_values(self):
        values = super()._get_reset_values()
        return (
            {**values, **dict.fromkeys(SECRETS, False)} if self._is_receipts_provider() else values
        )

    def _describe_failure(self, error):
        """Return what happened and what to do next, for people.

        :param error: a ServiceError, or another exception that says it by itself
        """
        if isinstance(error, ServiceError) and error.cause != "settings":
            if self.code == ASAAS_CODE:
                return self._describe_asaas_failure(error)
        return str(error)

    def _is_receipts_provider(self):
        """Return whether this is an online receipts provider of this addon."""
        return self.code in RECEIPTS_CODES

    @api.model
    def _get_receipts_provider(self, company):
        """Return the provider that charges faturas of a company, or none."""
        return self.sudo().search(
            Domain("code", "in", RECEIPTS_CODES)
            & Domain("state", "!=", "disabled")
            & Domain("company_id", "parent_of", company.ids),
            order="company_id desc, state, id",
            limit=1,
        )

    def _get_receipts_client(self):
        """Return the client of the provider's API; `tools.asaas.client` has its methods.

        :raise UserError: if the settings allow no request, or the key may open another account
        """
        client = self._make_receipts_client()
        self._check_account_proved()
        return client

    def _make_receipts_client(self):
        """Return the client of the provider's API, whatever account its key opens.

        A second provider has its own case here, or overrides this in its own addon.
        """
        if self.code == ASAAS_CODE:
            return self._get_asaas_client()
        raise NotImplementedError

    def _get_providers_of_account(self):
        """Return the other providers that charge through the same account, of all companies."""
        self.ensure_one()
        provider = self.sudo()
        if self.code != ASAAS_CODE or not provider.asaas_api_key:
            return self.browse()
        is_same = Domain("asaas_api_key", "=", provider.asaas_api_key)
        if provider.billing_account_tax_id:
            is_same |= Domain("billing_account_tax_id", "=", provider.billing_account_tax_id)
        same = Domain("code", "=", self.code) & Domain("state", "=", self.state)
        return provider.search(same & is_same & Domain("id", "!=", self.id))

    def _get_billing_account(self, name):
        """Return the account of fee, interest, fine or discount.

        :raise UserError: naming what is missing
        """
        self.ensure_one()
        account = self[f"billing_{name}_account_id"]
        if name == "fine":
            account = account or self.billing_interest_account_id
        if not account:
            field = self._fields[f"billing_{name}_account_id"]
            raise UserError(
                self.env._(
                    "%(provider)s has no account for: %(account)s. Choose it on the provider, "
                    "tab Faturas; then the waiting payments are booked automatically.",
                    provider=self.name,
                    account=field._description_string(self.env),
                )
            )
        return account

    def _check_billing_ready(self):
        """Refuse to charge before payments can be booked; names all missing settings.

        :raise UserError: naming the provider and what to enter
        """
        if not self:
            raise UserError(
                self.env._(
                    "No receipts provider is enabled for %(company)s. Enable Asaas under "
                    "Configuration, and choose it on the contract.",
                    company=self.env.company.name,
                )
            )
        self.ensure_one()
        needed = {
            "journal_id": self.journal_id,
            "billing_fee_account_id": self.billing_fee_account_id,
            "billing_interest_account_id": self.billing_interest_account_id,
            "billing_discount_account_id": self.billing_discount_account_id
            or not self.billing_discount,
        }
        needed["journal_id"] = self._get_receipts_line().payment_account_id
        missing = [
            self._fields[name]._description_string(self.env)
            for name, value in needed.items()
            if not value
        ]
        if self.state == "disabled" or missing:
            raise UserError(
                self.env._(
                    "%(provider)s is not ready to charge: %(missing)s. Complete it under "
                    "Configuration.",
                    provider=self.name,
                    missing=", ".join(missing) or self.env._("it is disabled"),
                )
            )

    def _get_billing_journal(self):
        """Return the sales journal of the faturas; it is created on first use.

        It uses no numbers of fiscal documents, where the localisation has them.
        """
        self.ensure_one()
        if self.billing_journal_id:
            return self.billing_journal_id
        # Of two first faturas at once the second waits here; then its transaction is retried.
        self.env.cr.execute(
            SQL("SELECT id FROM payment_provider WHERE id = %s FOR UPDATE", self.id)
        )
        company = self.company_id
        journals = self.env["account.journal"].with_company(company)
        code = "FAT"
        if journals.search_count([("code", "=", code), ("company_id", "=", company.id)], limit=1):
            code = f"F{secrets.token_hex(2).upper()}"
        sales = journals.search(
            [
                ("type", "=", "sale"),
                ("company_id", "=", company.id),
                ("default_account_id", "!=", False),
            ],
            limit=1,
        )
        values = {
            "name": self.env._("Faturas"),
            "code": code,
            "type": "sale",
            "company_id": company.id,
            "default_account_id": (sales.default_account_id or company.income_account_id).id,
        }
        if "l10n_latam_use_documents" in journals:
            values["l10n_latam_use_documents"] = False
        self.billing_journal_id = journals.create(values)
        return self.billing_journal_id

    def _pause_billing(self, seconds):
        """Pause sending to this provider for some seconds."""
        until = get_now(self.env) + timedelta(seconds=seconds)
        if not self.billing_paused_until or self.billing_paused_until < until:
            self.billing_paused_until = until

    def _end_billing_pause(self):
        paused = self.filtered("billing_paused_until")
        if paused:
            paused.billing_paused_until = False

    def _prepare_payer(self, partner):
        """Return the data of a client for this provider, and its id there.

        :return: (tools.receipts.Payer, the provider's id of the client or nothing where it is not
            known or the client or the account has changed, digest for `_store_payer`)
        """
        self.ensure_one()
        payers = self.env["reseller.billing.payer"]
        payer = payers._prepare_payer(partner)
        # Test Mode and production are two accounts, with ids of their own.
        account = (self.state, self.billing_account_after_id or 0)
        account = account if account[1] else account[:1]
        digest = hashlib.sha256(repr((*account, payer)).encode()).hexdigest()
        known = payers._find(self, partner)
        return payer, known.reference if known.digest == digest else "", digest

    def _store_payer(self, partner, reference, digest):
        payers = self.env["reseller.billing.payer"]
        known = payers._find(self, partner)
        values = {"reference": reference, "digest": digest}
        if not known:
            payers.create({"partner_id": partner.id, "provider_id": self.id, **values})
        elif (known.reference, known.digest) != (reference, digest):
            known.write(values)
