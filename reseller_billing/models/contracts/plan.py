from odoo import api, fields, models

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

    def _get_months(self):
        """Return the months from one billing to the next."""
        self.ensure_one()
        return PERIODS[self.period]

    @api.depends("name", "price", "period")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = plan.name or ""
