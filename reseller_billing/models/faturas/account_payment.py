from odoo import fields, models


class AccountPayment(models.Model):
    """Which charge a payment belongs to: the client's, a refund or a chargeback."""

    _name = "account.payment"
    _inherit = ["reseller.billing.abstract.guard", "account.payment"]

    charge_id = fields.Many2one(
        comodel_name="payment.transaction",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
