import logging

from odoo import models
from odoo.http import request
from werkzeug.exceptions import NotFound, Unauthorized

_logger = logging.getLogger(__name__)


class IrHttp(models.AbstractModel):
    """Who may send events: the receipts provider, by the webhook's address and token.

    The host reads forms and files of a request before its controller; this comes before that, so
    that requests without the token cost nothing.
    """

    _inherit = "ir.http"

    @classmethod
    def _auth_method_receipts_provider(cls):
        """Let requests to the address of a provider's webhook pass that have its token.

        :raise NotFound: for an unknown address
        :raise Unauthorized: without the provider's token
        """
        cls._auth_method_public()
        key = request.httprequest.path.rpartition("/")[2]
        provider = request.env["payment.provider"].sudo()._find_by_webhook(key)
        if not provider:
            raise NotFound(response=_answer(404, "Unknown address."))
        if not provider._is_token_valid(request.httprequest.headers.get("asaas-access-token")):
            _logger.warning("Event for provider %s refused: no token, or another", provider.id)
            raise Unauthorized(response=_answer(401, "The token is missing or wrong."))


def _answer(status, text):
    return request.make_response(
        text, headers=[("Content-Type", "text/plain; charset=utf-8")], status=status
    )
