from odoo import api, models
from odoo.exceptions import UserError


class SaleOrderLine(models.Model):
    """Which invoices bill an item of an order: the invoices say so, which the host makes of it.

    Otherwise an order could be torn off its invoice and billed again on the same reservation.
    """

    _inherit = "sale.order.line"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        # No order bills anything by a default.
        return super().default_get([name for name in fields if name != "invoice_lines"])

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su and any("invoice_lines" in vals for vals in vals_list):
            lines._check_supplier_items_kept({})
        return lines

    def write(self, vals):
        if self.env.su or "invoice_lines" not in vals:
            return super().write(vals)
        billing = self._get_supplier_items()
        result = super().write(vals)
        self._check_supplier_items_kept(billing)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed_on_supplier_credit(self):
        # What is not invoiced costs no query.
        billed = self.browse() if self.env.su else self.filtered("qty_invoiced")
        if lost := billed._get_supplier_items():
            self._refuse_supplier_items(lost.keys())

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_supplier_items(self):
        """Return {line: the items billing it that no user tears off it, or gives to it}.

        All of them where the order is on Supplier's credit, else those of invoices that are.
        """
        billing = {}
        for line in self:
            items = line.sudo().invoice_lines
            if not line.order_id._filter_supplier_credit():
                items = items.filtered(lambda item: item.move_id._has_supplier_mark())
            if items:
                billing[line] = items
        return billing

    def _check_supplier_items_kept(self, before):
        """Refuse other items than before.

        :param before: see `_get_supplier_items`
        :raise UserError: naming the orders
        """
        after = self._get_supplier_items()
        none = self.env["account.move.line"]
        self._refuse_supplier_items(
            [line for line in self if before.get(line, none) != after.get(line, none)]
        )

    def _refuse_supplier_items(self, lines):
        """Raise UserError naming the orders of these lines, if there are any."""
        if lines := self.browse(line.id for line in lines):
            raise UserError(
                self.env._(
                    "%(orders)s: the invoices on Supplier's credit that bill an order are linked "
                    "to it as they are created of it, and nobody changes that by hand. Use Create "
                    "Invoice on the order, or see the post-sales of its invoice.",
                    orders=", ".join(lines.sudo().order_id.mapped("name")),
                )
            )
