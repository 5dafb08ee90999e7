from odoo import models
from odoo.tools import SQL


class SaleOrder(models.Model):
    """How much of Supplier's credit the invoices of an order may still take."""

    _inherit = "sale.order"

    def _take_supplier_turn(self):
        """Let only one transaction at a time add up the invoices of this order.

        The row is changed: another transaction that adds them up waits, and is retried.
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL("UPDATE %s SET id = id WHERE id = %s", SQL.identifier(self._table), self.id)
        )

    def _get_supplier_waiting_invoices(self, invoices):
        """Return the invoices of this order that are not deducted from its reservation yet.

        :param invoices: those that are about to be posted
        """
        self.ensure_one()
        return self.supplier_invoice_ids.filtered(
            lambda move: (
                move._filter_supplier_credit()
                and move.supplier_state != "approved"
                and (move.state == "posted" or move in invoices)
            )
        )

    def _get_supplier_assured_amount(self):
        """Return what invoices that Supplier has not approved may take of its credit, in BRL.

        Reserved, or released by hand up to an amount, of which the approved ones took a part.
        """
        self.ensure_one()
        reservation = self._get_live_preauthorization()
        customer = self.partner_invoice_id.commercial_partner_id
        reserved = 0.0
        if reservation._is_usable(customer):
            reserved = reservation._get_assured_amount()
        released = self.supplier_release_ids.filtered(
            lambda release: release.kind == "reservation" and release._is_in_effect()
        )
        if not released:
            return reserved
        approved = self._get_supplier_approved_invoices()
        left = max(released.mapped("amount")) - sum(approved.mapped("amount_total"))
        return max(reserved, left)

    def _get_supplier_approved_invoices(self):
        """Return the invoices of this order that are deducted from its reservation."""
        self.ensure_one()
        return self.supplier_invoice_ids.filtered(lambda move: move.supplier_state == "approved")

    def _get_items_billed_otherwise(self):
        """Return the posted items of invoices and credit notes that have no part in the credit.

        The order had another bearer then, or its invoice got one.
        """
        self.ensure_one()
        return self.sudo().order_line.invoice_lines.filtered(
            lambda item: item.parent_state == "posted" and item.move_id._is_billed_otherwise()
        )

    def _get_amount_billed_otherwise(self):
        """Return what is billed without Supplier's credit, with taxes, in the order's currency."""
        self.ensure_one()
        items = self._get_items_billed_otherwise()
        back = items.filtered(lambda item: item.move_id.move_type == "out_refund")
        at_till = sum(
            item.price_subtotal_incl
            for line in self.order_line
            for item in line._get_items_of_till()
        )
        return sum((items - back).mapped("price_total")) - sum(back.mapped("price_total")) + at_till
