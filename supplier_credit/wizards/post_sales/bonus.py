from odoo import api, fields, models


class SupplierCreditBonus(models.TransientModel):
    """Grant the customer a bonus on a registered sale (Bonificação). Seed 002, "Bonificação", 1."""

    _name = "supplier.credit.bonus"
    _description = "Bonus on a Supplier Sale"
    _inherit = "supplier.credit.abstract.guard"

    transaction_id = fields.Many2one(
        comodel_name="supplier.credit.transaction", required=True, readonly=True
    )
    invoice_id = fields.Many2one(related="transaction_id.invoice_id", related_sudo=False)
    currency_id = fields.Many2one(related="transaction_id.currency_id", related_sudo=False)
    left_amount = fields.Monetary(
        string="Left of the Sale",
        compute="_compute_left_amount",
        help="The amount of the sale without returns, cancellation and bonuses.",
    )
    amount = fields.Monetary(required=True)
    reason = fields.Char(required=True, size=500, help="Supplier reads this reason.")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The amount of a bonus must be greater than zero."
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("transaction_id")
    def _compute_left_amount(self):
        for wizard in self:
            transaction = wizard.transaction_id
            wizard.left_amount = transaction.total - transaction._get_post_sale_amount()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_grant(self):
        """Post the temporary credit and send the request to Supplier.

        :return: the action that opens the request
        :raise UserError: why the bonus cannot be granted; nothing is changed
        """
        self.ensure_one()
        self.invoice_id.check_access("write")
        transaction = self.transaction_id.sudo()
        transaction._check_post_sale(self.amount)
        transaction.invoice_id._check_returnable("bonus")
        requests = self.env["supplier.credit.post.sale"].sudo()
        request = requests.create(
            requests._prepare_request(transaction, "bonus", self.amount, request_reason=self.reason)
        )
        request._start()
        return request._get_records_action()
