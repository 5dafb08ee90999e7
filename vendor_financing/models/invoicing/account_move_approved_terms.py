from odoo import api, fields, models


class AccountMove(models.Model):
    """Terms that were approved with the order, on its invoice (planilha de aprovação). Seed 004.

    The clerk registers the invoice at the bank by them: days, rate, what the customer pays.
    """

    _inherit = "account.move"

    vendor_request_id = fields.Many2one(
        comodel_name="vendor.financing.request",
        string="Vendor Approval",
        compute="_compute_vendor_approved_terms",
        compute_sudo=True,
        help="The latest approval of the order that this invoice bills.",
    )
    vendor_approved_plan = fields.Char(
        string="Approved Days",
        compute="_compute_vendor_approved_terms",
        compute_sudo=True,
        help="In how many days each instalment is due.",
    )
    vendor_approved_rate = fields.Float(
        string="Approved Rate (%)",
        digits=(9, 6),
        compute="_compute_vendor_approved_terms",
        compute_sudo=True,
        help="The customer's rate, % a month.",
    )
    vendor_approved_total = fields.Monetary(
        string="Approved Total",
        currency_field="company_currency_id",
        compute="_compute_vendor_approved_terms",
        compute_sudo=True,
        help="What the customer pays the bank for the open part of this invoice, in BRL: its share "
        "of the total that was approved for the order.",
    )

    @api.depends(
        "is_vendor", "amount_residual", "vendor_order_id.vendor_request_ids.state", "line_ids"
    )
    def _compute_vendor_approved_terms(self):
        """Other invoices cost no query."""
        for move in self:
            request = move._find_vendor_request()
            move.vendor_request_id = request
            move.vendor_approved_plan = request.plan
            move.vendor_approved_rate = request.rate
            move.vendor_approved_total = request._get_share_of_total(move.amount_residual)

    def _find_vendor_request(self):
        """Return the latest approved request of the orders that this invoice bills, or none."""
        self.ensure_one()
        requests = self.env["vendor.financing.request"].sudo()
        if not self.is_vendor:
            return requests
        found = self._get_vendor_orders().vendor_request_ids
        return found.filtered(lambda request: request.state == "approved").sorted("id")[-1:]
