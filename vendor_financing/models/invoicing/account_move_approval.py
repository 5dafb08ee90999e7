from odoo import models
from odoo.exceptions import UserError

# The largest coin, in BRL: cash rounding by more is no rounding.
LARGEST_COIN = 1.0


class AccountMove(models.Model):
    """Invoices of orders that need an approval: posted for whom, and what, was approved.

    An order says what it wants; what it takes of its approval, only its invoices say. They are
    added up, whatever the order has become since.
    """

    _inherit = "account.move"

    def _check_vendor_approved(self):
        """Refuse to post Vendor invoices that the approvals of their orders do not cover.

        A draft may have been made past the order, or its customer changed since. Other documents
        cost no query.

        :raise UserError: naming the orders and what to do
        """
        for move in self.filtered("is_vendor"):
            move._check_vendor_currency()
            for order in move._get_vendor_orders():
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
        self._check_vendor_amount_approved()

    def _filter_outside_vendor(self, vals):
        """Return the posted documents outside vendor financing to which values give a bearer."""
        if not vals.get("preferred_payment_method_line_id"):
            return self.browse()
        return self.filtered(lambda move: move.state == "posted" and not move.is_vendor)

    def _check_vendor_entered(self):
        """Refuse posted invoices that enter vendor financing past what posting asks of them.

        :raise UserError: naming the invoice, or the order and both amounts
        """
        entered = self.filtered("is_vendor")
        for move in entered:
            move._check_vendor_currency()
        entered._check_vendor_amount_approved()

    def _check_vendor_currency(self):
        """Refuse to post a Vendor invoice that no contract takes.

        :raise UserError: naming it and its currency
        """
        self.ensure_one()
        currency = self.company_id.currency_id
        if self.currency_id != currency:
            raise UserError(
                self.env._(
                    "%(invoice)s is in vendor financing and in %(currency)s, but contracts are in "
                    "%(own)s. Choose %(own)s, or another bearer.",
                    invoice=self.display_name,
                    currency=self.currency_id.name,
                    own=currency.name,
                )
            )

    def _check_vendor_amount_approved(self):
        """Refuse Vendor invoices with which more is billed of an order than was approved.

        Posted ones count, those among these, whatever their state, and no other drafts. What they
        were rounded by is not looked at.

        :raise UserError: naming the invoice, the order and both amounts
        """
        ours = self.filtered("is_vendor")
        for order in ours._get_vendor_orders():
            if not order.vendor_request_ids or not order.company_id.vendor_approval_required:
                continue
            order._take_vendor_turn()
            billed = order._get_vendor_invoices().filtered(
                lambda move: move.state == "posted" or move in ours
            )
            total = sum(move._get_vendor_billed_amount(order) for move in billed)
            last = (ours & billed)[-1:]
            approved = order._get_vendor_approved_amount(last)
            currency = order.company_id.currency_id
            cents = sum(move._get_vendor_rounding_limit() for move in billed)
            if currency.compare_amounts(total, approved + cents) > 0:
                raise UserError(
                    self.env._(
                        "With %(invoice)s, %(total)s of order %(order)s would be invoiced, but "
                        "only %(approved)s was approved for vendor financing. Lower the invoice, "
                        "or raise the order to what is to be invoiced and request its approval "
                        "again.",
                        invoice=last.display_name,
                        total=currency.format(total),
                        order=order.name,
                        approved=currency.format(approved),
                    )
                )

    def _get_vendor_rounding_limit(self):
        """Return by how much this invoice may be rounded other than its order, in BRL.

        A cent of each item, as taxes may be rounded by line or by document, and what the host's
        cash rounding can add. Notes and sections have no amount to round.
        """
        self.ensure_one()
        items = self.invoice_line_ids.filtered(lambda item: item.display_type == "product")
        coin = min(self.invoice_cash_rounding_id.rounding, LARGEST_COIN)
        return self.company_id.currency_id.rounding * len(items) + coin

    def _get_vendor_orders(self):
        """Return the orders that these invoices bill, as superuser."""
        known = self.sudo()
        return known.line_ids.sale_line_ids.order_id | known.vendor_order_id

    def _get_vendor_billed_amount(self, order):
        """Return what this invoice takes of the approval of an order, in the company's currency.

        Its total, without what bills other orders and what credit notes have settled.
        """
        self.ensure_one()
        others = self.invoice_line_ids.filtered(
            lambda item: item.sale_line_ids and order not in item.sale_line_ids.order_id
        )
        credited = self.line_ids.matched_credit_ids.filtered(
            lambda partial: partial.credit_move_id.move_id.move_type == "out_refund"
        )
        return (
            self.amount_total
            - sum(others.mapped("price_total"))
            - sum(credited.mapped("debit_amount_currency"))
        )
