from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.rounding import exact

# Writing these divides or prices the title again.
DIVIDING, PRICING = {"plan"}, {"rate_source", "customer_rate"}


class VendorFinancingContractTitle(models.Model):
    """Days and rate of one title: its customer's, as approved, or as the clerk chooses. Seed 004.

    "O usuário informa, para cada título, o valor dos juros de cada um deles e seu novo vencimento,
    negociado com o cliente e o valor que o cliente irá pagar no total."
    """

    _inherit = "vendor.financing.contract.title"

    plan = fields.Char(
        string="Days",
        copy=False,
        help="In how many days each instalment is due, counted from the credit date. Changing it "
        "divides the title again. Empty is as on the contract.",
    )
    rate_source = fields.Selection(
        selection=[
            ("quote", "Quote of the Day"),
            ("approved", "As Approved"),
            ("entered", "As Entered"),
        ],
        string="Rate From",
        default="quote",
        copy=False,
        help="Where the customer's rate comes from.",
    )
    customer_rate = fields.Float(
        string="Customer's Rate (%)",
        digits=(9, 6),
        copy=False,
        help="% a month (a year, where the agreement counts business days), if it does not come "
        "from the quote of the day.",
    )
    approved_plan = fields.Char(string="Approved Days", readonly=True, copy=False)
    approved_rate = fields.Float(
        string="Approved Rate (%)", digits=(9, 6), readonly=True, copy=False, help="% a month."
    )
    approved_total = fields.Monetary(
        readonly=True,
        copy=False,
        help="What the customer pays the bank as it was approved with the order, in BRL; this "
        "title's share.",
    )
    deviation = fields.Monetary(
        compute="_compute_deviation",
        help="Customer total less the approved one, in BRL; nothing without an approval.",
    )
    is_deviating = fields.Boolean(
        string="Deviates From the Approval",
        compute="_compute_deviation",
        help="Other days than approved, or another total by more than the agreement's tolerance.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE, CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.depends(
        "approved_plan",
        "approved_total",
        "customer_total",
        "installment_ids.date_due",
        "contract_id.credit_date",
    )
    def _compute_deviation(self):
        due_dates = {}
        for title in self:
            total = title.approved_total
            deviation = title.customer_total - total if total else 0.0
            title.deviation = title.currency_id.round(deviation)
            title.is_deviating = bool(title.approved_plan) and (
                title._has_other_days(due_dates)
                or title.contract_id._is_beyond_tolerance(deviation)
            )

    @api.constrains("plan", "customer_rate")
    def _check_terms(self):
        for title in self:
            if title.plan:
                title.contract_id._parse_plan(title.plan)
            if not 0 <= title.customer_rate < 100:
                raise ValidationError(
                    self.env._(
                        "%(title)s: a customer's rate of %(rate)s %% is none. Enter from 0 to less "
                        "than 100 %%.",
                        title=title.display_name,
                        rate=title.customer_rate,
                    )
                )

    # -------------------------------------------------------------------------
    # CRUD, ONCHANGE METHODS
    # -------------------------------------------------------------------------

    def write(self, vals):
        if not (DIVIDING | PRICING) & vals.keys():
            return super().write(vals)
        for contract in self.contract_id:
            contract._check_open()
        if "customer_rate" in vals and "rate_source" not in vals:
            vals = {**vals, "rate_source": "entered"}
        result = super().write(vals)
        # A new title has no instalments yet.
        divided = self.filtered("installment_ids")
        if DIVIDING & vals.keys():
            divided._divide()
        divided.installment_ids._propose()
        return result

    @api.onchange("customer_rate")
    def _onchange_customer_rate(self):
        if self.customer_rate != self._origin.customer_rate:
            self.rate_source = "entered"

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _prepare_approved_terms(self, principal):
        """Return days, rate and total as they were approved with the order, if they were.

        :param principal: of this title, in BRL
        """
        self.ensure_one()
        request = self.line_id.move_id._find_vendor_request()
        if not request:
            return {}
        return {
            "plan": self.plan or request.plan,
            "rate_source": "approved",
            "customer_rate": request.rate,
            "approved_plan": request.plan,
            "approved_rate": request.rate,
            "approved_total": request._get_share_of_total(principal),
        }

    def _filter_by_hand(self):
        """Return those of which something was entered by hand."""
        return self.filtered(lambda title: any(title.installment_ids.mapped("is_by_hand")))

    def _get_plan(self):
        self.ensure_one()
        return self.plan or self.contract_id.plan

    def _get_customer_rate(self):
        """Return the customer's rate in %, a Decimal, or None for that of the quote."""
        self.ensure_one()
        return None if self.rate_source == "quote" else exact(self.customer_rate)

    def _divide(self):
        """Divide the principal of each title equally over the days of its plan."""
        due_dates = {}
        for title in self:
            key = (title.contract_id, title._get_plan())
            if key not in due_dates:
                due_dates[key] = title.contract_id._get_due_dates(key[1])
            title._create_installments(due_dates[key])

    def _has_other_days(self, due_dates):
        """Return whether the instalments are due on other days than approved.

        :param due_dates: dict in which the due dates of a contract and plan are cached
        """
        self.ensure_one()
        key = (self.contract_id, self.approved_plan)
        if key not in due_dates:
            due_dates[key] = sorted(self.contract_id._get_due_dates(self.approved_plan))
        return sorted(self._get_kept_parts().mapped("date_due")) != due_dates[key]
