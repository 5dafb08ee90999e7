from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...const import ACCOUNTANT_GROUP


class AccountMove(models.Model):
    """Returns, cancellation and bonuses of an invoice registered at Supplier. Seed 002."""

    _inherit = "account.move"

    # A column, so that other documents are told apart without a query.
    supplier_post_sale_id = fields.Many2one(
        comodel_name="supplier.credit.post.sale",
        string="Made for Post-Sales Request",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    supplier_post_sale_ids = fields.One2many(
        comodel_name="supplier.credit.post.sale",
        inverse_name="invoice_id",
        string="Post-Sales",
        readonly=True,
        copy=False,
    )
    supplier_post_sale_count = fields.Integer(compute="_compute_supplier_post_sale_count")

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("supplier_post_sale_ids")
    def _compute_supplier_post_sale_count(self):
        registered = self.filtered(lambda move: move.supplier_nfe_key)
        (self - registered).supplier_post_sale_count = 0
        for move in registered:
            move.supplier_post_sale_count = len(move.supplier_post_sale_ids)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_supplier_post_sale_guide(self):
        """Open the guide to return, cancellation and bonus of a registered sale."""
        self.ensure_one()
        return self._prepare_post_sale_guide()

    def action_open_supplier_bonus(self):
        """Open the wizard that grants the customer a bonus on this invoice.

        :raise AccessError: for users who may not post entries
        """
        self.ensure_one()
        if not self.env.user.has_group(ACCOUNTANT_GROUP):
            raise AccessError(self.env._("Only users who may post entries may grant a bonus."))
        return self.env["supplier.credit.bonus"]._get_records_action(
            name=self.env._("Bonus"),
            target="new",
            context={"default_transaction_id": self._get_sent_transaction().id},
        )

    def action_view_supplier_post_sales(self):
        """Open the post-sales requests of this invoice, or the request of this credit note."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "supplier_credit.supplier_credit_post_sale_action"
        )
        if self.supplier_post_sale_id:
            form = {"views": [(False, "form")], "res_id": self.supplier_post_sale_id.id}
            return {**action, **form}
        return {**action, "domain": [("invoice_id", "=", self.id)], "context": {}}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _cancel_sales_after(self, vals):
        """Request the cancellation of the sales if these written values cancel their NF-e."""
        if vals.get("supplier_sefaz_state") == "cancelled":
            sales = self.filtered(lambda move: move.move_type == "out_invoice")
            sales.sudo().supplier_transaction_ids._request_cancellation()

    def _prepare_post_sale_guide(self):
        return self.env["supplier.credit.post.sale.guide"]._get_records_action(
            name=self.env._("Post-Sales"), target="new", context={"default_invoice_id": self.id}
        )
