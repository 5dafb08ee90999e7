from odoo import api, fields, models
from odoo.tools import SQL


class ResellerBillingAnalysis(models.Model):
    """Subscriptions by month: recurring revenue (MRR), won and lost; billed, paid, overdue.

    Read only. A contract counts in each month from its activation to its cancellation, today's at
    the latest; a fatura in its reference month.
    """

    _name = "reseller.billing.analysis"
    _description = "Subscription Analysis"
    _auto = False
    _order = "month desc, id"
    _depends = {
        "reseller.billing.contract": ["amount_month", "date_active", "date_end", "state"],
        "account.move": [
            "amount_residual",
            "amount_total",
            "billing_contract_id",
            "invoice_date_due",
            "reference_month",
            "reference_year",
            "state",
        ],
    }

    month = fields.Date(readonly=True)
    contract_id = fields.Many2one(comodel_name="reseller.billing.contract", readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Client", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    state = fields.Selection(
        selection=lambda self: self._get_contract_states(),
        string="Contract Status",
        readonly=True,
    )
    mrr = fields.Monetary(string="MRR", readonly=True, help="Revenue of the plans in this month.")
    new_mrr = fields.Monetary(string="New MRR", readonly=True)
    lost_mrr = fields.Monetary(string="Lost MRR", readonly=True, help="By cancelled contracts.")
    lost_count = fields.Integer(string="Contracts Lost", readonly=True)
    active_count = fields.Integer(string="Contracts Active", readonly=True)
    billed = fields.Monetary(readonly=True)
    paid = fields.Monetary(readonly=True)
    overdue = fields.Monetary(readonly=True, help="Open after its due date.")

    @api.model
    def _get_contract_states(self):
        # In the user's language: labels that a function returns are not translated by the host.
        field = self.env["reseller.billing.contract"]._fields["state"]
        return field._description_selection(self.env)

    @property
    def _table_query(self):
        today = fields.Date.context_today(self)
        return SQL(
            """
            SELECT ROW_NUMBER() OVER (ORDER BY kind, key, month) AS id, month::date, contract_id,
                   partner_id, company_id, currency_id, state, mrr, new_mrr, lost_mrr, lost_count,
                   active_count, billed, paid, overdue
              FROM (
                SELECT 1 AS kind, contract.id AS key, month, contract.id AS contract_id,
                       contract.partner_id, contract.company_id, company.currency_id,
                       contract.state,
                       CASE WHEN ended.yes THEN 0 ELSE contract.amount_month END AS mrr,
                       CASE WHEN month = date_trunc('month', contract.date_active)
                            THEN contract.amount_month ELSE 0 END AS new_mrr,
                       CASE WHEN ended.yes THEN contract.amount_month ELSE 0 END AS lost_mrr,
                       CASE WHEN ended.yes THEN 1 ELSE 0 END AS lost_count,
                       CASE WHEN ended.yes THEN 0 ELSE 1 END AS active_count,
                       0 AS billed, 0 AS paid, 0 AS overdue
                  FROM reseller_billing_contract contract
                  JOIN res_company company ON company.id = contract.company_id
            CROSS JOIN LATERAL generate_series(
                           date_trunc('month', contract.date_active),
                           date_trunc('month', COALESCE(contract.date_end, %(today)s)),
                           INTERVAL '1 month') AS month
            CROSS JOIN LATERAL (
                           SELECT contract.date_end IS NOT NULL
                              AND month = date_trunc('month', contract.date_end) AS yes) AS ended
                 WHERE contract.date_active IS NOT NULL
             UNION ALL
                SELECT 2, move.id, make_date(move.reference_year::integer,
                                             move.reference_month::integer, 1),
                       contract.id, contract.partner_id, move.company_id, move.currency_id,
                       contract.state, 0, 0, 0, 0, 0,
                       move.amount_total, move.amount_total - move.amount_residual,
                       CASE WHEN move.invoice_date_due < %(today)s
                            THEN move.amount_residual ELSE 0 END
                  FROM account_move move
                  JOIN reseller_billing_contract contract ON contract.id = move.billing_contract_id
                 WHERE move.move_type = 'out_invoice' AND move.state = 'posted'
                   AND move.reference_month IS NOT NULL AND move.reference_year IS NOT NULL
              ) AS found
            """,
            today=today,
        )
