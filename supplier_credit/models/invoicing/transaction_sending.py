from odoo import api, models
from odoo.exceptions import UserError

from ...const import NFE_MODEL
from ...tools.api.transaction import TransactionRequest
from ...tools.fiscal.fiscal_identity import FiscalIdentity
from .transaction import UNDER_WAY


class SupplierCreditTransaction(models.Model):
    """Registering an NF-e, also again after a correction. Seed 001, "Faturamento", 1."""

    _inherit = "supplier.credit.transaction"

    @api.model
    def _create_for(self, invoice):
        """Create the transaction of an invoice that is ready, and queue its message."""
        transaction = self.create(self._prepare_values(invoice))
        transaction._send()
        return transaction

    @api.model
    def _prepare_values(self, invoice):
        """Return the values of an invoice's transaction: its NF-e and the reservation it uses."""
        reservations = self.env["supplier.credit.preauthorization"]
        if invoice.supplier_order_id:
            reservations = invoice.supplier_order_id._get_live_preauthorization()
        reservation = reservations.filtered(lambda live: live._is_in_force())
        reserved = 0.0
        if reservation:
            # Another invoice of the order may be claiming its part at the same time.
            reservation.lock_for_update()
            unclaimed = reservation._get_unclaimed_amount(invoice.supplier_transaction_ids)
            reserved = min(invoice.amount_total, unclaimed)
        return {
            "agreement_id": invoice._get_supplier_agreement().id,
            "company_id": invoice.company_id.id,
            "invoice_id": invoice.id,
            "partner_id": invoice.commercial_partner_id.id,
            "nfe_key": invoice.supplier_nfe_key,
            "total": invoice.amount_total,
            "preauthorization_id": reservation.id if reserved else False,
            "reserved_amount": reserved,
            "release_rest": bool(reserved) and self._is_last_invoice(invoice),
        }

    @api.model
    def _is_last_invoice(self, invoice):
        """Return whether the order is fully invoiced with this invoice and those under way."""
        others = (invoice.supplier_order_id.supplier_invoice_ids - invoice).supplier_transaction_ids
        registered = others.filtered(lambda other: other.state in (*UNDER_WAY, "approved"))
        return invoice.supplier_order_id._is_billed_by(registered.invoice_id | invoice)

    def _send(self):
        """Queue the transaction's message, with the NF-e and the reservation it uses.

        :raise UserError: if the NF-e's file is not stored
        """
        self.ensure_one()
        invoice = self.invoice_id
        invoice._check_nfe_is_stored()
        reservations = ()
        if self.preauthorization_id:
            reservations = (
                (self.preauthorization_id.code, self.reserved_amount, self.release_rest),
            )
        nfe = FiscalIdentity.of_key(self.nfe_key, self.total)
        request = TransactionRequest(
            nfe_key=self.nfe_key,
            model=NFE_MODEL,
            series=int(nfe.series),
            number=nfe.number,
            issue_date=invoice.supplier_nfe_issue_date,
            total=self.total,
            customer=self.partner_id._get_supplier_vat(),
            reservations=reservations,
            instalments=tuple(invoice._get_supplier_instalments()),
        )
        # The code of a rejected attempt is not valid for this one.
        self._move_to("sent", code=False, error=False, reason=False)
        self._queue_message(self.agreement_id, "transaction_create", request.to_wire())

    def _send_anew(self):
        """Send a rejected or withdrawn transaction again, with the present data of its invoice.

        The invoice may have been corrected, and the reservation may have ended since.
        """
        self.ensure_one()
        self.invoice_id._check_ready_for_supplier()
        self.write(self._prepare_values(self.invoice_id))
        self._send()

    def _get_obstacle(self, message):
        """Return that the NF-e was cancelled before its registration left, or False."""
        if message.operation == "transaction_create":
            if self.invoice_id.supplier_sefaz_state == "cancelled":
                return self.env._(
                    "The NF-e of %(invoice)s was cancelled at SEFAZ before it was sent. Cancel the "
                    "invoice, too.",
                    invoice=self.invoice_id.display_name,
                )
        return super()._get_obstacle(message)

    def _withdraw_unsent(self):
        """Withdraw a message that was never attempted, so that the invoice can be changed again."""
        self.ensure_one()
        message = self._find_open_message("transaction_create")
        if self.state == "sent" and message.state == "waiting" and not message.attempts:
            message._move_to("withdrawn")
            self._move_to("to_send", error=False)

    def _resend(self):
        """Deliver waiting messages or send rejected transactions again; never register twice."""
        for transaction in self:
            message = transaction._find_open_message("transaction_create")
            if message:
                message._retry()
            elif transaction.state in ("to_send", "rejected"):
                transaction._send_anew()
            elif transaction.state == "error":
                # It is registered; a later answer about it could not be applied.
                transaction._query_by_hand()
            else:
                raise UserError(
                    self.env._(
                        "Invoice %(invoice)s is already registered at Supplier: %(state)s.",
                        invoice=transaction.invoice_id.display_name,
                        state=transaction._state_label(),
                    )
                )
