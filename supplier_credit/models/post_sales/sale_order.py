from odoo import models


class SaleOrder(models.Model):
    """What came back of an order on Supplier's credit. Seed 002.

    The host lets what was returned be invoiced again. A return gives the customer's credit back at
    Supplier; it reserves none for a second delivery.
    """

    _inherit = "sale.order"

    def _get_invoiceable_lines(self, final=False):
        """Deduct nothing that came back from what is sold: its NF-e is one of a return."""
        lines = super()._get_invoiceable_lines(final)
        if not final or not self._filter_supplier_credit():
            return lines
        back = lines.filtered(lambda line: line._is_coming_back())
        return lines - back if self._has_supplier_sale(lines - back) else lines

    def _has_supplier_sale(self, lines):
        """Return whether one of these items is to be invoiced."""
        return any(line.qty_to_invoice > 0 and not line.display_type for line in lines)

    def _create_invoices(self, grouped=False, final=False, date=None):
        """Tie credit notes of what came back to their sales at Supplier.

        :raise UserError: as `_tie_to_returned_sales`
        """
        moves = super()._create_invoices(grouped=grouped, final=final, date=date)
        moves._tie_to_returned_sales()
        return moves

    def _get_supplier_returned_amount(self):
        """Return what came back and the host lets be invoiced again, with taxes, in BRL.

        These are the items of credit notes of registered sales, drafts included, and cancelled
        sales.
        """
        self.ensure_one()
        items = self.sudo().order_line.invoice_lines.filtered(
            lambda item: (
                item.move_id.supplier_return_transaction_id and item.parent_state != "cancel"
            )
        )
        requests = self.sudo().supplier_invoice_ids.supplier_transaction_ids.post_sale_ids
        cancelled = requests.filtered(lambda request: request._is_mirrored())
        withdrawn = requests.filtered(lambda request: request.kind == "return")
        return self.currency_id.round(
            sum(items.mapped("price_total"))
            - sum(withdrawn.mapped("withdrawn_amount"))
            + sum(cancelled.mapped("amount"))
        )

    def _is_billed_by(self, invoices):
        """Return whether these and others, less what came back, bill all that is ordered."""
        self.ensure_one()
        invoices |= self._get_items_billed_otherwise().move_id
        lines = self.sudo().order_line.filtered(lambda line: not line.display_type)
        return all(line._is_billed_by(invoices) for line in lines)
