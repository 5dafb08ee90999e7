from odoo import fields, models


class SupplierCreditPostSaleGuide(models.TransientModel):
    """Guide to return, cancellation and bonus of a registered sale. Seed 002."""

    _name = "supplier.credit.post.sale.guide"
    _description = "Ways of Post-Sales"
    _inherit = "supplier.credit.abstract.guard"

    invoice_id = fields.Many2one(comodel_name="account.move", required=True, readonly=True)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_return(self):
        """Open the host's credit note wizard on the invoice."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_view_account_move_reversal"
        )
        context = {"active_model": "account.move", "active_ids": self.invoice_id.ids}
        return {**action, "context": {**context, "active_id": self.invoice_id.id}}

    def action_cancellation(self):
        """Open the upload of the cancellation that SEFAZ registered, which requests the rest."""
        self.ensure_one()
        return self.invoice_id.action_open_nfe_upload()

    def action_bonus(self):
        self.ensure_one()
        return self.invoice_id.action_open_supplier_bonus()
