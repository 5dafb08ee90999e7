from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

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

    is_supplier_cancellation_open = fields.Boolean(
        string="To Be Cancelled at Supplier",
        compute="_compute_is_supplier_cancellation_open",
        help="SEFAZ has cancelled the NF-e of a sale that Supplier still has, and nobody has said "
        "yet that it is to be cancelled there, too.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("supplier_post_sale_ids")
    def _compute_supplier_post_sale_count(self):
        registered = self.filtered(lambda move: move.supplier_nfe_key)
        (self - registered).supplier_post_sale_count = 0
        for move in registered:
            move.supplier_post_sale_count = len(move.supplier_post_sale_ids)

    @api.depends("supplier_sefaz_state", "supplier_transaction_ids.state", "supplier_post_sale_ids")
    def _compute_is_supplier_cancellation_open(self):
        cancelled = self.filtered(lambda move: move.supplier_sefaz_state == "cancelled")
        (self - cancelled).is_supplier_cancellation_open = False
        for move in cancelled:
            move.is_supplier_cancellation_open = (
                move.sudo().supplier_transaction_ids._can_be_cancelled()
                and move._has_unconfirmed_cancellation()
            )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_request_supplier_cancellation(self):
        """Request the cancellation of sales whose NF-e a file says is cancelled.

        :raise UserError: naming an invoice whose sale waits for no such word
        """
        self.check_access("write")
        for move in self:
            if not move.is_supplier_cancellation_open:
                raise UserError(
                    self.env._(
                        "Nothing is to be cancelled at Supplier for %(invoice)s. See its tab "
                        "Post-Sales.",
                        invoice=move.display_name,
                    )
                )
            move._find_nfe_cancellation(move.supplier_nfe_key)._confirm()
            move.sudo().supplier_transaction_ids._request_cancellation()
        return True

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

    def _is_cancelled_at_supplier_by(self, cancellation):
        """Return whether this file, once confirmed, cancels a sale that Supplier has.

        :param cancellation: an `NfeCancellation`
        :raise UserError: when it is not of this invoice's NF-e, or proves nothing
        """
        self.ensure_one()
        self._check_nfe_cancellation(cancellation)
        return (
            self.move_type == "out_invoice"
            and self.supplier_nfe_key == cancellation.key
            and self.sudo().supplier_transaction_ids._can_be_cancelled()
        )

    def _prepare_post_sale_guide(self):
        return self.env["supplier.credit.post.sale.guide"]._get_records_action(
            name=self.env._("Post-Sales"), target="new", context={"default_invoice_id": self.id}
        )
