from odoo import api, fields, models
from odoo.exceptions import UserError


class SupplierCreditRelease(models.Model):
    """A manager's release of a blocked order (liberação manual), never deleted.

    Source: seed 001, "Bloqueio de Pedidos": blocked orders may be released by hand.
    """

    _name = "supplier.credit.release"
    _description = "Manual Release of an Order"
    _inherit = "supplier.credit.abstract.guard"
    _order = "id desc"

    order_id = fields.Many2one(
        comodel_name="sale.order", readonly=True, index=True, ondelete="set null"
    )
    order_number = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=[("reservation", "Without reservation"), ("term_billing", "Term billing block")],
        string="Released",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(comodel_name="res.users", string="By", required=True, readonly=True)
    reason = fields.Text(required=True, readonly=True)
    bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line", readonly=True, ondelete="set null"
    )
    amount = fields.Monetary(
        readonly=True,
        help="The released total of the order, with what had come back by then; more is blocked "
        "again.",
    )
    withdrawn_at = fields.Datetime(
        readonly=True, help="When the release became void: the order rose or changed its bearer."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Releases are the record of who released an order and cannot be deleted.")
        )

    def _is_in_effect(self):
        """Return whether the release counts: the order has the same bearer and no higher total."""
        self.ensure_one()
        order = self.order_id
        return bool(
            not self.withdrawn_at
            and order.preferred_payment_method_line_id == self.bearer_id
            and self.currency_id.compare_amounts(order._get_supplier_credit_amount(), self.amount)
            <= 0
        )
