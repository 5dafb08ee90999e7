from odoo import api, fields, models


class ResellerBillingChange(models.TransientModel):
    """Change of value or due date of an unpaid fatura, and of its charge."""

    _name = "reseller.billing.change"
    _description = "Change a Fatura"
    _inherit = "reseller.billing.abstract.guard"

    move_id = fields.Many2one(
        comodel_name="account.move", string="Fatura", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="move_id.currency_id", related_sudo=False)
    amount = fields.Monetary(string="Value", required=True)
    date_due = fields.Date(string="Due Date", required=True)
    is_client_told = fields.Boolean(
        string="E-mail the Client",
        default=True,
        help="With the new boleto and Pix; the former ones cannot be paid any more.",
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        move = self.env["account.move"].browse(self.env.context.get("active_id"))
        move.check_access("read")
        return {
            **values,
            "move_id": move.id,
            "amount": move.billing_amount,
            "date_due": move.invoice_date_due,
        }

    def action_confirm(self):
        """Change the fatura, its boleto and Pix.

        :raise UserError: if it is paid in part
        """
        self.ensure_one()
        self.check_access("write")
        self.move_id.check_access("write")
        self.move_id._change_fatura(self.amount, self.date_due, tell=self.is_client_told)
        return True
