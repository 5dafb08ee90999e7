from odoo import fields, models
from odoo.exceptions import UserError

from ...const import ACCOUNTANT_GROUP


class SupplierCreditPostSaleOutcome(models.TransientModel):
    """The company's choice about the part that Supplier refused. Seed 002, steps 3 and 4."""

    _name = "supplier.credit.post.sale.outcome"
    _description = "Decide on the Rest of a Post-Sales Request"
    _inherit = "supplier.credit.abstract.guard"

    post_sale_id = fields.Many2one(
        comodel_name="supplier.credit.post.sale", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="post_sale_id.currency_id", related_sudo=False)
    open_amount = fields.Monetary(
        related="post_sale_id.open_amount", related_sudo=False, string="Still Temporary"
    )
    reason = fields.Char(
        related="post_sale_id.reason", related_sudo=False, string="Supplier's Reason"
    )
    error = fields.Text(related="post_sale_id.error", related_sudo=False)
    way = fields.Selection(
        selection=[
            ("direct", "Return it directly: the company credits it to the customer"),
            ("resend", "Ask Supplier again, after what was wrong is settled"),
            ("withdraw", "Withdraw it: the temporary credit is reversed"),
        ],
        required=True,
        default="direct",
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_confirm(self):
        """Carry out the choice.

        :raise UserError: naming the request and why the choice is not possible; nothing is changed
        """
        self.ensure_one()
        self.post_sale_id.check_access("read")
        self.post_sale_id.invoice_id.check_access("write")
        if not self.env.user.has_group(ACCOUNTANT_GROUP):
            raise UserError(
                self.env._(
                    "%(request)s: only users who may post entries may decide on its credit.",
                    request=self.post_sale_id.display_name,
                )
            )
        request = self.post_sale_id.sudo()
        ways = {
            "direct": request._return_rest_directly,
            "resend": request._resend_rest,
            "withdraw": request._withdraw_rest,
        }
        ways[self.way]()
        return {"type": "ir.actions.act_window_close"}
