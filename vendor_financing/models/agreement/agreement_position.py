from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL

# Rows of (agreement, document). A title counts unless all its instalments are pending, reversed or
# withdrawn; of a receivable that was financed again, the latest title counts.
MISMATCHES = """
    WITH counting AS (
        SELECT DISTINCT ON (t.line_id) t.id, t.line_id, t.move_id, c.agreement_id,
               CASE WHEN BOOL_OR(i.state = 'financed') THEN 'financed'
                    WHEN BOOL_OR(i.state IN ('debited', 'recovered')) THEN 'debited'
                    ELSE 'settled' END AS state
          FROM vendor_financing_contract_title t
          JOIN vendor_financing_contract c ON c.id = t.contract_id
          JOIN vendor_financing_contract_installment i ON i.title_id = t.id
      GROUP BY t.id, c.agreement_id
        HAVING NOT BOOL_AND(i.state IN ('pending', 'reversed', 'withdrawn'))
      ORDER BY t.line_id, t.id DESC
    ), owned AS (
        SELECT move_id, MAX(agreement_id) AS agreement_id,
               CASE WHEN BOOL_OR(state = 'financed') THEN 'financed'
                    WHEN BOOL_OR(state = 'debited') THEN 'debited'
                    ELSE 'settled' END AS state
          FROM counting GROUP BY move_id
    ), first_agreement AS (
        SELECT company_id, MIN(id) AS id FROM vendor_financing_agreement GROUP BY company_id
    )
    SELECT o.agreement_id, m.id
      FROM owned o JOIN account_move m ON m.id = o.move_id
     WHERE m.vendor_financing_state IS DISTINCT FROM o.state OR m.state != 'posted'
           OR (o.state = 'financed' AND m.payment_state IN ('paid', 'reversed'))
 UNION
    SELECT a.id, m.id
      FROM account_move m JOIN first_agreement a ON a.company_id = m.company_id
     WHERE m.vendor_financing_state IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM owned o WHERE o.move_id = m.id)
 UNION
    SELECT c.agreement_id, c.move_id
      FROM counting c JOIN account_move_line l ON l.id = c.line_id
     WHERE l.vendor_title_id IS DISTINCT FROM CASE WHEN c.state = 'financed' THEN c.id END
 UNION
    SELECT a.id, l.move_id
      FROM account_move_line l JOIN first_agreement a ON a.company_id = l.company_id
     WHERE l.vendor_title_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM counting c WHERE c.line_id = l.id)
 UNION
    SELECT c.agreement_id, m.id
      FROM vendor_financing_operation o
      JOIN vendor_financing_contract c ON c.id = o.contract_id
      JOIN account_move m ON m.id IN (o.move_id, o.undo_move_id)
     WHERE m.vendor_operation_id IS DISTINCT FROM o.id OR m.state != 'posted'
 UNION
    SELECT a.id, m.id
      FROM account_move m
      JOIN first_agreement a ON a.company_id = m.company_id
      JOIN vendor_financing_operation o ON o.id = m.vendor_operation_id
     WHERE m.id IS DISTINCT FROM o.move_id AND m.id IS DISTINCT FROM o.undo_move_id
"""


class VendorFinancingAgreement(models.Model):
    """Position of an agreement: the used part of its limit, compared with the ledger."""

    _inherit = "vendor.financing.agreement"

    contract_ids = fields.One2many(
        comodel_name="vendor.financing.contract", inverse_name="agreement_id", string="Contracts"
    )
    contract_count = fields.Integer(compute="_compute_position")
    rate_ids = fields.One2many(
        comodel_name="vendor.financing.rate", inverse_name="agreement_id", string="Rates"
    )
    used_amount = fields.Monetary(
        string="Used", compute="_compute_position", help="Financed principal that is open."
    )
    available_amount = fields.Monetary(
        string="Available", compute="_compute_position", help="Limit less what is used."
    )
    ledger_amount = fields.Monetary(
        string="Balance of the Vendor Account",
        compute="_compute_position",
        help="The balance of the vendor account, of all agreements that share it.",
    )
    proof_difference = fields.Monetary(
        compute="_compute_position",
        help="Vendor account less the open principal of all agreements that share it. It has to be "
        "zero.",
    )
    mismatch_count = fields.Integer(
        string="Documents with Wrong Marks",
        compute="_compute_position",
        help="Invoices and entries that are marked otherwise than the titles and operations of "
        "the contracts say. Open them by Show Documents; the addon never leaves them so.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_position(self):
        of_agreement = self.env["vendor.financing.contract"]._read_group(
            [("agreement_id", "in", self.ids)], ["agreement_id"], ["__count"]
        )
        counts = {agreement.id: count for agreement, count in of_agreement}
        balances = self._get_vendor_balances()
        used = self._get_used_amounts()
        mismatches = self._find_mismatches()
        for agreement in self:
            agreement.contract_count = counts.get(agreement.id, 0)
            agreement.used_amount = used.get(agreement.id, 0.0)
            agreement.available_amount = (
                agreement.limit_amount - agreement.used_amount if agreement.limit_amount else 0.0
            )
            balance, guaranteed = balances[agreement.id]
            agreement.ledger_amount = balance
            agreement.proof_difference = agreement.currency_id.round(balance - guaranteed)
            agreement.mismatch_count = len(mismatches.get(agreement.id, ()))

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_view_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "vendor_financing.vendor_financing_contract_action"
        )
        return {
            **action,
            "domain": [("agreement_id", "=", self.id)],
            "context": {"default_agreement_id": self.id},
        }

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

        Amounts alone would still agree if a mark, and with it a lock, were removed.

        :return: {agreement id: ids of account.move}; a mark without owner is its company's first
            agreement's
        """
        self.env.flush_all()
        found = defaultdict(set)
        for agreement_id, move_id in self.env.execute_query(SQL(MISMATCHES)):
            found[agreement_id].add(move_id)
        return found

    def _lock_limit(self):
        """Reserve this agreement's limit for this transaction until it ends.

        A lock alone is not enough: a transaction that began before the lock was released would
        still read the use from before. Because the row was changed, that transaction fails and is
        retried.
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self.env.cr.execute(
            SQL("UPDATE %s SET id = id WHERE id = %s", SQL.identifier(self._table), self.id)
        )

    def _get_used_amount(self):
        """Return the open financed principal under this agreement, in BRL."""
        self.ensure_one()
        return self._get_used_amounts().get(self.id, 0.0)

    def _get_used_amounts(self):
        return {
            agreement.id: amount
            for agreement, amount in self.env["vendor.financing.contract.installment"]._read_group(
                [("agreement_id", "in", self.ids), ("state", "=", "financed")],
                ["agreement_id"],
                ["open_amount:sum"],
            )
        }

    def _get_vendor_balances(self):
        """Return each agreement's balance of the vendor account, and the use of all that share it.

        :return: {agreement id: (balance, used)}, in BRL
        """
        accounts = self.vendor_account_id
        balances = {
            account.id: -balance
            for account, balance in self.env["account.move.line"]
            .sudo()
            ._read_group(
                [("account_id", "in", accounts.ids), ("parent_state", "=", "posted")],
                ["account_id"],
                ["balance:sum"],
            )
        }
        sharing = (
            self.sudo()
            .with_context(active_test=False)
            .search([("vendor_account_id", "in", accounts.ids)])
        )
        used = sharing._get_used_amounts()
        return {
            agreement.id: (
                balances.get(agreement.vendor_account_id.id, 0.0),
                sum(
                    used.get(other.id, 0.0)
                    for other in sharing
                    if other.vendor_account_id == agreement.vendor_account_id
                ),
            )
            for agreement in self
        }
