from odoo import models
from odoo.exceptions import UserError

# After these the company may collect from the customer again.
RELEASING = ("default", "withdrawal", "substitution")


class VendorFinancingOperation(models.Model):
    """What keeps an operation from being undone although nothing of its contract followed."""

    _inherit = "vendor.financing.operation"  # pylint: disable=consider-merging-classes-inherited

    def _check_receivables_free(self):
        """Refuse to take receivables back that were paid or financed otherwise since.

        :raise UserError: naming the invoice, and what has to be undone before
        """
        self.ensure_one()
        if self.kind not in RELEASING:
            return
        for title in self.line_ids.installment_id.title_id:
            line = title.line_id
            other = title.search(
                [("line_id", "=", line.id), ("is_live", "=", True), ("id", "!=", title.id)], limit=1
            )
            if other:
                raise UserError(
                    self.env._(
                        "%(operation)s cannot be undone: %(invoice)s is in contract %(contract)s "
                        "since. Undo or cancel that first.",
                        operation=self.display_name,
                        invoice=title.display_name,
                        contract=other.contract_id.display_name,
                    )
                )
            again = self.line_ids.filtered(
                lambda one, title=title: one.installment_id.title_id == title
            )
            needed = sum(again.mapped("principal")) + sum(
                title.installment_ids.mapped("open_amount")
            )
            # What a substitution took in leaves with it.
            if self.kind == "substitution" and title.is_live:
                continue
            if self.currency_id.compare_amounts(line.amount_residual, needed) < 0:
                raise UserError(
                    self.env._(
                        "%(operation)s cannot be undone: the customer has paid %(invoice)s since, "
                        "only %(open)s of it is open. Undo that payment first.",
                        operation=self.display_name,
                        invoice=title.display_name,
                        open=self.currency_id.format(line.amount_residual),
                    )
                )
