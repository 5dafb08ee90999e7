from odoo import fields, models
from odoo.tools import SQL


class VendorFinancingRecognitionReport(models.Model):
    """Deferred income and cost by month, contract and bank: what waited, came, was recognised.

    Each row's closing balance is the contract's part of the deferred account in the ledger at the
    end of that month.
    """

    _name = "vendor.financing.recognition.report"
    _description = "Recognition by Month"
    _auto = False
    _order = "month desc, agreement_id, contract_id, side"
    _rec_name = "contract_id"

    month = fields.Date(readonly=True)
    side = fields.Selection(
        selection=[("income", "Income"), ("cost", "Cost")], string="Income or Cost", readonly=True
    )
    contract_id = fields.Many2one(comodel_name="vendor.financing.contract", readonly=True)
    agreement_id = fields.Many2one(comodel_name="vendor.financing.agreement", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    opening = fields.Monetary(
        string="Opening Balance", readonly=True, help="Deferred before the month, in BRL."
    )
    deferred = fields.Monetary(
        readonly=True, help="Deferred in the month, less what was taken back, in BRL."
    )
    recognised = fields.Monetary(
        readonly=True, help="Income earned or cost spent in the month, in BRL."
    )
    closing = fields.Monetary(
        string="Closing Balance", readonly=True, help="Deferred at the month's end, in BRL."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH movement AS (
                SELECT MIN(id) AS id, company_id, agreement_id, contract_id,
                       CASE WHEN kind = 'interest' THEN 'income' ELSE 'cost' END AS side,
                       DATE_TRUNC('month', date)::date AS month,
                       SUM(CASE WHEN is_recognised THEN 0 ELSE amount END) AS deferred,
                       SUM(CASE WHEN is_recognised THEN -amount ELSE 0 END) AS recognised
                  FROM vendor_financing_recognition
              GROUP BY company_id, agreement_id, contract_id, side, month
            ), balance AS (
                SELECT *, SUM(deferred - recognised) OVER (
                           PARTITION BY contract_id, side ORDER BY month
                       ) AS closing
                  FROM movement
            )
            SELECT *, closing - deferred + recognised AS opening FROM balance
            """
        )

    def action_open_contract(self):
        """Open the contract of this row."""
        self.ensure_one()
        return self.contract_id._get_records_action()
