from odoo import models
from odoo.fields import Command

# Cents of each line within which another way of rounding may explain a difference.
EXPLAINED = 5


class AccountMove(models.Model):
    """Taxes that the issuer of the NF-e rounds item by item, and this database by document.

    The NF-e says what the customer owes. Up to a cent for each line, a draft follows it by a line
    of its own, which anybody sees.
    """

    _inherit = "account.move"

    def _get_rounded_lines(self):
        """Return the items that may each be rounded by a cent."""
        self.ensure_one()
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and not line.is_supplier_rounding
        )

    def _get_nfe_rounding(self, nfe):
        """Return by how much the NF-e is rounded otherwise, in BRL; 0 if that is no rounding."""
        self.ensure_one()
        if self.state != "draft" or not self._filter_supplier_credit():
            return 0.0
        if self.invoice_cash_rounding_id:
            # It would round the line away again.
            return 0.0
        difference = self._get_nfe_difference(nfe)
        limit = self.currency_id.rounding * len(self._get_rounded_lines())
        if self.currency_id.compare_amounts(abs(difference), limit) > 0:
            return 0.0
        return difference

    def _get_nfe_difference(self, nfe):
        """Return the NF-e's total less this invoice's, its rounding left out."""
        rounding = self.invoice_line_ids.filtered("is_supplier_rounding")
        own = self.amount_total - sum(rounding.mapped("price_total"))
        return self.currency_id.round(float(nfe.total) - own)

    def _apply_nfe_rounding(self, nfe):
        """Add the line by which a draft follows the rounding of its NF-e.

        :return: a list of texts about what was changed
        """
        difference = self._get_nfe_rounding(nfe)
        known = self.invoice_line_ids.filtered("is_supplier_rounding")
        commands = [Command.delete(line.id) for line in known]
        if difference:
            commands.append(Command.create(self._prepare_rounding_line(difference)))
        if not commands:
            return []
        self.sudo().write({"invoice_line_ids": commands})
        return [
            self.env._(
                "Its taxes are rounded otherwise: a line of %(difference)s was added, so that the "
                "invoice is of the same total.",
                difference=self.currency_id.format(difference),
            )
        ]

    def _prepare_rounding_line(self, difference):
        agreement = self._get_supplier_agreement()
        account = agreement.difference_account_id or agreement.fee_account_id
        return {
            "name": self.env._("Rounding of the NF-e"),
            "quantity": 1,
            "price_unit": difference,
            "tax_ids": [Command.clear()],
            "account_id": account.id,
            "is_supplier_rounding": True,
        }

    def _describe_nfe_rounding(self, nfe):
        """Return, as texts, which setting helps if totals differ by a few cents of each line."""
        difference = self._get_nfe_difference(nfe)
        limit = EXPLAINED * self.currency_id.rounding * len(self._get_rounded_lines())
        by_document = self.company_id.tax_calculation_rounding_method == "round_globally"
        if difference and (coin := self.invoice_cash_rounding_id):
            return [
                self.env._(
                    "The invoice is rounded by %(rounding)s. If the NF-e is not, remove the cash "
                    "rounding from the invoice.",
                    rounding=coin.display_name,
                )
            ]
        if not difference or abs(difference) > limit or not by_document:
            return []
        return [
            self.env._(
                "The totals differ by %(difference)s. If the program that issues the NF-e rounds "
                "the taxes of each item, set Rounding Method to Round per Line in the settings of "
                "Invoicing, and create the invoice again.",
                difference=self.currency_id.format(difference),
            )
        ]
