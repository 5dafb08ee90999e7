from odoo import api, fields, models
from odoo.addons.payment import utils as payment_utils
from odoo.exceptions import UserError, ValidationError

from ...const import (
    ASAAS_CODE,
    ASAAS_TEST_URL_PARAMETER,
    DEFAULT_PAYMENT_METHOD_CODES,
    SUPPORTED_CURRENCIES,
)
from ...tools.asaas import api as asaas_api
from ...tools.asaas.client import AsaasClient
from ...tools.errors import ServiceError
from ...tools.http import is_header, is_safe_url
from ...tools.tax_id import normalize


class PaymentProvider(models.Model):
    """Online receipts provider (Recebimentos online): Asaas."""

    _inherit = "payment.provider"

    code = fields.Selection(
        selection_add=[(ASAAS_CODE, "Asaas")], ondelete={ASAAS_CODE: "set default"}
    )
    asaas_api_key = fields.Char(
        string="Asaas API Key",
        help="Create it in Asaas under Integrations, API keys; it is shown there only once. Keys "
        "of the production account begin with $aact_prod_, keys of the sandbox account with "
        "$aact_hmlg_.",
        required_if_provider=ASAAS_CODE,
        copy=False,
        groups="base.group_system",
        written_by="administrator",
    )

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("asaas_api_key")
    def _check_asaas_api_key(self):
        """Refuse keys that cannot be an HTTP header: the library would quote them in its error."""
        for provider in self:
            if is_header(provider.asaas_api_key or ""):
                continue
            raise ValidationError(
                self.env._(
                    "The API key of %(provider)s contains a blank, a line break or a character "
                    "that no Asaas key has. Copy the key again from Asaas, without quotes.",
                    provider=provider.name,
                )
            )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    def _get_supported_currencies(self):
        supported_currencies = super()._get_supported_currencies()
        if self.code == ASAAS_CODE:
            supported_currencies = supported_currencies.filtered(
                lambda currency: currency.name in SUPPORTED_CURRENCIES
            )
        return supported_currencies

    def _get_default_payment_method_codes(self):
        self.ensure_one()
        if self.code != ASAAS_CODE:
            return super()._get_default_payment_method_codes()
        return DEFAULT_PAYMENT_METHOD_CODES

    # -------------------------------------------------------------------------
    # ACTION METHODS
    # -------------------------------------------------------------------------

    def action_asaas_test_connection(self):
        """Check the address, the key, and whose account it opens.

        Changes nothing at Asaas. API: GET /v3/customers, /v3/myAccount/commercialInfo and
        /v3/pix/addressKeys.

        :return: a notification
        :rtype: dict
        :raise UserError: what went wrong and what to do about it
        """
        self.ensure_one()
        self.check_access("write")
        client = self._get_asaas_client()
        try:
            client.check()
            holder, has_pix_key = client.get_holder(), client.has_pix_key()
            if not self._is_account_proved():
                is_proved = self._prove_account()
                if not is_proved:
                    raise UserError(self.billing_account_problem)
        except ServiceError as error:
            raise UserError(self._describe_failure(error)) from None
        self.sudo().billing_account_tax_id = normalize(holder)
        warnings = self._describe_account(has_pix_key)
        environment = dict(self._fields["state"]._description_selection(self.env))[self.state]
        answered = self.env._(
            "%(provider)s answered and accepts the API key (%(environment)s).",
            provider=self.name,
            environment=environment,
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if warnings else "success",
                "sticky": bool(warnings),
                "message": " ".join([answered, *warnings]),
            },
        }

    def _describe_account(self, has_pix_key):
        """Return warnings about the account that a key opens, as a list of texts."""
        warnings = []
        own, holder = normalize(self.company_id.vat), self.billing_account_tax_id
        if own and holder and own != holder:
            warnings.append(
                self.env._(
                    "The account belongs to %(holder)s, %(company)s is %(own)s: check that it is "
                    "the right key before you charge anybody.",
                    holder=holder,
                    company=self.company_id.name,
                    own=own,
                )
            )
        if not has_pix_key:
            warnings.append(
                self.env._(
                    "The account has no Pix key of its own: Pix codes are valid on the day of "
                    "their request only. Register a Pix key at %(provider)s.",
                    provider=self.name,
                )
            )
        return warnings

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _get_compatible_providers(self, *args, report=None, **kwargs):
        """Leave Asaas out of payment forms: the company creates its charges, not the customer."""
        providers = super()._get_compatible_providers(*args, report=report, **kwargs)
        asaas_providers = providers.filtered(lambda provider: provider.code == ASAAS_CODE)
        payment_utils.add_to_report(
            report,
            asaas_providers,
            available=False,
            reason=self.env._("Asaas charges are made by the company, not in payment forms."),
        )
        return providers - asaas_providers

    # -------------------------------------------------------------------------
    # REQUESTS
    # -------------------------------------------------------------------------

    def _get_asaas_client(self):
        """Return the client of Asaas with this provider's key; it uses no record afterwards.

        :raise UserError: if the provider's settings allow no request
        """
        self.ensure_one()
        self._asaas_check_ready()
        return AsaasClient(
            asaas_api.make_service(self._asaas_get_base_url(), self.asaas_api_key, self.id)
        )

    def _asaas_check_ready(self):
        """Check the settings before anything is sent.

        :raise UserError: provider disabled, no key, or a key of the other environment
        """
        if self.state not in asaas_api.URLS:
            raise UserError(
                self.env._(
                    "%(provider)s is disabled. Choose Enabled or Test Mode, which decides between "
                    "the production account and the sandbox of Asaas, save, and try again.",
                    provider=self.name,
                )
            )
        key = self.asaas_api_key
        if not key:
            raise UserError(
                self.env._(
                    "%(provider)s has no API key. Create one in Asaas under Integrations, API "
                    "keys, enter it here and save.",
                    provider=self.name,
                )
            )
        other_state = "test" if self.state == "enabled" else "enabled"
        if key.startswith(asaas_api.KEY_PREFIXES[other_state]):
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(provider)s is in the state %(state)s, but its API key belongs to the other "
                    "account of Asaas (%(other_state)s). Enter a key that begins with %(prefix)s, "
                    "or change the state.",
                    provider=self.name,
                    state=states[self.state],
                    other_state=states[other_state],
                    prefix=asaas_api.KEY_PREFIXES[self.state],
                )
            )

    def _asaas_get_base_url(self):
        """Return the address of the API for the provider's state, without a trailing slash.

        :raise UserError: if the system parameter for Test Mode holds no safe address
        """
        self.ensure_one()
        if self.state != "test":
            return asaas_api.URLS["enabled"]
        url = self.env["ir.config_parameter"].sudo().get_param(ASAAS_TEST_URL_PARAMETER)
        if not url:
            return asaas_api.URLS["test"]
        if is_safe_url(url):
            return url.rstrip("/")
        raise UserError(
            self.env._(
                "The API key of %(provider)s must not be sent to the address in the system "
                "parameter %(parameter)s. Enter an https address (or http on this machine), or "
                "delete the parameter to use the sandbox of Asaas.",
                parameter=ASAAS_TEST_URL_PARAMETER,
                provider=self.name,
            )
        )
