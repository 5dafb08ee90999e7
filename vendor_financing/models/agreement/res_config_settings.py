from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    vendor_payment_term_id = fields.Many2one(
        related="company_id.vendor_payment_term_id", readonly=False
    )
    vendor_approval_required = fields.Boolean(
        related="company_id.vendor_approval_required", readonly=False
    )
