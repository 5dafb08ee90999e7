from odoo import models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..common.user_language import in_user_language


class AccountMove(models.Model):
    """The credit note that an order makes of what came back, as after a return into the stock.

    The host makes it of the order's quantities and knows no invoice of it. Supplier knows a return
    by its sale only, so that the note is tied to the one whose goods it can be.
    """

    _inherit = "account.move"

    def _tie_to_returned_sales(self):
        """Make returns of their sales of new credit notes that orders made.

        Notes of what was not sold on Supplier's credit stay as they are.

        :raise UserError: naming the invoices of which it could be, and what to do
        """
        if not self.env["account.payment.method.line"]._get_supplier_bearer_ids():
            return
        for note in self.sudo().filtered(lambda move: move.move_type == "out_refund"):
            billing = note._get_billing_invoices()
            if not any(move._has_supplier_mark() for move in billing):
                continue
            sold = billing.filtered(lambda move, note=note: move._has_left_for(note))
            if len(sold) != 1:
                note._refuse_untied_return(sold or billing)
            elif sold._filter_returnable():
                note._tie_to_returned_sale(sold)
            elif sold._has_supplier_mark():
                note._refuse_untied_return(sold)

    def _get_billing_invoices(self):
        """Return the invoices that bill what this credit note takes back."""
        self.ensure_one()
        return self.line_ids.sale_line_ids.invoice_lines.move_id.filtered(
            lambda move: move.move_type == "out_invoice" and move.state != "cancel"
        )

    def _has_left_for(self, note):
        """Return whether what a credit note takes back was billed here, and not yet taken back."""
        self.ensure_one()
        notes = self.reversal_move_ids.filtered(lambda move: move.state != "cancel") - note
        for item in note.line_ids.filtered("sale_line_ids"):
            ordered = item.sale_line_ids
            unit = item.product_uom_id
            left = sum(
                sign * line._get_quantity_in(unit)
                for sign, moves in ((1, self), (-1, notes))
                for line in moves.line_ids
                if line.sale_line_ids & ordered
            )
            if float_compare(item.quantity, left, precision_rounding=unit.rounding) > 0:
                return False
        return True

    def _tie_to_returned_sale(self, sale):
        """Have this credit note be what the host's wizard makes of a registered sale."""
        transaction = sale.supplier_transaction_ids
        journal = transaction.agreement_id.return_journal_id or self.journal_id
        self.write(
            {
                "reversed_entry_id": sale.id,
                "supplier_return_transaction_id": transaction.id,
                "supplier_order_id": False,
                "invoice_payment_term_id": False,
                "journal_id": journal.id,
            }
        )

    def _refuse_untied_return(self, invoices):
        """Raise a UserError that names the invoices of which this credit note could be."""
        note = in_user_language(self)
        raise UserError(
            note.env._(
                "Goods of %(orders)s came back, and a return at Supplier is that of one approved "
                "sale: it could be %(invoices)s. Open the invoice whose goods they are: if it is "
                "a draft, lower it; if Supplier has approved it, use Credit Note there; else wait "
                "for Supplier's answer.",
                orders=", ".join(note.line_ids.sale_line_ids.order_id.mapped("name")),
                invoices=", ".join(
                    f"{move.display_name} ({move.supplier_transaction_ids._state_label()})"
                    if move.supplier_transaction_ids
                    else move.display_name
                    for move in invoices.with_env(note.env)
                ),
            )
        )
