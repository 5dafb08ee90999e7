from odoo import models
from odoo.exceptions import UserError

from .transaction import UNDER_WAY


class SupplierCreditPreauthorization(models.Model):
    """The use of a reservation by registered NF-e, and the claims of those under way."""

    _inherit = "supplier.credit.preauthorization"

    def _check_no_invoice_under_way(self, what):
        """Refuse while invoices that are being registered claim parts of these reservations.

        :param what: the refused action, as the end of a sentence
        :raise UserError: naming the first reservation and its invoices
        """
        for reservation in self:
            claiming = reservation._get_claiming_transactions()
            if claiming:
                raise UserError(
                    self.env._(
                        "Pre-authorization %(reservation)s cannot %(what)s: invoice %(invoices)s "
                        "is being registered with it. Wait for Supplier's answer.",
                        reservation=reservation.name,
                        what=what,
                        invoices=", ".join(claiming.invoice_id.mapped("display_name")),
                    )
                )

    def _get_claiming_transactions(self):
        """Return the transactions under way that use these reservations."""
        return self.env["supplier.credit.transaction"].search(
            [("preauthorization_id", "in", self.ids), ("state", "in", UNDER_WAY)]
        )

    def _get_unclaimed_amount(self, claiming=None):
        """Return the part of the remaining amount that no transaction under way claims, in BRL.

        :param claiming: the transaction that claims now; its own claim is not counted
        """
        self.ensure_one()
        others = self._get_claiming_transactions()
        if claiming:
            others -= claiming
        claimed = sum(others.mapped("reserved_amount"))
        return max(self.currency_id.round(self.remaining_amount - claimed), 0.0)

    def _consume(self, amount, *, release_rest):
        """Deduct the part that a registered NF-e uses of this reservation.

        :param amount: BRL
        :param release_rest: whether Supplier was asked to free the rest
        """
        self.ensure_one()
        used = self.currency_id.round(self.used_amount + amount)
        fully = release_rest or self.currency_id.compare_amounts(used, self.amount) >= 0
        state = "used" if fully else "partially_used"
        if self.state == "cancelled":
            # It was cancelled while Supplier analysed the invoice, which still uses its part.
            state = "cancelled"
        self._move_to(state, used_amount=used)
