from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    supplier_agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        string="Agreement with Supplier",
        compute="_compute_supplier_agreement",
        help="The company's agreement; where there are several, the first active one.",
    )
    supplier_enabled = fields.Boolean(
        related="supplier_agreement_id.enabled", string="Supplier Active"
    )
    supplier_environment = fields.Selection(
        related="supplier_agreement_id.environment", string="Supplier Environment"
    )
    supplier_base_url = fields.Char(
        related="supplier_agreement_id.base_url", string="Supplier Address"
    )
    supplier_tolerance_percent = fields.Float(
        related="supplier_agreement_id.tolerance_percent",
        readonly=False,
        string="Supplier Additional Tolerance (%)",
    )

    @api.depends("company_id")
    def _compute_supplier_agreement(self):
        for settings in self:
            agreements = self.env["supplier.credit.agreement"].search(
                [("company_id", "=", settings.company_id.id)], order="enabled DESC, id"
            )
            settings.supplier_agreement_id = agreements[:1]

    def action_test_supplier_connection(self):
        """Test the connection of the agreement shown; without one, open the wizard that makes it.

        :raise UserError: why there is no connection, and what to do
        """
        if not self.supplier_agreement_id:
            return self.action_open_supplier_agreement()
        return self.supplier_agreement_id.action_test_connection()

    def action_open_supplier_agreement(self):
        """Open the agreement with all its parameters; without one, the wizard that makes it."""
        actions = self.env["ir.actions.act_window"]
        if not self.supplier_agreement_id:
            return actions._for_xml_id("supplier_credit.supplier_credit_setup_action")
        return self.supplier_agreement_id._get_records_action()
