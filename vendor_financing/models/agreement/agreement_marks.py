from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL

# What titles say: a title counts unless all its instalments are pending, reversed or withdrawn; of
# a receivable that was financed again, the latest title counts. A mark without owner is shown on
# the first agreement of its company.
OWNERS = """
    counting AS (
        SELECT DISTINCT ON (t.line_id) t.id, t.line_id, t.move_id, t.is_live, c.agreement_id,
               CASE WHEN BOOL_OR(i.state = 'financed') AND SUM(i.debited_amount) > 0
                         AND MAX(l.amount_residual) > SUM(i.open_amount) THEN 'partly_debited'
                    WHEN BOOL_OR(i.state = 'financed') THEN 'financed'
                    WHEN BOOL_OR(i.state IN ('debited', 'recovered')) THEN 'debited'
                    ELSE 'settled' END AS state
          FROM vendor_financing_contract_title t
          JOIN vendor_financing_contract c ON c.id = t.contract_id
          JOIN vendor_financing_contract_installment i ON i.title_id = t.id
          JOIN account_move_line l ON l.id = t.line_id
      GROUP BY t.id, c.agreement_id
        HAVING NOT BOOL_AND(i.state IN ('pending', 'reversed', 'withdrawn'))
      ORDER BY t.line_id, t.id DESC
    ), owned AS (
        SELECT move_id, MAX(agreement_id) AS agreement_id,
               CASE WHEN BOOL_OR(state IN ('financed', 'partly_debited'))
                         AND BOOL_OR(state IN ('debited', 'partly_debited')) THEN 'partly_debited'
                    WHEN BOOL_OR(state = 'financed') THEN 'financed'
                    WHEN BOOL_OR(state = 'debited') THEN 'debited'
                    ELSE 'settled' END AS state
          FROM counting GROUP BY move_id
    ), operation AS (
        SELECT o.*, c.agreement_id, c.state AS contract_state, a.vendor_account_id
          FROM vendor_financing_operation o
          JOIN vendor_financing_contract c ON c.id = o.contract_id
          JOIN vendor_financing_agreement a ON a.id = c.agreement_id
    ), first_agreement AS (
        SELECT DISTINCT ON (company_id) company_id, id
          FROM vendor_financing_agreement ORDER BY company_id, active DESC, id
    )
"""
# Each returns rows of (agreement, document).
MISMATCHES = (
    # Invoices otherwise than their titles say.
    """
    SELECT o.agreement_id, m.id
      FROM owned o JOIN account_move m ON m.id = o.move_id
     WHERE m.vendor_financing_state IS DISTINCT FROM o.state OR m.state != 'posted'
           OR (o.state IN ('financed', 'partly_debited')
               AND m.payment_state IN ('paid', 'in_payment', 'reversed'))
           OR (o.state = 'settled' AND m.payment_state IN ('not_paid', 'partial')
               AND m.amount_residual = 0)
    """,
    # Invoices marked by no title.
    """
    SELECT a.id, m.id
      FROM account_move m JOIN first_agreement a ON a.company_id = m.company_id
     WHERE m.vendor_financing_state IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM owned o WHERE o.move_id = m.id)
    """,
    # Receivables otherwise than their titles say.
    """
    SELECT c.agreement_id, l.move_id
      FROM counting c JOIN account_move_line l ON l.id = c.line_id
     WHERE l.vendor_title_id IS DISTINCT FROM CASE
               WHEN c.state IN ('financed', 'partly_debited') THEN c.id END
           OR c.is_live != (c.state IN ('financed', 'partly_debited'))
           OR c.move_id IS DISTINCT FROM l.move_id
    """,
    # Receivables marked by no title.
    """
    SELECT a.id, l.move_id
      FROM account_move_line l JOIN first_agreement a ON a.company_id = l.company_id
     WHERE l.vendor_title_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM counting c WHERE c.line_id = l.id)
    """,
    # Entries otherwise than their operations say.
    """
    SELECT o.agreement_id, m.id
      FROM operation o JOIN account_move m ON m.id IN (o.move_id, o.undo_move_id)
     WHERE m.vendor_operation_id IS DISTINCT FROM o.id OR m.state != 'posted'
           OR o.state = 'undoing' OR (o.state = 'undone') != (o.undo_move_id IS NOT NULL)
           OR (o.kind = 'effectivation' AND o.state = 'posted'
               AND o.contract_state IN ('draft', 'simulated', 'cancelled'))
    """,
    # Entries marked by no operation.
    """
    SELECT a.id, m.id
      FROM account_move m
      JOIN first_agreement a ON a.company_id = m.company_id
      JOIN vendor_financing_operation o ON o.id = m.vendor_operation_id
     WHERE m.id IS DISTINCT FROM o.move_id AND m.id IS DISTINCT FROM o.undo_move_id
    """,
    # Items of entries without the instalment that they are about.
    """
    SELECT o.agreement_id, l.move_id
      FROM operation o
      JOIN account_move_line l ON l.move_id = o.move_id
      JOIN account_account account ON account.id = l.account_id
     WHERE l.vendor_installment_id IS NULL
           AND (l.account_id = o.vendor_account_id OR account.account_type = 'asset_receivable')
    """,
    # Items marked by an instalment of another contract, or in no entry of one.
    """
    SELECT a.id, l.move_id
      FROM account_move_line l
      JOIN first_agreement a ON a.company_id = l.company_id
      JOIN vendor_financing_contract_installment i ON i.id = l.vendor_installment_id
     WHERE NOT EXISTS (
               SELECT 1 FROM operation o
                WHERE o.move_id = l.move_id AND o.contract_id = i.contract_id
           )
    """,
    # Financed instalments whose guarantee is no item of theirs.
    """
    SELECT i.agreement_id, i.move_id
      FROM vendor_financing_contract_installment i
 LEFT JOIN account_move_line l ON l.id = i.vendor_line_id
     WHERE i.state = 'financed' AND l.vendor_installment_id IS DISTINCT FROM i.id
    """,
)


class VendorFinancingAgreement(models.Model):
    """Proof of the marks: documents say what the titles and operations that own them say.

    Amounts alone would still agree if a mark, and with it a lock, were removed.
    """

    _inherit = "vendor.financing.agreement"

    mismatch_count = fields.Integer(
        string="Documents with Wrong Marks",
        compute="_compute_mismatch_count",
        help="Invoices and entries that are marked otherwise than the titles and operations of "
        "the contracts say. Open them by Show Documents; the addon never leaves them so.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_mismatch_count(self):
        found = self._find_mismatches()
        for agreement in self:
            agreement.mismatch_count = len(found.get(agreement.id, ()))

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_view_mismatches(self):
        """Open the documents whose marks differ from what their contracts say."""
        self.check_access("read")
        found = self._find_mismatches()
        moves = set().union(*(found.get(agreement.id, set()) for agreement in self))
        return self.env["account.move"]._get_records_action(
            name=self.env._("Documents with Wrong Marks"),
            views=[(False, "list"), (False, "form")],
            domain=[("id", "in", sorted(moves))],
            context={"create": False},
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _find_mismatches(self):
        """Return the documents whose marks differ from the records that own them.

        :return: {agreement id: ids of account.move}
        """
        self.env.flush_all()
        found = defaultdict(set)
        queries = SQL(" UNION ").join(map(SQL, MISMATCHES))
        for agreement_id, move_id in self.env.execute_query(
            SQL("WITH %s %s", SQL(OWNERS), queries)
        ):
            found[agreement_id].add(move_id)
        return found
