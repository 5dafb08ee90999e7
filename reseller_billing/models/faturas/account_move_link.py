from odoo import models
from odoo.exceptions import AccessError

LINKS = frozenset({"matched_payment_ids", "origin_payment_id", "transaction_ids"})


class AccountMove(models.Model):
    """Which charges collect which documents: the product alone says so, from either side.

    The host settles with a receipt what its transaction is linked to. The charge's side,
    `invoice_ids`, is kept in payment_transaction.py.
    """

    _inherit = "account.move"

    def _get_linked_charges(self):
        """Return {document: the charges linked to it}."""
        return {
            move: charges
            for move in self
            if (charges := move.sudo().transaction_ids.filtered("charge_state"))
        }

    def _get_links_before(self, vals):
        """Return the charges linked before a write, None where users write no links."""
        if self.env.su or LINKS.isdisjoint(vals):
            return None
        return self._get_linked_charges()

    def _get_linked_receipts(self):
        """Return the payments of charges that these documents name: their own, or their entry's."""
        payments = self.sudo().matched_payment_ids | self.sudo().origin_payment_id
        return payments.filtered("charge_id")

    def _check_receipts_linked(self, before):
        """Refuse users who link receipts of charges to documents, or tear them off.

        :param before: the receipts linked before
        :raise UserError: as of the payment
        """
        after = self._get_linked_receipts()
        ((before | after) - (before & after)).sudo(self.env.su)._check_not_of_charge()

    def _check_links_kept(self, before):
        """Refuse to link charges to these documents, or to tear them off.

        :param before: see `_get_links_before`
        :raise AccessError: naming a document
        """
        if before is None or self.env.su:
            return
        after = self._get_linked_charges()
        for move in self:
            if before.get(move) != after.get(move):
                raise AccessError(
                    self.env._(
                        "%(document)s: which charge collects a document is kept by the system, so "
                        "that its receipt settles what it was made for. Register or cancel the "
                        "charge on its fatura instead.",
                        document=move.display_name,
                    )
                )
