from odoo import api, models

# What decides whether an order still wants the reservation that was made for it.
RESERVED_FOR = {"preferred_payment_method_line_id", "partner_id", "partner_invoice_id"}


class SaleOrder(models.Model):
    """Freeing credit that an order no longer wants.

    Source: seed 001, "Cancelamento de Pré-Autorização": an order with a live reservation is
    cancelled or deleted, or its bearer changes. Orders without a reservation cost nothing here.
    """

    _inherit = "sale.order"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    def write(self, vals):
        reserved = self.browse()
        if not RESERVED_FOR.isdisjoint(vals) or vals.get("state") == "cancel":
            reserved = self.filtered("supplier_preauthorization_id")
        result = super().write(vals)
        for order in reserved:
            live = order._get_live_preauthorization()
            if live and not live._is_wanted():
                live._request_cancellation()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_and_free_credit(self):
        """Queue the cancellation in the deletion's own transaction, so that it is never lost."""
        for order in self.filtered("supplier_preauthorization_id"):
            order._get_live_preauthorization()._request_cancellation()
