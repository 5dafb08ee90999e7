from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.api.post_sale import PostSaleRequest
from ..common.for_each import for_each
from ..common.supplier_user import check_supplier_user
from .post_sale import UNDECIDED


class SupplierCreditPostSale(models.Model):
    """Sending requests to Supplier, and querying them. Seed 002, steps 2 and 3."""

    _inherit = "supplier.credit.post.sale"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_resend(self):
        """Send waiting requests, or send refused ones again.

        :return: see `for_each`
        :raise UserError: naming the request and why there is nothing to send
        """
        check_supplier_user(self)
        self.invoice_id.check_access("write")
        return for_each(self.sudo(), lambda request: request._resend())

    def action_query(self):
        """Query the present state of these requests.

        :return: see `for_each`
        :raise UserError: naming the request that has no code from Supplier yet
        """
        check_supplier_user(self)
        return for_each(self, lambda request: request._query_by_hand())

    # -------------------------------------------------------------------------
    # SENDING
    # -------------------------------------------------------------------------

    def _send_if_ready(self):
        """Send the drafts that have no obstacle."""
        for request in self:
            if request.state == "draft" and not request._get_sending_obstacle():
                request._send()

    def _get_sending_obstacle(self):
        """Return why this request cannot be sent, as a text, or False."""
        move = self._get_root().temporary_move_id
        if move.state != "posted":
            return self.env._(
                "%(request)s has no posted temporary credit yet.", request=self.display_name
            )
        if self.kind == "return" and move.supplier_sefaz_state != "authorised":
            return self.env._(
                "%(note)s waits for its authorised return NF-e. Use Upload NF-e on the credit "
                "note; the request leaves by itself then.",
                note=move.display_name,
            )
        return False

    def _send(self):
        """Queue the message of this request."""
        self.ensure_one()
        document = self._get_document()
        request = PostSaleRequest(
            transaction=self.transaction_id.code,
            kind=self.kind,
            amount=self.currency_id.round(self.amount),
            document=document,
            reason=self.request_reason or "",
        )
        key, number, _day = document or (False, False, False)
        # The code of a refused attempt is not valid for this one.
        self._move_to(
            "to_send",
            code=False,
            reason=False,
            error=False,
            document_key=key,
            document_number=number,
        )
        self._queue_message(self.agreement_id, "post_sale_create", request.to_wire())

    def _get_document(self):
        """Return key, number and date of the request's NF-e; None for a bonus."""
        if self.kind == "bonus":
            return None
        move = self.invoice_id
        if self.kind == "return":
            move = self._get_root().temporary_move_id
        key = move.supplier_nfe_key
        return key, str(int(key[25:34])), move.supplier_nfe_issue_date

    def _get_obstacle(self, message):
        """Return why the request must not be sent any more, or False."""
        if message.operation == "post_sale_create":
            return self._get_sending_obstacle()
        return super()._get_obstacle(message)

    def _resend(self):
        message = self._find_open_message("post_sale_create")
        if message:
            message._retry()
        elif self.state == "draft":
            self._start()
        elif self.state == "refused" and not self._is_settled_otherwise():
            if obstacle := self._get_sending_obstacle():
                raise UserError(obstacle)
            self._send()
        elif self.state == "error":
            # It is registered; a later answer about it could not be applied.
            self._query_by_hand()
        else:
            raise UserError(
                self.env._(
                    "%(request)s cannot be sent: it is %(state)s. Use Query to learn what became "
                    "of it, or Decide for what Supplier did not approve.",
                    request=self.display_name,
                    state=self._state_label(),
                )
            )

    def _start(self):
        """Create the temporary credit if it is missing, and send the request.

        :raise UserError: saying why the request cannot be sent
        """
        if not self._get_root().temporary_move_id:
            self._create_temporary_credit()
        if obstacle := self._get_sending_obstacle():
            raise UserError(obstacle)
        self._send()

    def _is_settled_otherwise(self):
        """Return whether a part of this request is already credited or withdrawn."""
        return bool(self.currency_id.compare_amounts(self.open_amount, self.amount))

    def _withdraw_unsent(self):
        """Withdraw the requests whose message was never attempted."""
        for request in self:
            message = request._find_open_message("post_sale_create")
            if request.state == "to_send" and message.state == "waiting" and not message.attempts:
                message._move_to("withdrawn")
                request._move_to("draft", error=False)

    # -------------------------------------------------------------------------
    # QUERYING
    # -------------------------------------------------------------------------

    def _query_by_hand(self):
        if self._find_open_message("post_sale_create"):
            raise UserError(
                self.env._(
                    "%(request)s is still being sent to Supplier. Use Send Again to bring that to "
                    "an end first.",
                    request=self.display_name,
                )
            )
        if not self.code:
            raise UserError(
                self.env._(
                    "%(request)s has no code from Supplier yet, so there is nothing to query.",
                    request=self.display_name,
                )
            )
        self._queue_message(self.agreement_id, "post_sale_query", None)

    @api.model
    def _cron_query(self):
        """Query the undecided requests, at the interval of parameter 2.4."""
        self._query_in_analysis(
            "post_sale_query", interval="post_sale_interval_minutes", states=UNDECIDED
        )

    @api.model
    def _prepare_request(self, transaction, kind, amount, **values):
        """Return the values of a request about a transaction.

        :param amount: in BRL
        """
        return {
            "agreement_id": transaction.agreement_id.id,
            "company_id": transaction.company_id.id,
            "partner_id": transaction.partner_id.id,
            "transaction_id": transaction.id,
            "kind": kind,
            "amount": fields.Float.round(amount, 2),
            **values,
        }
