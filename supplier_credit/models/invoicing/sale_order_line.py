from odoo import api, models
from odoo.exceptions import UserError

from ...tools.worth import is_value_changed

# What an item that is invoiced costs, and of what. The host itself prices it no more.
PRICE_FIELDS = frozenset({"discount", "price_unit"})
INVOICED_FIELDS = PRICE_FIELDS | {"order_id", "product_id"}


class SaleOrderLine(models.Model):
    """Which invoices bill an item of an order: the invoices say so, which the host makes of it.

    Otherwise an order could be torn off its invoice and billed again on the same reservation: by
    the link, by moving the item to another order, or by another price of what is invoiced.
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
        if not self.env.su and not INVOICED_FIELDS.isdisjoint(vals):
            self._check_supplier_items_unchanged(vals)
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

    def _get_items_of_till(self):
        """Return the items of a till (pos_sale) that settled this one, as the host counts them."""
        self.ensure_one()
        if "pos_order_line_ids" not in self._fields:
            return []
        return self.sudo().pos_order_line_ids.filtered(
            lambda item: item.order_id.state not in ("cancel", "draft")
        )

    def _get_quantity_of_till(self):
        """Return the quantity that a till settled, in this item's unit of measure."""
        unit = self.product_id.uom_id
        return sum(
            unit._compute_quantity(item.qty, self.product_uom_id)
            for item in self._get_items_of_till()
        )

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

    def _check_supplier_items_unchanged(self, vals):
        """Refuse other orders and products, and lower prices, of what is invoiced.

        Quantities may change, and prices rise; those of down payments come from their invoices.
        What is not invoiced costs no query.

        :raise UserError: naming the orders
        """
        changed = self.filtered(
            lambda line: (
                line.qty_invoiced and not line.is_downpayment and line._is_supplier_item_lost(vals)
            )
        )
        self._refuse_supplier_items(changed._get_supplier_items().keys())

    def _is_supplier_item_lost(self, vals):
        """Return whether these values have the order forget what this item was invoiced for."""
        self.ensure_one()
        if any(
            name in vals and is_value_changed(self, name, vals[name])
            for name in INVOICED_FIELDS - PRICE_FIELDS
        ):
            return True
        price, discount = (
            self._fields[name].convert_to_cache(vals.get(name, self[name]), self)
            for name in ("price_unit", "discount")
        )
        before = self.price_unit * (1 - self.discount / 100)
        is_lower = self.currency_id.compare_amounts(price * (1 - discount / 100), before) < 0
        # A draft that is of another price is refused as it is posted.
        return is_lower and "posted" in self.sudo().invoice_lines.mapped("parent_state")

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
                    "%(orders)s: what invoices on Supplier's credit bill of an order stays in it "
                    "as it was invoiced: linked to them, and at its price. Add another line for "
                    "what is to be invoiced besides, or see the post-sales of its invoice.",
                    orders=", ".join(lines.sudo().order_id.mapped("name")),
                )
            )
