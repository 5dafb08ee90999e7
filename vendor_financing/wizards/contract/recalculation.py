from odoo import api, fields, models


class VendorFinancingRecalculation(models.TransientModel):
    """Question before the titles of open contracts are calculated again."""

    _name = "vendor.financing.recalculation"
    _description = "Calculate Vendor Titles Again"
    _inherit = "vendor.financing.abstract.guard"

    contract_ids = fields.Many2many(
        comodel_name="vendor.financing.contract", required=True, readonly=True
    )
    by_hand_count = fields.Integer(
        string="Instalments Entered by Hand", compute="_compute_by_hand_count", compute_sudo=False
    )
    is_divided = fields.Boolean(
        string="Divide Again by Days",
        help="Each title is divided again by its days, counted from the credit date, on business "
        "days. Otherwise its instalments keep their due dates.",
    )
    is_overwritten = fields.Boolean(
        string="Overwrite what Was Entered by Hand",
        help="Otherwise titles of which something was entered by hand stay as they are.",
    )

    @api.depends("contract_ids")
    def _compute_by_hand_count(self):
        for wizard in self:
            wizard.by_hand_count = sum(wizard.contract_ids.mapped("by_hand_count"))

    @api.model
    def _open(self, contracts):
        """Return the action that opens this dialogue on open contracts."""
        is_divided = any(contracts.mapped("is_priced_otherwise"))
        wizard = self.create(
            {"contract_ids": [fields.Command.set(contracts.ids)], "is_divided": is_divided}
        )
        return wizard._get_records_action(name=self.env._("Calculate Again"), target="new")

    def action_confirm(self):
        """Calculate as chosen."""
        self.ensure_one()
        self.contract_ids.check_access("write")
        for contract in self.contract_ids:
            contract._recalculate(self.is_divided, self.is_overwritten)
        return True
