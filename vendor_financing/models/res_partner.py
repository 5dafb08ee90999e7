from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    vendor_iof_regime = fields.Selection(
        selection=[
            ("ordinary", "Ordinary company"),
            ("simples", "Simples Nacional"),
            ("exempt", "Exempt"),
        ],
        string="IOF Regime",
        help="Which rate of IOF a credit to this customer takes. Left empty, it is ordinary.",
    )
