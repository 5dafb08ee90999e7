from odoo.tests import tagged
from odoo.tools import SQL

from ..post_sales.common import PostSaleCommon
from .common import FIRST_TRANSFER, SupplierCreditSettlementCommon


@tagged("post_install", "-at_install")
class TestSettlementMarks(PostSaleCommon, SupplierCreditSettlementCommon):
    """The proof notices each mark that differs from the record that owns the document.

    Amounts alone stay 0.00 when a mark is removed, and with it a lock.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proofs = cls.env["supplier.credit.settlement.proof"].with_user(cls.accountant)

    def setUp(self):
        super().setUp()
        self.request = self.make_return(300)
        (entry,) = self.run_import([self.statement_line()])
        self.settlement = entry.settlement_id
        self.settlement.action_post()
        self.assertEqual(self.settlement.state, "posted")

    def find_mismatches(self):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.proofs.search([("mismatch_count", ">", 0)])
        self.assertFalse(any(rows.mapped("is_proven")))
        action = rows.action_view_mismatches()
        return self.env["account.move"].search(action["domain"])

    def test_marks_agree_from_the_sale_to_the_settlement(self):
        self.assertFalse(self.find_mismatches())
        self.settlement.with_user(self.manager).action_undo()
        self.assertFalse(self.find_mismatches())

    def test_every_broken_mark_is_noticed_on_its_document(self):
        approval = self.sale.move_id
        statement = self.settlement.sudo().move_id
        note = self.request.temporary_move_id
        plain = self.env["account.move"].create({"move_type": "entry"})
        item = plain.line_ids.create(
            {"move_id": plain.id, "account_id": self.clearing.id, "balance": 0}
        )
        plain.action_post()
        for record, name, value, found in (
            (approval, "is_supplier_entry", None, approval),
            (approval, "supplier_entry_transaction_id", None, approval),
            (approval, "state", "draft", approval),
            (statement, "is_supplier_entry", None, statement),
            (statement, "supplier_settlement_id", None, statement),
            (statement, "state", "cancel", statement),
            (self.settlement, "state", "imported", statement),
            (self.sale, "move_id", None, approval),
            (self.settlement, "move_id", None, statement),
            (self.invoice, "supplier_nfe_key", "3" * 44, self.invoice),
            (self.sale, "nfe_key", "3" * 44, self.invoice),
            (self.invoice, "payment_state", "not_paid", self.invoice),
            (note, "supplier_post_sale_id", None, note),
            (self.request, "temporary_move_id", None, note),
            (plain, "is_supplier_entry", True, plain),
            (item, "is_supplier_temporary", True, plain),
        ):
            with self.subTest(model=record._name, name=name), self.cr.savepoint() as savepoint:
                self.env.flush_all()
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE id = %s",
                        SQL.identifier(record._table),
                        SQL.identifier(name),
                        value,
                        record.id,
                    )
                )
                self.env.invalidate_all()
                self.assertEqual(self.find_mismatches(), found.sudo(False))
                savepoint.close(rollback=True)
                self.env.invalidate_all()
        self.assertEqual(self.settlement.date.isoformat(), FIRST_TRANSFER)
