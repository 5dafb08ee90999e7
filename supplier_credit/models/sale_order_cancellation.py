from odoo import api, models

# What decides whether an order still wants the reservation that was made for it.
RESERVED_FOR = {"preferred_payment_method_line_id", "partner_id", "partner_invoice_id"}


class SaleOrder(models.Model):
    """Freeing credit that an order no longer wants.

    Source: seed 001, "Cancelamento de Pré-Autorização": an order with a live reservation is
    cancelled or deleted, or its bearer changes. Orders without a reservation cost nothing here.
    """

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    def write(self, vals):
        reserved = self.browse()
        if not RESERVED_FOR.isdisjoint(vals) or vals.get("state") == "cancel":
            reserved = self.filtered("supplier_preauthorization_id")
        before = {order: order.preferred_payment_method_line_id for order in reserved}
        result = super().write(vals)
        for order, bearer in before.items():
            if not order._keeps_reservation(bearer):
                order._get_live_preauthorization()._request_cancellation()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_and_free_credit(self):
        """Queue the cancellation in the deletion's own transaction, so that it is never lost."""
        for order in self.filtered("supplier_preauthorization_id"):
            order._get_live_preauthorization()._request_cancellation()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _keeps_reservation(self, bearer):
        """Return whether the order still wants its reservation.

        :param bearer: the bearer the order had when it was reserved
        """
        self.ensure_one()
        customer = self.partner_invoice_id.commercial_partner_id
        return (
            self.state != "cancel"
            and self.preferred_payment_method_line_id == bearer
            and self.supplier_preauthorization_id.sudo().partner_id == customer
        )
