from odoo import models


class SaleOrder(models.Model):
    """What came back of an order on Supplier's credit. Seed 002.

    The host lets what was returned be invoiced again. A return gives the customer's credit back at
    Supplier; it reserves none for a second delivery.
    """

    _inherit = "sale.order"

    def _get_supplier_returned_amount(self):
        """Return what came back and the host lets be invoiced again, with taxes, in BRL.

        These are the items of credit notes, drafts included, and cancelled sales.
        """
        self.ensure_one()
        items = self.sudo().order_line.invoice_lines.filtered(
            lambda item: item.move_id.move_type == "out_refund" and item.parent_state != "cancel"
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
        """Return whether these invoices, less what came back, bill all that is ordered."""
        self.ensure_one()
        lines = self.sudo().order_line.filtered(lambda line: not line.display_type)
        return all(line._is_billed_by(invoices) for line in lines)
