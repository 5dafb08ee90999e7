import logging

from odoo import http
from odoo.http import request

_logger = logging.getLogger(__name__)

LONGEST_BODY = 256 * 1024


class ResellerBillingWebhook(http.Controller):
    """Endpoint of the receipts provider's webhook: events of charges."""

    @http.route(
        "/reseller_billing/webhook/<string:key>",
        type="http",
        auth="receipts_provider",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=LONGEST_BODY,
    )
    def receive_event(self, key, **_parameters):
        """Store an event and answer at once; it is processed afterwards.

        Answers 200 also to a repetition. Refused, and nothing stored: 404 unknown address, 401
        without the provider's token, 400 no JSON, 413 too long. Header: asaas-access-token. Address
        and token are checked by `ir.http`, before anything of the body is read.
        """
        provider = request.env["payment.provider"].sudo()._find_by_webhook(key)
        events = request.env["reseller.billing.event"].sudo()
        try:
            event = events._read_payload(request.httprequest.get_data())
        except ValueError:
            _logger.warning("Event for provider %s refused: no JSON", provider.id)
            return self._answer(400, "This is not JSON.")
        events._receive(provider, [event])
        return self._answer(200, "Stored.")

    def _answer(self, status, text):
        return request.make_response(
            text, headers=[("Content-Type", "text/plain; charset=utf-8")], status=status
        )
