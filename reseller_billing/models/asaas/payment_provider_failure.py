import requests
from odoo import models

from ...const import ASAAS_TEST_URL_PARAMETER
from ...tools.asaas import api as asaas_api
from ...tools.receipts import Gone, OutcomeUnknown, Rejected, Unauthorized, Unavailable


class PaymentProvider(models.Model):
    """How requests to Asaas fail: what it means for the charge, and what a person is told."""

    _inherit = "payment.provider"

    def _asaas_failure(self, cause):
        """Return the typed error of a failed request."""
        text = self._asaas_failure_message(cause)
        if isinstance(cause, requests.exceptions.HTTPError):
            status = cause.response.status_code
            if status in (401, 403):
                return Unauthorized(text)
            if status == 404:
                return Gone(text)
            if status == 429:
                return Unavailable(text, asaas_api.read_pause(cause.response))
            if 400 <= status < 500 and status != 408:
                return Rejected(text)
        if asaas_api.never_left(cause):
            return Unavailable(text)
        return OutcomeUnknown(text)

    def _asaas_error_text(self, response):
        """Return Asaas' own words about an error, never with the key in them."""
        text = " ".join(description for _code, description in asaas_api.read_errors(response))
        key = self.sudo().asaas_api_key
        return text.replace(key, "[…]") if key else text

    def _asaas_failure_message(self, cause):
        """Translate a failed request into what happened and what to do next.

        :param cause: exception of ``requests``, or None for an answer that is not Asaas'
        :rtype: str
        """
        if isinstance(cause, requests.exceptions.HTTPError):
            return self._asaas_refusal_message(cause.response)
        if isinstance(cause, requests.exceptions.Timeout):
            return self.env._(
                "%(provider)s did not answer in time. Try again in a few minutes.",
                provider=self.name,
            )
        if isinstance(cause, requests.exceptions.RequestException) and not isinstance(
            cause, requests.exceptions.JSONDecodeError
        ):
            return self.env._(
                "%(provider)s cannot be reached at %(url)s. Check that this server has access to "
                "the internet and try again.",
                provider=self.name,
                url=self._asaas_get_base_url(),
            )
        return self.env._(
            "What answered at %(url)s is not Asaas. Check the system parameter %(parameter)s and "
            "any proxy between this server and the internet.",
            url=self._asaas_get_base_url(),
            parameter=ASAAS_TEST_URL_PARAMETER,
        )

    def _asaas_refusal_message(self, response):
        """Translate an HTTP error of Asaas; its own words follow in the second line."""
        status = response.status_code
        values = {"provider": self.name, "status": status}
        if status == 401:
            message = self.env._(
                "%(provider)s does not accept the API key. Create a new key in Asaas under "
                "Integrations, API keys, enter it here and save.",
                **values,
            )
        elif status == 403:
            message = self.env._(
                "%(provider)s refuses this server (HTTP 403). Check in Asaas the permissions of "
                "the API key and the list of authorised IP addresses.",
                **values,
            )
        elif status == 429:
            message = self.env._(
                "%(provider)s received too many requests from this account (HTTP 429). Wait and "
                "try again later.",
                **values,
            )
        elif status >= 500:
            message = self.env._(
                "%(provider)s has a problem of its own (HTTP %(status)s). Try again in a few "
                "minutes.",
                **values,
            )
        else:
            message = self.env._(
                "%(provider)s refused the request (HTTP %(status)s). Correct what its answer "
                "names and try again.",
                **values,
            )
        text = self._asaas_error_text(response)
        return f"{message}\n{text}" if text else message
