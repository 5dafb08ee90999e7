from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.origin import filter_of_shop


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["vendor.financing.abstract.guard", "sale.order"]
    _has_figures = True

    is_vendor = fields.Boolean(
        string="In vendor financing",
        compute="_compute_is_vendor",
        search="_search_is_vendor",
        help="An order whose bearer has the charge type Vendor.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE, SEARCH METHODS
    # -------------------------------------------------------------------------

    def _compute_preferred_payment_method_line_id(self):
        """Leave the default bearer out of a shop's orders: their customers pay there.

        Somebody may choose it on the order.
        """
        result = super()._compute_preferred_payment_method_line_id()
        ours = self.env["account.payment.method.line"]._get_vendor_bearer_ids()
        financed = self.filtered(lambda order: order.preferred_payment_method_line_id.id in ours)
        filter_of_shop(financed).preferred_payment_method_line_id = False
        return result

    @api.depends("preferred_payment_method_line_id")
    def _compute_is_vendor(self):
        vendor_ids = self.env["account.payment.method.line"]._get_vendor_bearer_ids()
        for order in self:
            order.is_vendor = order.preferred_payment_method_line_id.id in vendor_ids

    @api.model
    def _search_is_vendor(self, operator, value):
        if operator != "in":
            return NotImplemented
        vendor_ids = self.env["account.payment.method.line"]._get_vendor_bearer_ids()
        return Domain("preferred_payment_method_line_id", "in", list(vendor_ids))

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._check_vendor_approval_on_create()
        orders._apply_vendor_terms_on_create(vals_list)
        return orders

    def write(self, vals):
        confirmed_bearers = self._get_confirmed_bearers(vals)
        payment_terms = self._get_terms_before_bearer(vals)
        result = super().write(vals)
        self._check_vendor_approval_on_write(confirmed_bearers)
        self._apply_vendor_terms_on_write(vals, payment_terms)
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _prepare_invoice(self):
        self._check_vendor_approval_to_invoice()
        return {**super()._prepare_invoice(), "vendor_order_id": self.is_vendor and self.id}
