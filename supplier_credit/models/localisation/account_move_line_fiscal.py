from odoo import models


class AccountMoveLine(models.Model):
    """What an item books where OCA's engine computes the taxes: less of those inside its price."""

    _inherit = "account.move.line"

    def _get_fiscal_amount(self):
        """Return what an invoice's item books by its price, unsigned, in its currency."""
        self.ensure_one()
        if "fiscal_operation_id" in self._fields and self.move_id.fiscal_operation_id:
            return self._fiscal_unsigned_amount_currency()
        return self.price_subtotal
