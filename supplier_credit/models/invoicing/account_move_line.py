from odoo import api, models
from odoo.tools import float_compare

from ...tools.worth import (
    OPEN_LINE_FIELDS,
    filter_kept_changed,
    get_posted_moves,
    get_posted_target,
)
from ..common.user_language import in_user_language

# Fields in which an item must agree with its order line.
ORDERED = {
    "display_type",
    "product_id",
    "quantity",
    "product_uom_id",
    "price_unit",
    "discount",
    "tax_ids",
    "sale_line_ids",
    "move_id",
}


class AccountMoveLine(models.Model):
    """Items of a Supplier order's invoice: none is added or removed. Seed 001, "Faturamento", 1.

    A quantity may be lowered, for a partial delivery; all other changes are made on the order.
    """

    _name = "account.move.line"
    _inherit = ["supplier.credit.abstract.guard", "account.move.line"]
    _has_figures = True

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._filter_of_supplier_order()._check_as_ordered()
        lines._check_documents_not_registered()
        return lines

    def write(self, vals):
        changed = filter_kept_changed(
            self, vals, OPEN_LINE_FIELDS, lambda move: move._has_supplier_lock()
        )
        (changed | get_posted_target(self, vals))._check_not_registered_at_supplier()
        if not ORDERED & vals.keys():
            return super().write(vals)
        lines = self._filter_of_supplier_order()
        result = super().write(vals)
        (lines | self._filter_of_supplier_order())._check_as_ordered()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_registered(self):
        self._check_documents_not_registered()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_supplier_order(self):
        for line in self._filter_of_supplier_order().filtered(
            lambda line: not line.is_supplier_rounding
        ):
            line.move_id._refuse_difference_from_order(
                [self.env._("line “%(line)s” would be missing", line=line._get_short_name())]
            )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_register_payment(self, ctx=None):
        self._check_not_temporary()
        self.move_id._check_settled_by_supplier_only()
        return super().action_register_payment(ctx)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_documents_not_registered(self):
        """Refuse users who add items to posted documents that Supplier may have, or remove some."""
        if not self.env.su:
            get_posted_moves(self)._check_not_registered_at_supplier()

    def _filter_of_supplier_order(self):
        """Return the items among these lines whose invoice bills a Supplier order."""
        return self.filtered(
            lambda line: line.display_type == "product" and line.move_id.supplier_order_id
        )

    def _check_as_ordered(self):
        """Refuse lines that differ from the order; see `_get_differences_from_order`."""
        for move, lines in in_user_language(self).grouped("move_id").items():
            if move.supplier_order_id and (differences := lines._get_differences_from_order()):
                move._refuse_difference_from_order(differences)

    def _get_differences_from_order(self):
        """Return in what these items of one invoice differ from its order, as texts."""
        return [text for line in self if (text := line._get_difference_from_order())]

    def _get_differences_from_price(self):
        """Return which of these items have another amount than their price, as texts.

        While a draft is being written its amounts follow later, so that this is asked on posting.
        """
        return [
            self.env._(
                "line “%(line)s” has another amount than its price", line=line._get_short_name()
            )
            for line in self
            if line.currency_id.compare_amounts(
                abs(line.amount_currency), abs(line._get_fiscal_amount())
            )
        ]

    def _get_difference_from_order(self):
        """Return in what this item differs from its order line, as a text; False if in nothing."""
        self.ensure_one()
        ordered = self.sudo().sale_line_ids
        name = self._get_short_name()
        if self.is_supplier_rounding:
            return self._get_difference_from_rounding()
        if self.display_type != "product":
            return self.env._("line “%(line)s” is no item any more", line=name)
        if ordered.order_id != self.move_id.supplier_order_id or len(ordered) != 1:
            return self.env._("line “%(line)s” does not stand on the order", line=name)
        if self.product_id != ordered.product_id:
            return self.env._("line “%(line)s” has another product", line=name)
        if self._has_other_price(ordered):
            return self.env._("line “%(line)s” has another price, discount or taxes", line=name)
        if not self._is_within_ordered(ordered):
            return self.env._(
                "line “%(line)s” has more than the order has to be invoiced, or 0", line=name
            )
        return False

    def _get_ordered_total(self):
        """Return what the quantities of these items cost by the order, with taxes, in BRL."""
        company = self.company_id[:1] or self.env.company
        quantities = [
            (ordered, line._get_quantity_in(ordered.product_uom_id))
            for line in self
            for ordered in line.sudo().sale_line_ids
        ]
        if self.env["sale.order.line"]._has_oca_engine():
            return sum(
                company.currency_id.round(ordered._get_financial_total(quantity))
                for ordered, quantity in quantities
            )
        base_lines = [
            ordered._prepare_base_line_for_taxes_computation(quantity=quantity)
            for ordered, quantity in quantities
        ]
        taxes = self.env["account.tax"]
        taxes._add_tax_details_in_base_lines(base_lines, company)
        taxes._round_base_lines_tax_details(base_lines, company)
        totals = taxes._get_tax_totals_summary(base_lines, company.currency_id, company)
        return totals["total_amount_currency"]

    def _get_quantity_in(self, unit):
        """Return the quantity of this item in a unit of measure."""
        self.ensure_one()
        return self.product_uom_id._compute_quantity(self.quantity, unit)

    def _has_other_price(self, ordered):
        digits = self.env["decimal.precision"].precision_get("Product Price")
        price = ordered.product_uom_id._compute_price(ordered.price_unit, self.product_uom_id)
        return (
            float_compare(self.price_unit, price, precision_digits=digits) != 0
            or float_compare(self.discount, ordered.discount, precision_digits=2) != 0
            or self.tax_ids != ordered.tax_ids
        )

    def _is_within_ordered(self, ordered):
        """Return whether the quantity is not 0, and at most the one still to be invoiced."""
        mine = self._get_quantity_in(ordered.product_uom_id)
        # Drafts count as invoiced in the order, this line among them.
        left = ordered.qty_to_invoice + mine
        rounding = ordered.product_uom_id.rounding
        if float_compare(mine, 0, precision_rounding=rounding) == 0:
            return False
        sign = 1 if mine > 0 else -1
        return float_compare(sign * mine, sign * left, precision_rounding=rounding) <= 0

    def _get_short_name(self):
        return (self.product_id.display_name or self.name or "").split("\n")[0]
