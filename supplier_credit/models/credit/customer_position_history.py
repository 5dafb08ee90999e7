from odoo import fields, models

from .customer import CUSTOMER_STATES


class SupplierCreditCustomerPosition(models.Model):
    """A customer's position from its date until that of the next row."""

    _name = "supplier.credit.customer.position"
    _description = "History of a Customer's Position at Supplier"
    _inherit = "supplier.credit.abstract.guard"
    _order = "date desc, id desc"
    _rec_name = "customer_id"

    customer_id = fields.Many2one(
        comodel_name="supplier.credit.customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="customer_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Datetime(required=True, readonly=True)
    customer_state = fields.Selection(selection=CUSTOMER_STATES, readonly=True)
    term_billing_blocked = fields.Boolean(readonly=True)
    # Averages: a graph must not add up several rows of a day.
    limit_total = fields.Monetary(string="Limit", readonly=True, aggregator="avg")
    limit_used = fields.Monetary(string="In Use", readonly=True, aggregator="avg")
    limit_preauthorized = fields.Monetary(string="Pre-Authorized", readonly=True, aggregator="avg")
    limit_available = fields.Monetary(string="Available", readonly=True, aggregator="avg")
    days_late = fields.Integer(readonly=True, aggregator="max")
