from odoo import fields, models
from odoo.exceptions import UserError

from ..invoicing.account_move import FREE_STATES


class SupplierCreditTransaction(models.Model):
    """Post-sales of a registered sale. Seed 002."""

    _inherit = "supplier.credit.transaction"

    post_sale_ids = fields.One2many(
        comodel_name="supplier.credit.post.sale",
        inverse_name="transaction_id",
        string="Post-Sales",
        readonly=True,
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_bonus(self):
        return self.invoice_id.action_open_supplier_bonus()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _is_open_for_post_sale(self):
        """Return whether Supplier approved the sale and the approval is posted."""
        return self.state == "approved" and self.processing_state == "done"

    def _get_post_sale_amount(self, apart=None):
        """Return the amount of the sale's requests in BRL, without withdrawn ones.

        :param apart: a request that is left out
        """
        roots = self.post_sale_ids.filtered(lambda request: not request.origin_id)
        roots -= apart or roots.browse()
        withdrawn = roots.filtered(lambda request: request.state == "withdrawn")
        counted = roots - withdrawn
        return sum(counted.mapped("amount")) - sum(
            (counted | counted.child_ids).mapped("withdrawn_amount")
        )

    def _check_post_sale(self, amount, apart=None):
        """Refuse a request that Supplier would never accept.

        :param amount: in BRL
        :param apart: the request with this amount, if it exists already
        :raise UserError: naming the invoice and the amount that is left of it
        """
        self.ensure_one()
        # Two credit notes posted at the same time must not return the same part.
        self.lock_for_update()
        if not self._is_open_for_post_sale():
            raise UserError(
                self.env._(
                    "%(invoice)s is not approved and processed at Supplier (%(state)s, processing "
                    "%(processing)s). Bring that to an end first; then it can be returned.",
                    invoice=self.invoice_id.display_name,
                    state=self._state_label(),
                    processing=self._selection_label("processing_state"),
                )
            )
        left = self.total - self._get_post_sale_amount(apart)
        if self.currency_id.compare_amounts(amount, left) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s cannot be taken back of %(invoice)s: of its %(total)s only "
                    "%(left)s are left. The others are %(requests)s.",
                    amount=self.currency_id.format(amount),
                    invoice=self.invoice_id.display_name,
                    total=self.currency_id.format(self.total),
                    left=self.currency_id.format(left),
                    requests=", ".join(
                        (self.post_sale_ids - (apart or self.post_sale_ids[:0])).mapped(
                            "display_name"
                        )
                    )
                    or "-",
                )
            )

    def _request_cancellation(self):
        """Request the cancellation of sales whose NF-e SEFAZ cancelled, once for each.

        Supplier does not take it back. It is requested where a person cancelled the NF-e, or
        confirmed the file that says so; a file that merely arrived waits for that.

        A failure is shown on the request or the transaction and not raised: SEFAZ's answer must not
        be lost.
        """
        for transaction in self:
            if not transaction._is_open_for_post_sale() or transaction._is_being_cancelled():
                continue
            if transaction.invoice_id._has_unconfirmed_cancellation():
                continue
            request = transaction._create_cancellation()
            if request:
                request._process_in_savepoint(request._start, request._show_error)

    def _is_being_cancelled(self):
        """Return whether the cancellation of the sale was requested, or has failed visibly."""
        return bool(self.post_sale_ids.filtered(lambda made: made.kind == "cancellation"))

    def _can_be_cancelled(self):
        """Return whether Supplier has or gets the sale, and nobody requested its cancellation."""
        return bool(self) and self.state not in FREE_STATES and not self._is_being_cancelled()

    def _create_cancellation(self):
        """Return the new request that cancels the sale; empty if it is refused, which is shown."""
        self.ensure_one()
        requests = self.env["supplier.credit.post.sale"]

        def create():
            self._check_post_sale(self.total)
            requests.create(requests._prepare_request(self, "cancellation", self.total))

        self._process_in_savepoint(create, self._show_error)
        return self.post_sale_ids.filtered(lambda made: made.kind == "cancellation")

    def _cancel_if_nfe_is_cancelled(self):
        """Request the cancellation of the sale if SEFAZ has cancelled its NF-e."""
        if self.invoice_id.supplier_sefaz_state == "cancelled":
            self._request_cancellation()

    def _check_no_post_sales(self):
        """Refuse to undo the processing that post-sales requests rest on.

        :raise UserError: naming the transaction and its requests
        """
        if later := self.post_sale_ids.filtered(lambda request: request.state != "withdrawn"):
            raise UserError(
                self.env._(
                    "Transaction %(transaction)s has post-sales requests: %(requests)s. They rest "
                    "on its processing, which stays.",
                    transaction=self.name,
                    requests=", ".join(later.mapped("display_name")),
                )
            )
