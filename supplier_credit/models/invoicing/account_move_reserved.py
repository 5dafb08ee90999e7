from odoo import models
from odoo.exceptions import UserError

from ..common.user_language import in_user_language

# The largest coin, in BRL: cash rounding by more is no rounding.
LARGEST_COIN = 1.0


class AccountMove(models.Model):
    """Invoices of an order within the credit that is reserved for it. Seed 001, "Faturamento", 1.

    An order says what it wants; what it takes of its reservation, only its invoices say. They are
    added up, whatever the order has become since.
    """

    _inherit = "account.move"

    def _check_supplier_amount_reserved(self):
        """Refuse invoices with which an order takes more credit than is reserved or released.

        What Supplier has approved is deducted from the reservation already. Other posted invoices
        count, those among these, whatever their state, and no other drafts. What the invoices of
        the order were rounded by, approved ones, too, is not looked at: what is complete is asked
        of quantities.

        :raise UserError: naming the invoice, the order and both amounts
        """
        ours = in_user_language(self._filter_supplier_credit())
        for order in ours.sudo().supplier_order_id:
            if not order._filter_supplier_credit() or not order._has_supplier_analysis():
                continue
            order._take_supplier_turn()
            waiting = order._get_supplier_waiting_invoices(ours)
            total = sum(waiting.mapped("amount_total"))
            allowed = order._get_supplier_assured_amount()
            rounded = waiting | order._get_supplier_approved_invoices()
            cents = sum(move._get_supplier_rounding_limit() for move in rounded)
            if order.currency_id.compare_amounts(total, allowed + cents) > 0:
                raise UserError(
                    ours.env._(
                        "With %(invoice)s, order %(order)s would take %(total)s of Supplier's "
                        "credit, but only %(allowed)s is reserved for it. Lower the invoice, or "
                        "raise the order to what is to be invoiced, so that its pre-authorization "
                        "is changed.",
                        invoice=(ours & waiting)[-1:].display_name,
                        order=order.name,
                        total=order.currency_id.format(total),
                        allowed=order.currency_id.format(allowed),
                    )
                )

    def _get_supplier_rounding_limit(self):
        """Return by how much this invoice may be rounded other than its order, in BRL.

        A cent of each item, as taxes may be rounded by line or by document, and what the host's
        cash rounding can add. Notes and sections have no amount to round.
        """
        self.ensure_one()
        items = self.invoice_line_ids.filtered(lambda item: item.display_type == "product")
        coin = min(self.invoice_cash_rounding_id.rounding, LARGEST_COIN)
        return self.currency_id.rounding * len(items) + coin

    def _is_billed_otherwise(self):
        """Return whether Supplier takes no part in this invoice or credit note.

        A debit note bills no quantity, though the host copies the items of its invoice.
        """
        self.ensure_one()
        if self.move_type == "out_refund":
            return not self.supplier_return_transaction_id
        return (
            self.move_type == "out_invoice"
            and not self._filter_supplier_credit()
            and not self.supplier_transaction_ids
            and not self._is_debit_note()
        )
