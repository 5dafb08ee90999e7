from odoo import api, fields, models

ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"


class SupplierCreditCustomer(models.Model):
    """The company's own credit limit of the customer, beside Supplier's."""

    _inherit = "supplier.credit.customer"

    own_limit_in_use = fields.Boolean(compute="_compute_own_limit", groups=ACCOUNTING)
    own_limit = fields.Monetary(compute="_compute_own_limit", groups=ACCOUNTING)
    own_limit_used = fields.Monetary(
        string="Used of Own Limit",
        compute="_compute_own_limit",
        groups=ACCOUNTING,
        help="Debt to the company and amount still to be invoiced, without sales on Supplier's "
        "credit.",
    )
    own_limit_available = fields.Monetary(
        string="Available of Own Limit", compute="_compute_own_limit", groups=ACCOUNTING
    )

    @api.depends("partner_id", "company_id")
    def _compute_own_limit(self):
        for company, customers in self.grouped("company_id").items():
            partners = customers.partner_id.with_company(company)
            open_amounts = {
                partner.id: amount
                for partner, amount in partners._get_supplier_open_amounts(company).items()
            }
            for customer in customers:
                partner = customer.partner_id.with_company(company)
                debt = partner.credit - open_amounts.get(partner.id, 0.0)
                customer.own_limit_in_use = company.account_use_credit_limit
                customer.own_limit = partner.credit_limit
                customer.own_limit_used = debt + partner.credit_to_invoice
                customer.own_limit_available = customer.own_limit - customer.own_limit_used
