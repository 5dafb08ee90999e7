from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Invoices of orders that need an approval: posted for whom, and what, was approved."""

    _inherit = "account.move"

    def _check_vendor_approved(self):
        """Refuse to post Vendor invoices that the approvals of their orders do not cover.

        A draft may have been made past the order, or its customer changed since. Other documents
        cost no query.

        :raise UserError: naming the orders and what to do
        """
        for move in self.filtered("is_vendor"):
            for order in move.sudo().line_ids.sale_line_ids.order_id:
                order._check_vendor_approval_to_invoice()
                debtor = order.partner_invoice_id.commercial_partner_id
                if not order.vendor_request_ids or move.commercial_partner_id == debtor:
                    continue
                raise UserError(
                    self.env._(
                        "%(invoice)s is for %(customer)s, but the approval of order %(order)s is "
                        "for %(debtor)s. Set the customer back, or have the order approved for "
                        "%(customer)s.",
                        invoice=move.display_name,
                        customer=move.commercial_partner_id.display_name,
                        order=order.name,
                        debtor=debtor.display_name,
                    )
                )
