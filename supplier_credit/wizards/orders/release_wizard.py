from odoo import api, fields, models


class SupplierCreditReleaseWizard(models.TransientModel):
    """Release blocked orders by hand, from each block separately."""

    _name = "supplier.credit.release.wizard"
    _description = "Release Orders by Hand"
    _inherit = "supplier.credit.abstract.guard"

    order_ids = fields.Many2many(comodel_name="sale.order", string="Orders", required=True)
    blocks = fields.Text(string="Blocked Because", compute="_compute_blocks")
    has_term_block = fields.Boolean(compute="_compute_blocks")
    has_reservation_block = fields.Boolean(compute="_compute_blocks")
    release_reservation = fields.Boolean(
        string="Release without reservation",
        compute="_compute_choice",
        store=True,
        readonly=False,
        help="The order may be confirmed and invoiced although no credit is reserved for it.",
    )
    release_term_billing = fields.Boolean(
        string="Release from the term billing block",
        help="The order may be sent, confirmed and invoiced although Supplier blocks the "
        "customer's term billing.",
    )
    reason = fields.Text(required=True)

    @api.depends("order_ids")
    def _compute_blocks(self):
        for wizard in self:
            blocks = [order._get_supplier_open_blocks() for order in wizard.order_ids]
            wizard.blocks = "\n".join(text for kinds in blocks for text in kinds.values())
            wizard.has_term_block = any("term_billing" in kinds for kinds in blocks)
            wizard.has_reservation_block = any("reservation" in kinds for kinds in blocks)

    @api.depends("order_ids")
    def _compute_choice(self):
        for wizard in self:
            wizard.release_reservation = wizard.has_reservation_block and not wizard.has_term_block

    def action_release(self):
        """Release the orders from the blocks that are ticked."""
        self.ensure_one()
        kinds = {
            "reservation": self.release_reservation,
            "term_billing": self.release_term_billing,
        }
        self.order_ids._release_supplier_by_hand(
            [kind for kind, chosen in kinds.items() if chosen], self.reason
        )
        return {"type": "ir.actions.act_window_close"}
