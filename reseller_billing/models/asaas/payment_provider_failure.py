from odoo import models

from ...const import ASAAS_TEST_URL_PARAMETER


class PaymentProvider(models.Model):
    """Messages to users about failed requests to Asaas."""

    _inherit = "payment.provider"

    def _describe_asaas_failure(self, error):
        """Return what happened and what to do next; Asaas' own words follow in the second line.

        :param error: a ServiceError of Asaas
        """
        match error.cause:
            case "timeout":
                return self.env._(
                    "%(provider)s did not answer in time. Try again in a few minutes.",
                    provider=self.name,
                )
            case "unreachable":
                return self.env._(
                    "%(provider)s cannot be reached at %(url)s. Check that this server has access "
                    "to the internet and try again.",
                    provider=self.name,
                    url=self._asaas_get_base_url(),
                )
            case "absurd":
                return self.env._(
                    "%(provider)s says what cannot be: %(words)s. Nothing of it is booked. Look "
                    "there, and ask its support if it stays so.",
                    provider=self.name,
                    words=error.words,
                )
            case "foreign":
                return self.env._(
                    "What answered at %(url)s is not Asaas. Check the system parameter "
                    "%(parameter)s and any proxy between this server and the internet.",
                    url=self._asaas_get_base_url(),
                    parameter=ASAAS_TEST_URL_PARAMETER,
                )
        if not error.status:
            return str(error)
        text = self._describe_asaas_refusal(error.status)
        return f"{text}\n{error.words}" if error.words else text

    def _describe_asaas_refusal(self, status):
        """Return what an HTTP error of Asaas means.

        :param status: of HTTP, 400 or more
        """
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
                "%(provider)s has an internal problem (HTTP %(status)s). Try again in a few "
                "minutes.",
                **values,
            )
        else:
            message = self.env._(
                "%(provider)s refused the request (HTTP %(status)s). Correct what its answer "
                "names and try again.",
                **values,
            )
        return message
