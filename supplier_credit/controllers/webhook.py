import logging
import re
import time

from odoo import http
from odoo.http import request

from ..tools.api.webhook import UnreadableEvent, check_signature, read_event

_logger = logging.getLogger(__name__)

LONGEST_BODY = 64 * 1024
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class SupplierCreditWebhook(http.Controller):
    """Receives Supplier's events. docs/api/supplier.openapi.yaml, webhooks."""

    @http.route(
        "/supplier_credit/webhook/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=LONGEST_BODY,
    )
    def receive_event(self, token, **_parameters):
        """Store an event and answer at once; it is processed afterwards.

        A repetition is answered with 200, too. Refused, and not stored: 404 unknown address, 403
        agreement not active or without secret, 401 signature missing, wrong or too old, 400 no
        event, 413 too long.
        """
        agreement = request.env["supplier.credit.agreement"].sudo()
        if TOKEN.fullmatch(token):
            agreement = agreement.search([("webhook_token", "=", token)], limit=1)
        if not agreement:
            return self._answer(404, "Unknown address.")
        if not agreement.enabled or not agreement.webhook_secret:
            _logger.warning(
                "Event refused: agreement %s is not active or has no webhook secret", agreement.id
            )
            return self._answer(403, "Events are not accepted.")
        body = request.httprequest.get_data()
        header = request.httprequest.headers.get("X-Supplier-Signature", "")
        reason = check_signature(agreement.webhook_secret, header, body, time.time())
        if reason:
            _logger.warning("Event for agreement %s refused: %s", agreement.id, reason)
            return self._answer(401, "The signature is missing, wrong or too old.")
        try:
            event = read_event(body)
        except UnreadableEvent as error:
            _logger.warning("Event for agreement %s refused: %s", agreement.id, error)
            return self._answer(400, "This is not an event.")
        request.env["supplier.credit.message"]._receive_event(agreement, event)
        return self._answer(200, "Stored.")

    def _answer(self, status, text):
        return request.make_response(
            text, headers=[("Content-Type", "text/plain; charset=utf-8")], status=status
        )
