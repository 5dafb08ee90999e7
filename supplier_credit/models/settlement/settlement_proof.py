from odoo import fields, models
from odoo.tools import SQL


class SupplierCreditSettlementProof(models.Model):
    """Supplier's outstanding payments by calendar, ledger and statement, which must agree.

    The marks on documents must agree with the records that own them, too: amounts alone would
    still agree if a mark, and with it a lock, were removed. One row per agreement and day.
    Calendar: instalments, less debits of post-sales, less the
    amounts that posted statements settled. Ledger: open items on Supplier's receivable. Statement:
    entries that are announced or imported and not posted. Amounts include the fee if the item was
    posted with it (7.5).
    """

    _name = "supplier.credit.settlement.proof"
    _description = "Three-Way Proof"
    _auto = False
    _order = "date, agreement_id, id"
    _rec_name = "date"
    # Fields that are flushed before this model is read.
    _depends = {
        "supplier.credit.transaction": [
            "agreement_id",
            "code",
            "state",
            "processing_state",
            "move_id",
            "nfe_key",
        ],
        "supplier.credit.settlement": ["state", "move_id"],
        "supplier.credit.post.sale": ["kind", "processing_state", "temporary_move_id"],
        "supplier.credit.transaction.installment": ["transaction_id", "receivable_line_id"],
        "supplier.credit.settlement.entry": ["state", "settled_amount", "counterpart_line_id"],
        "supplier.credit.event": ["code", "kind", "agreement_id"],
        "account.move": [
            "is_supplier_entry",
            "supplier_entry_transaction_id",
            "supplier_settlement_id",
            "supplier_post_sale_id",
            "supplier_nfe_key",
            "payment_state",
            "state",
        ],
        "account.move.line": [
            "amount_residual",
            "parent_state",
            "reconciled",
            "account_id",
            "is_supplier_temporary",
        ],
    }

    agreement_id = fields.Many2one(comodel_name="supplier.credit.agreement", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    date = fields.Date(readonly=True, help="The day of the payment.")
    calendar_amount = fields.Monetary(string="Calendar", readonly=True)
    ledger_amount = fields.Monetary(string="Ledger", readonly=True)
    statement_amount = fields.Monetary(string="Statement", readonly=True)
    ledger_difference = fields.Monetary(
        string="Calendar less Ledger",
        readonly=True,
        help="If it is not zero: an item was posted on Supplier's receivable outside the "
        "calendar, or an approval is not processed yet.",
    )
    statement_difference = fields.Monetary(
        string="Calendar less Statement",
        readonly=True,
        help="If it is not zero: Supplier announces another amount or day than its calendar, or "
        "the statement is not imported yet.",
    )
    mismatch_count = fields.Integer(
        string="Documents with Wrong Marks",
        readonly=True,
        help="Documents that Supplier's transaction, request or statement does not know as they "
        "are marked, or the other way round. Open them by Show Documents; the addon never leaves "
        "them so.",
    )
    is_proven = fields.Boolean(string="Agrees", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH mismatch AS (
                %(mismatches)s
            ), installment AS (
                SELECT a.id AS agreement_id, i.transfer_date AS date, t.code, i.number,
                       i.receivable_line_id,
                       CASE WHEN l.balance = i.amount THEN TRUE
                            WHEN l.balance = i.transfer_amount THEN FALSE
                            ELSE a.fee_recognition = 'settlement' END AS holds_fee,
                       i.amount, i.transfer_amount
                  FROM supplier_credit_transaction_installment i
                  JOIN supplier_credit_transaction t ON t.id = i.transaction_id
                  JOIN supplier_credit_agreement a ON a.id = t.agreement_id
             LEFT JOIN account_move_line l ON l.id = i.receivable_line_id
                 WHERE t.state = 'approved'
            ), settled AS (
                SELECT counterpart_line_id AS line_id, SUM(settled_amount) AS amount
                  FROM supplier_credit_settlement_entry
                 WHERE state = 'posted' AND counterpart_line_id IS NOT NULL
              GROUP BY counterpart_line_id
            ), owed AS (
                SELECT i.agreement_id, i.date,
                       CASE WHEN i.holds_fee THEN i.amount ELSE i.transfer_amount END
                       - COALESCE(s.amount, 0) AS calendar, 0 AS ledger, 0 AS statement,
                       0 AS mismatch
                  FROM installment i
             LEFT JOIN settled s ON s.line_id = i.receivable_line_id
             UNION ALL
                %(post_sales)s
             UNION ALL
                SELECT COALESCE(t.agreement_id, s.agreement_id, a.id),
                       COALESCE(l.date_maturity, l.date), 0, l.amount_residual, 0, 0
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
             LEFT JOIN supplier_credit_transaction t ON t.id = m.supplier_entry_transaction_id
             LEFT JOIN supplier_credit_settlement s ON s.id = m.supplier_settlement_id
                  JOIN LATERAL (
                       SELECT MIN(o.id) AS id FROM supplier_credit_agreement o
                        WHERE o.company_id = l.company_id AND l.account_id IN (
                              o.receivable_account_id, o.debit_account_id, o.bonus_debit_account_id)
                       ) a ON a.id IS NOT NULL
                 WHERE l.account_id IN (
                       SELECT UNNEST(ARRAY[receivable_account_id, debit_account_id,
                                           bonus_debit_account_id])
                         FROM supplier_credit_agreement)
                   AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
             UNION ALL
                SELECT e.agreement_id, e.date, 0, 0,
                       CASE WHEN e.direction = 'credit' THEN 1 ELSE -1 END
                       * (e.principal - CASE WHEN %(holds_fee)s THEN 0 ELSE e.fee END), 0
                  FROM supplier_credit_settlement_entry e
                  JOIN supplier_credit_agreement a ON a.id = e.agreement_id
                  JOIN LATERAL (
                       SELECT v.kind FROM supplier_credit_event v
                        WHERE v.code = e.event_code
                          AND (v.agreement_id = e.agreement_id OR v.agreement_id IS NULL)
                     ORDER BY v.agreement_id NULLS LAST LIMIT 1
                       ) v ON v.kind IN ('sale_credit', 'post_sale_debit')
             LEFT JOIN installment i ON i.agreement_id = e.agreement_id
                                    AND i.code = e.transaction_code AND i.number = e.number
                                    AND v.kind = 'sale_credit'
                 WHERE e.state IN ('future', 'open', 'proposed', 'matched')
             UNION ALL
                SELECT agreement_id, date, 0, 0, 0, 1 FROM mismatch
            )
            SELECT MIN(a.id::bigint * 100000 + (o.date - DATE '2000-01-01')) AS id,
                   a.id AS agreement_id, a.company_id, c.currency_id, o.date,
                   SUM(o.calendar) AS calendar_amount, SUM(o.ledger) AS ledger_amount,
                   SUM(o.statement) AS statement_amount,
                   SUM(o.calendar - o.ledger) AS ledger_difference,
                   SUM(o.calendar - o.statement) AS statement_difference,
                   SUM(o.mismatch) AS mismatch_count,
                   SUM(o.calendar - o.ledger) = 0 AND SUM(o.calendar - o.statement) = 0
                   AND SUM(o.mismatch) = 0 AS is_proven
              FROM owed o
              JOIN supplier_credit_agreement a ON a.id = o.agreement_id
              JOIN res_company c ON c.id = a.company_id
          GROUP BY a.id, a.company_id, c.currency_id, o.date
            HAVING SUM(o.calendar) != 0 OR SUM(o.ledger) != 0 OR SUM(o.statement) != 0
                   OR SUM(o.mismatch) != 0
            """,
            mismatches=self._get_mismatch_query(),
            post_sales=self._get_post_sale_query(),
            holds_fee=SQL("COALESCE(i.holds_fee, a.fee_recognition = 'settlement')"),
        )

    def _get_post_sale_query(self):
        """Return the debits of post-sales in the calendar."""
        return SQL(
            """
            SELECT a.id, p.debit_date,
                   -(p.amount - CASE WHEN -l.balance = p.amount THEN 0 ELSE p.fee_refunded END)
                   + COALESCE(s.amount, 0), 0, 0, 0
              FROM supplier_credit_post_sale_installment p
              JOIN supplier_credit_post_sale r ON r.id = p.post_sale_id
              JOIN supplier_credit_transaction t ON t.id = r.transaction_id
              JOIN supplier_credit_agreement a ON a.id = t.agreement_id
              JOIN account_move_line l ON l.id = p.receivable_line_id
         LEFT JOIN settled s ON s.line_id = p.receivable_line_id
            """
        )

    def _get_mismatch_query(self):
        """Return the documents whose marks differ from the records that own them.

        A row for each: agreement_id, date, move_id.
        """
        return SQL(
            """
            SELECT t.agreement_id, m.date, m.id AS move_id
              FROM supplier_credit_transaction t
              JOIN account_move m ON m.id = t.move_id
             WHERE m.is_supplier_entry IS NOT TRUE OR m.state != 'posted'
                   OR m.supplier_entry_transaction_id IS DISTINCT FROM t.id
         UNION ALL
            SELECT s.agreement_id, m.date, m.id
              FROM supplier_credit_settlement s
              JOIN account_move m ON m.id = s.move_id
             WHERE m.is_supplier_entry IS NOT TRUE OR m.state != 'posted'
                   OR m.supplier_settlement_id IS DISTINCT FROM s.id OR s.state != 'posted'
         UNION ALL
            SELECT a.id, m.date, m.id
              FROM account_move m
         LEFT JOIN supplier_credit_transaction t ON t.move_id = m.id
         LEFT JOIN supplier_credit_settlement s ON s.move_id = m.id
              JOIN LATERAL (SELECT MIN(id) AS id FROM supplier_credit_agreement
                             WHERE company_id = m.company_id) a ON TRUE
             WHERE m.is_supplier_entry AND t.id IS NULL AND s.id IS NULL
                   AND m.supplier_post_sale_id IS NULL
         UNION ALL
            SELECT t.agreement_id, m.date, m.id
              FROM supplier_credit_transaction t
              JOIN account_move m ON m.id = t.invoice_id
             WHERE t.state NOT IN ('to_send', 'rejected')
                   AND (m.supplier_nfe_key IS DISTINCT FROM t.nfe_key
                        OR (t.processing_state = 'done'
                            AND m.payment_state IN ('not_paid', 'partial')))
         UNION ALL
            SELECT r.agreement_id, m.date, m.id
              FROM supplier_credit_post_sale r
              JOIN account_move m ON m.id = r.temporary_move_id
             WHERE m.state = 'posted' AND r.origin_id IS NULL
                   AND (m.supplier_post_sale_id IS DISTINCT FROM r.id OR NOT EXISTS (
                       SELECT 1 FROM account_move_line l
                        WHERE l.move_id = m.id AND l.is_supplier_temporary))
         UNION ALL
            SELECT DISTINCT a.id, m.date, m.id
              FROM account_move_line l
              JOIN account_move m ON m.id = l.move_id
              JOIN LATERAL (SELECT MIN(id) AS id FROM supplier_credit_agreement
                             WHERE company_id = m.company_id) a ON TRUE
             WHERE l.is_supplier_temporary AND m.state = 'posted'
                   AND NOT EXISTS (SELECT 1 FROM supplier_credit_post_sale r
                                    WHERE r.temporary_move_id = m.id)
            """
        )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_view_mismatches(self):
        """Open the documents of these days whose marks differ from the records that own them."""
        self.check_access("read")
        days = {(row.agreement_id.id, row.date) for row in self}
        self.env.flush_all()
        found = self.env.execute_query(self._get_mismatch_query())
        moves = {move for agreement, day, move in found if (agreement, day) in days}
        return self.env["account.move"]._get_records_action(
            name=self.env._("Documents with Wrong Marks"),
            views=[(False, "list"), (False, "form")],
            domain=[("id", "in", sorted(moves))],
            context={"create": False},
        )
