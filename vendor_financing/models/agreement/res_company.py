from odoo import fields, models


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["vendor.financing.abstract.guard", "res.company"]

    vendor_payment_term_id = fields.Many2one(
        comodel_name="account.payment.term",
        string="Payment Term of Vendor Orders",
        check_company=True,
        written_by="user",
        default=lambda self: self._default_vendor_payment_term(),
        help="The payment term of orders with a Vendor bearer: the bank pays at once, so at "
        "sight or one day. If empty, it is at sight.",
    )
    vendor_approval_required = fields.Boolean(
        string="Vendor Orders Need an Approval",
        default=True,
        written_by="user",
        help="An order with a Vendor bearer is confirmed only once a manager has approved a "
        "vendor request for it.",
    )

    def _default_vendor_payment_term(self):
        return self.env.ref("account.account_payment_term_immediate", raise_if_not_found=False)

    def _get_vendor_payment_term(self):
        """Return the payment term of Vendor orders; none if the host's own was deleted, too."""
        self.ensure_one()
        return (
            self.vendor_payment_term_id
            or self._default_vendor_payment_term()
            or self.env["account.payment.term"]
        )
