from odoo import api, fields, models
from odoo.exceptions import UserError

# Months from one billing to the next.
PERIODS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "yearly": 12}


class ResellerBillingPlan(models.Model):
    """Plan of a subscription (plano): a service, its price and period. Seed 003."""

    _name = "reseller.billing.plan"
    _description = "Subscription Plan"
    _inherit = "reseller.billing.abstract.guard"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        written_by="creator",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one(
        comodel_name="product.product",
        check_company=True,
        domain=[("sale_ok", "=", True), ("type", "=", "service")],
        ondelete="restrict",
        help="The service on the fatura: it has income account and taxes.",
    )
    price = fields.Monetary(required=True, help="Price of a period, taxes included, in BRL.")
    period = fields.Selection(
        selection=[
            ("monthly", "Monthly"),
            ("quarterly", "Every 3 months"),
            ("semiannual", "Every 6 months"),
            ("yearly", "Yearly"),
        ],
        required=True,
        default="monthly",
    )
    billing_preview = fields.Char(
        string="Is Billed As",
        compute="_compute_billing_preview",
        help="What a client without a fiscal position pays for a period, and what of it is tax.",
    )
    service_code = fields.Char(
        help="Code of the municipal list of services, for the service invoice (NFS-e)."
    )
    iss_rate = fields.Float(
        string="ISS (%)", digits=(5, 2), help="Tax on services, for the service invoice (NFS-e)."
    )

    _price_not_negative = models.Constraint(
        "CHECK (price >= 0)", "The price of a plan cannot be negative."
    )
    _iss_range = models.Constraint(
        "CHECK (iss_rate >= 0 AND iss_rate <= 100)", "ISS is between 0 and 100 %."
    )

    # -------------------------------------------------------------------------
    # COMPUTE, CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.depends("price", "product_id", "product_id.taxes_id", "company_id")
    def _compute_billing_preview(self):
        for plan in self:
            plan.billing_preview = plan._describe_billing()

    @api.constrains("price", "product_id")
    def _check_price_covers_taxes(self):
        """Refuse a price of which taxes leave nothing: no fatura could be made of it."""
        for plan in self.filtered("product_id"):
            plan._prepare_billing_line()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _prepare_billing_line(self):
        """Return the line of a fatura of this plan, for a client like most.

        :raise UserError: if taxes leave nothing of the price
        """
        contract = self.env["reseller.billing.contract"].new({"company_id": self.company_id.id})
        return contract._prepare_fatura_line(self.product_id, self.name or "", self.price)

    def _describe_billing(self):
        """Return what the client pays for a period, and what of it is tax; or why it cannot be."""
        self.ensure_one()
        amount = self.currency_id.format(self.price)
        if not self.product_id:
            return self.env._(
                "%(amount)s without taxes, on the income account of the journal of faturas",
                amount=amount,
            )
        try:
            line = self._prepare_billing_line()
        except UserError as error:
            return str(error)
        contract = self.env["reseller.billing.contract"].new({"company_id": self.company_id.id})
        taxes = self.env["account.tax"].browse(line["tax_ids"][0][2])
        if not taxes:
            return self.env._("%(amount)s without taxes", amount=amount)
        base = contract._get_base(line, taxes)
        return self.env._(
            "%(amount)s: %(base)s and %(taxes)s of %(names)s",
            amount=amount,
            base=self.currency_id.format(base),
            taxes=self.currency_id.format(self.price - base),
            names=", ".join(taxes.mapped("name")),
        )

    def _get_months(self):
        """Return the months from one billing to the next."""
        self.ensure_one()
        return PERIODS[self.period]

    @api.depends("name", "price", "period")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = plan.name or ""
