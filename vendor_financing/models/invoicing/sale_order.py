from odoo import models
from odoo.tools import SQL


class SaleOrder(models.Model):
    """What was approved of an order, and which invoices take it."""

    _inherit = "sale.order"

    def _take_vendor_turn(self):
        """Let only one transaction at a time add up the invoices of this order.

        The row is changed: another transaction that adds them up waits, and is retried.
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL("UPDATE %s SET id = id WHERE id = %s", SQL.identifier(self._table), self.id)
        )

    def _get_vendor_invoices(self):
        """Return the invoices that bill this order in vendor financing, or did, in any state."""
        self.ensure_one()
        billing = self.vendor_invoice_ids | self.order_line.invoice_lines.move_id
        return billing.filtered(lambda move: move.is_vendor or move.vendor_financing_state)

    def _get_vendor_approved_amount(self, invoice):
        """Return up to which amount this order was approved for an invoice, 0.0 if never."""
        self.ensure_one()
        approvals = self.vendor_request_ids.filtered(
            lambda request: (
                request.state == "approved"
                and request._is_covering_debtor(
                    invoice.preferred_payment_method_line_id, invoice.commercial_partner_id
                )
            )
        )
        return max(approvals.mapped("amount"), default=0.0)
