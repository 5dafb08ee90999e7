from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Collection Carteira: a Vendor order has an invoice of its own, and no charge here."""

    _inherit = "sale.order"

    vendor_collection = fields.Selection(
        selection=[("carteira", "Carteira")],
        string="Collection",
        compute="_compute_vendor_collection",
        help="Carteira: no boleto, payment order or online payment; the bank collects.",
    )
    vendor_invoice_ids = fields.One2many(
        comodel_name="account.move",
        inverse_name="vendor_order_id",
        string="Invoices in Vendor Financing",
        readonly=True,
        copy=False,
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("is_vendor")
    def _compute_vendor_collection(self):
        for order in self:
            order.vendor_collection = order.is_vendor and "carteira"

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_invoice_grouping_keys(self):
        """Never group Vendor orders: each invoice is a title of its own at the bank."""
        return [*super()._get_invoice_grouping_keys(), "vendor_order_id"]

    def _has_to_be_paid(self):
        """Request no payment in the portal: the bank pays a Vendor order."""
        return not self.is_vendor and super()._has_to_be_paid()

    def _get_default_payment_link_values(self):
        """Refuse a payment link for a Vendor order.

        :raise UserError: naming the order
        """
        self._check_vendor_online()
        return super()._get_default_payment_link_values()

    def _check_vendor_online(self):
        """Raise UserError if the bank collects one of these orders."""
        if orders := self.filtered("is_vendor"):
            raise UserError(
                self.env._(
                    "%(orders)s is in vendor financing with collection Carteira: the bank pays it, "
                    "so it takes no boleto, payment link or online payment. Choose another bearer "
                    "on the order first.",
                    orders=", ".join(orders.mapped("name")),
                )
            )
