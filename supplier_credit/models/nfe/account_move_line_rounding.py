from odoo import fields, models


class AccountMoveLine(models.Model):
    """The cents by which the issuer of an NF-e rounds other than this database does."""

    _inherit = "account.move.line"

    is_supplier_rounding = fields.Boolean(
        string="Rounding of the NF-e",
        readonly=True,
        copy=False,
        help="Added with an NF-e whose taxes are rounded otherwise; at most a cent for each line.",
    )

    def _get_difference_from_rounding(self):
        """Return that this item is more than a rounding, as a text; False if it is not."""
        self.ensure_one()
        items = self.move_id._get_rounded_lines()
        limit = self.currency_id.rounding * len(items)
        if self.currency_id.compare_amounts(abs(self.amount_currency), limit) <= 0:
            return False
        return self.env._("the rounding of the NF-e is more than a cent for each line")
