from odoo import fields, models


class VendorFinancingRequestRefusal(models.TransientModel):
    """The reason of a refusal."""

    _name = "vendor.financing.request.refusal"
    _description = "Refuse Vendor Financing Requests"
    _inherit = "vendor.financing.abstract.guard"

    request_ids = fields.Many2many(comodel_name="vendor.financing.request", required=True)
    reason = fields.Text(required=True, help="Shown to requester and salesman.")

    def action_confirm(self):
        """Refuse these requests.

        :raise AccessError: for users who are not managers
        :raise UserError: naming a request that cannot be refused
        """
        self.ensure_one()
        self.request_ids._refuse(self.reason)
        return True
