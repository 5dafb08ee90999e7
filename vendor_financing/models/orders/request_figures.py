from odoo import api, fields, models

from ...tools.pricing import parse_plan
from ...tools.rounding import exact
from ..common.company_day import get_company_today


class VendorFinancingRequest(models.Model):
    """What a manager looks at before the decision: margin, the customer's exposure, free limit."""

    _inherit = "vendor.financing.request"

    best_agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        string="Best Bank",
        compute="_compute_figures",
        compute_sudo=True,
        groups="vendor_financing.vendor_financing_group_user",
        help="Where the company earns most, by the quotes of today and the rate of this request.",
    )
    margin_amount = fields.Monetary(
        string="Company's Margin",
        compute="_compute_figures",
        compute_sudo=True,
        groups="vendor_financing.vendor_financing_group_user",
        help="The company's part of the interest at that bank, in BRL; negative where the company "
        "bears a part of the bank's.",
    )
    free_limit_amount = fields.Monetary(
        string="Bank's Free Limit",
        compute="_compute_figures",
        compute_sudo=True,
        groups="vendor_financing.vendor_financing_group_user",
        help="What that bank would finance still, in BRL; 0 also where there is no limit.",
    )
    exposure_amount = fields.Monetary(
        string="Customer's Exposure",
        compute="_compute_figures",
        compute_sudo=True,
        groups="vendor_financing.vendor_financing_group_user",
        help="Principal of this customer that the company guarantees at all banks, in BRL.",
    )

    @api.depends("plan", "rate", "amount", "debtor_id", "state")
    def _compute_figures(self):
        for request in self:
            bank, margin = request._find_best_bank()
            request.best_agreement_id = bank
            request.margin_amount = margin
            request.free_limit_amount = bank.available_amount if bank else 0.0
            request.exposure_amount = request._get_exposure()

    def _find_best_bank(self):
        """Return the agreement with the highest margin and that margin in BRL; none without one."""
        self.ensure_one()
        agreements = self.env["vendor.financing.agreement"].search(
            [("company_id", "=", self.company_id.id)]
        )
        try:
            days = parse_plan(self.plan)
        except ValueError:
            return agreements.browse(), 0.0
        margins = {}
        for agreement in agreements:
            figures = agreement._simulate(
                [(exact(self.amount), self.debtor_id)],
                days,
                get_company_today(self.company_id),
                customer_rate=exact(self.rate),
            )
            if figures and figures["principal"]:
                margins[agreement] = figures["interest"] - figures["equalization"]
        if not margins:
            return agreements.browse(), 0.0
        best = max(margins, key=margins.get)
        return best, float(margins[best])

    def _get_exposure(self):
        """Return the open principal of this customer under all contracts, in BRL."""
        self.ensure_one()
        customer = (self.debtor_id or self.partner_id).commercial_partner_id
        ((total,),) = self.env["vendor.financing.contract.installment"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "child_of", customer.ids),
                ("state", "=", "financed"),
            ],
            [],
            ["open_amount:sum"],
        )
        return total or 0.0
