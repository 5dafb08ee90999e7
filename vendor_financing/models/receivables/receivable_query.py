from odoo import api, fields, models
from odoo.tools import SQL

from ...const import VENDOR_METHOD_CODE
from ..contract.title_receivable import NOT_COUNTING


class VendorFinancingReceivable(models.Model):
    """The query of the report's rows."""

    _inherit = "vendor.financing.receivable"

    _depends = {
        "account.move": [
            "commercial_partner_id",
            "invoice_date",
            "invoice_date_due",
            "move_type",
            "partner_id",
            "payment_state",
            "preferred_payment_method_line_id",
            "state",
        ],
        "account.move.line": [
            "amount_residual",
            "amount_residual_currency",
            "balance",
            "company_id",
            "currency_id",
            "date_maturity",
            "display_type",
            "move_id",
            "parent_state",
        ],
        "account.payment.method": ["code"],
        "account.payment.method.line": ["payment_method_id"],
        "vendor.financing.agreement": ["partner_id"],
        "vendor.financing.contract.installment": [
            "agreement_id",
            "contract_id",
            "date_due",
            "debited_amount",
            "number",
            "open_amount",
            "principal",
            "state",
            "title_id",
        ],
        "vendor.financing.contract.title": ["line_id", "original_date_maturity"],
    }

    @property
    def _table_query(self):
        """Overdue days and age are calculated for the reader's day."""
        today = fields.Date.context_today(self)
        return SQL(
            """
            WITH part AS (%(parts)s)
            SELECT item.*,
                   CASE WHEN item.residual = 0 THEN 'settled'
                        WHEN item.vendor_state = 'debited' THEN 'defaulted'
                        WHEN item.date_due < %(today)s THEN 'overdue'
                        ELSE 'open' END AS situation,
                   CASE WHEN item.residual = 0 THEN 0
                        ELSE GREATEST(%(today)s - item.date_due, 0) END AS days_overdue,
                   CASE WHEN item.residual = 0 THEN NULL
                        WHEN item.date_due >= %(today)s THEN 'a_not_due'
                        WHEN %(today)s - item.date_due <= 30 THEN 'b_30'
                        WHEN %(today)s - item.date_due <= 60 THEN 'c_60'
                        WHEN %(today)s - item.date_due <= 90 THEN 'd_90'
                        ELSE 'e_older' END AS age_band
              FROM (%(items)s) item
            """,
            parts=self._get_parts_query(),
            today=SQL("%s::date", today),
            items=self._get_items_query(),
        )

    @api.model
    def _get_items_query(self):
        """Return the query of the rows: instalments, and items without instalments."""
        return SQL(
            """
            SELECT COALESCE(part.id * 2 + 1, line.id * 2) AS id,
                   line.move_id, move.move_type, move.partner_id, move.commercial_partner_id,
                   line.company_id, line.company_currency_id, line.currency_id,
                   move.invoice_date,
                   COALESCE(part.date_original, line.date_maturity, move.invoice_date_due)
                       AS date_due_original,
                   COALESCE(part.date_due, line.date_maturity, move.invoice_date_due) AS date_due,
                   COALESCE(part.amount, line.balance) AS amount,
                   COALESCE(part.residual, line.amount_residual) AS residual,
                   COALESCE(part.residual, line.amount_residual_currency) AS residual_currency,
                   move.preferred_payment_method_line_id AS bearer_id,
                   method.id AS charge_type_id,
                   part.id IS NOT NULL OR COALESCE(
                       method.code = %(vendor)s AND move.move_type = 'out_invoice', FALSE
                   ) AS is_vendor,
                   CASE WHEN part.state = 'settled_early' THEN 'settled'
                        WHEN part.state = 'recovered' THEN 'debited'
                        WHEN part.id IS NOT NULL THEN part.state
                        WHEN part.line_id IS NULL
                             AND method.code = %(vendor)s
                             AND move.move_type = 'out_invoice'
                             AND move.payment_state IN ('not_paid', 'partial')
                             AND line.amount_residual > 0 THEN 'pending'
                        ELSE 'none' END AS vendor_state,
                   part.contract_id, part.agreement_id, agreement.partner_id AS bank_id,
                   part.number AS installment_number
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
         LEFT JOIN part ON part.line_id = line.id
         LEFT JOIN vendor_financing_agreement agreement ON agreement.id = part.agreement_id
         LEFT JOIN account_payment_method_line bearer
                ON bearer.id = move.preferred_payment_method_line_id
         LEFT JOIN account_payment_method method ON method.id = bearer.payment_method_id
             WHERE line.display_type = 'payment_term'
                   AND line.parent_state = 'posted'
                   AND move.move_type IN ('out_invoice', 'out_refund')
            """,
            vendor=VENDOR_METHOD_CODE,
        )

    @api.model
    def _get_parts_query(self):
        """Return the instalments of the latest title of each item, and the rest of the item.

        Debited principal is open as far as the customer has not paid the company since; payments
        are counted for the earlier instalments first. The rest, without an id, was paid before a
        bank financed the item.
        """
        return SQL(
            """
            WITH counting AS (
                SELECT part.id, title.line_id, part.number, part.contract_id, part.agreement_id,
                       part.state, part.principal AS amount, part.open_amount, part.debited_amount,
                       title.original_date_maturity AS date_original,
                       CASE WHEN part.state IN ('debited', 'recovered')
                            THEN title.original_date_maturity
                            ELSE part.date_due END AS date_due,
                       RANK() OVER (PARTITION BY title.line_id ORDER BY title.id DESC) AS age
                  FROM vendor_financing_contract_installment part
                  JOIN vendor_financing_contract_title title ON title.id = part.title_id
                 WHERE part.state NOT IN %(not_counting)s
            ), split AS (
                SELECT counting.*, line.balance, line.amount_residual,
                       counting.open_amount + LEAST(
                           counting.debited_amount,
                           GREATEST(
                               0,
                               line.amount_residual
                               - SUM(counting.open_amount) OVER (PARTITION BY counting.line_id)
                               - SUM(counting.debited_amount) OVER (
                                     PARTITION BY counting.line_id
                                     ORDER BY counting.number DESC, counting.id DESC
                                 ) + counting.debited_amount
                           )
                       ) AS residual
                  FROM counting
                  JOIN account_move_line line ON line.id = counting.line_id
                 WHERE counting.age = 1
            )
            SELECT id, line_id, number, contract_id, agreement_id, state, amount, residual,
                   date_original, date_due
              FROM split
         UNION ALL
            SELECT NULL, line_id, NULL, NULL, NULL, NULL,
                   MIN(balance) - SUM(amount), MIN(amount_residual) - SUM(residual),
                   MIN(date_original), MIN(date_original)
              FROM split
          GROUP BY line_id
            HAVING MIN(balance) != SUM(amount) OR MIN(amount_residual) != SUM(residual)
            """,
            not_counting=tuple(sorted(NOT_COUNTING)),
        )
