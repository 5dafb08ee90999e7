from odoo.tests import tagged
from odoo.tools import SQL

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestMarks(VendorFinancingContractCommon):
    """The proof notices each mark that differs from the record that owns the document.

    Amounts alone stay 0.00 when a mark is removed, and with it a lock.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.auditor = cls._create_user("vendor_auditor", "account.group_account_readonly")

    def find_mismatches(self):
        self.env.flush_all()
        self.env.invalidate_all()
        agreement = self.agreement.with_user(self.auditor)
        moves = self.env["account.move"].search(agreement.action_view_mismatches()["domain"])
        self.assertEqual(agreement.mismatch_count, len(moves))
        return moves

    def assert_agreeing(self):
        self.assertFalse(self.find_mismatches())
        self.assert_proven()

    def settle(self, part, amount, kind="settlement"):
        wizard = self.env["vendor.financing.settlement"].with_user(self.invoicing_user)
        action = wizard._open(part.with_user(self.invoicing_user), kind)
        wizard = wizard.browse(action["res_id"])
        wizard.line_ids.amount = amount
        wizard.action_confirm()
        return part.contract_id.operation_ids.sorted("id")[-1]

    def maintain(self, part, kind, **values):
        wizard = self.env["vendor.financing.maintenance"].with_user(self.manager_user)
        action = wizard._open(part.with_user(self.manager_user))
        wizard.browse(action["res_id"]).write({"kind": kind, **values})
        wizard.browse(action["res_id"]).action_confirm()
        return part.contract_id.operation_ids.sorted("id")[-1]

    def undo(self, operation):
        operation.with_user(self.manager_user).action_undo()
        self.assert_agreeing()

    def pay(self, invoice):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_method_line_id": self.manual_line.id})._create_payments()

    # -------------------------------------------------------------------------
    # A CONTRACT'S LIFE
    # -------------------------------------------------------------------------

    def test_marks_agree_from_the_draft_to_its_undoing(self):
        self.assert_agreeing()
        invoice = self._create_vendor_invoice(9000.0)
        contract = self.make_contract(invoice, plan="30/60/90")
        self.assert_agreeing()
        contract.action_cancel()
        self.assert_agreeing()
        contract = self.make_effective(invoice, plan="30/60/90")
        self.assert_agreeing()
        first, second, third = contract.installment_ids.sorted("number")
        settled = self.settle(first, 3000.0)
        self.assert_agreeing()
        partly = self.settle(second, 1000.0)
        self.assert_agreeing()
        closed = self.settle(second, 2000.0, "early_settlement")
        self.assert_agreeing()
        last = self.settle(third, 3000.0)
        self.assertEqual((contract.state, invoice.payment_state), ("settled", "paid"))
        self.assert_agreeing()
        for operation in (last, closed, partly, settled):
            self.undo(operation)
        contract.with_user(self.manager_user).action_undo()
        self.assertEqual((contract.state, invoice.vendor_state), ("reversed", "pending"))
        self.assert_agreeing()

    def test_marks_agree_after_a_default_and_what_follows(self):
        invoice = self._create_vendor_invoice(9000.0)
        contract = self.make_effective(invoice, plan="30/60")
        first, second = contract.installment_ids.sorted("number")
        defaults = [self.settle(first, 4500.0, "default")]
        self.assert_agreeing()
        defaults.append(self.settle(second, 4500.0, "default"))
        self.assert_agreeing()
        self.undo(defaults.pop())
        defaults.append(self.settle(second, 4500.0, "default"))
        self.pay(invoice)
        self.assertEqual(set(contract.installment_ids.mapped("state")), {"recovered"})
        self.assert_agreeing()
        self.receivable(invoice).remove_move_reconcile()
        self.assertEqual(set(contract.installment_ids.mapped("state")), {"debited"})
        self.assert_agreeing()
        again = self.make_effective(invoice, number="CT-2")
        self.assertEqual(again.state, "effective")
        self.assert_agreeing()
        again.with_user(self.manager_user).action_undo()
        self.assert_agreeing()
        for operation in reversed(defaults):
            self.undo(operation)
        self.assertEqual(invoice.vendor_state, "financed")

    def test_marks_agree_after_maintenance(self):
        invoices = self._create_vendor_invoice(1000.0) | self._create_vendor_invoice(2000.0)
        contract = self.make_effective(invoices)
        part = contract.installment_ids.filtered(lambda part: part.principal == 1000.0)
        extended = self.maintain(part, "extension", date_due="2026-05-05")
        self.assert_agreeing()
        self.undo(extended)
        other = self._create_vendor_invoice(1000.0)
        substituted = self.maintain(part, "substitution", line_id=self.receivable(other).id)
        self.assertEqual((invoices[0].vendor_state, other.vendor_state), ("pending", "financed"))
        self.assert_agreeing()
        self.undo(substituted)
        withdrawn = self.maintain(part, "withdrawal")
        self.assertEqual(invoices[0].vendor_state, "pending")
        self.assert_agreeing()
        self.undo(withdrawn)
        self.maintain(
            contract.installment_ids.filtered(
                lambda part: part.principal == 1000.0 and part.state == "financed"
            ),
            "withdrawal",
        )
        self.maintain(
            contract.installment_ids.filtered(lambda part: part.principal == 2000.0), "withdrawal"
        )
        self.assertEqual(contract.state, "reversed")
        self.assert_agreeing()

    # -------------------------------------------------------------------------
    # BROKEN COLUMNS
    # -------------------------------------------------------------------------

    def break_column(self, record, name, value):
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

    def test_every_broken_mark_is_noticed_on_its_document(self):
        financed, settled, debited = (self._create_vendor_invoice(1000.0) for _number in range(3))
        contract = self.make_effective(financed | settled | debited)
        plain = self._create_vendor_invoice(50.0, bearer=self.manual_line)
        parts = {part.move_id: part for part in contract.installment_ids}
        (effectivation,) = contract.operation_ids
        settlement = self.settle(parts[settled], 1000.0)
        undone = self.settle(parts[debited], 1000.0)
        undone.with_user(self.manager_user).action_undo()
        default = self.settle(parts[debited], 1000.0, "default")
        self.assert_agreeing()
        entry, payment = effectivation.move_id, settlement.move_id
        title, part = parts[financed].title_id, parts[financed]
        item = self.receivable(financed)
        guarantee = part.vendor_line_id
        customer_item = payment.line_ids.filtered(lambda line: line.account_id == item.account_id)
        for record, name, value, found in (
            (financed, "vendor_financing_state", None, financed),
            (financed, "vendor_financing_state", "debited", financed),
            (financed, "state", "draft", financed),
            (financed, "payment_state", "paid", financed),
            (financed, "payment_state", "in_payment", financed),
            (settled, "vendor_financing_state", None, settled),
            (settled, "payment_state", "not_paid", settled),
            (debited, "vendor_financing_state", "financed", debited),
            (plain, "vendor_financing_state", "financed", plain),
            (plain, "vendor_operation_id", effectivation.id, plain),
            (item, "vendor_title_id", None, financed),
            (item, "vendor_title_id", parts[settled].title_id.id, financed),
            (self.receivable(debited), "vendor_title_id", title.id, debited),
            (self.receivable(plain), "vendor_title_id", title.id, plain),
            (self.receivable(plain), "vendor_installment_id", part.id, plain),
            (guarantee, "vendor_installment_id", None, entry | financed),
            (customer_item, "vendor_installment_id", None, payment),
            (entry, "vendor_operation_id", None, entry),
            (entry, "vendor_operation_id", settlement.id, entry),
            (entry, "state", "draft", entry),
            (undone.undo_move_id, "vendor_operation_id", None, undone.undo_move_id),
            (undone.undo_move_id, "state", "cancel", undone.undo_move_id),
            (default.move_id, "state", "cancel", default.move_id),
            (effectivation, "state", "undoing", entry),
            (effectivation, "state", "undone", entry),
            (undone, "state", "posted", undone._get_moves()),
            (undone, "undo_move_id", None, undone._get_moves()),
            (settlement, "move_id", None, payment),
            (contract, "state", "draft", entry),
            (title, "is_live", False, financed),
            (title, "move_id", plain.id, financed),
            (title, "line_id", self.receivable(plain).id, financed),
            (part, "state", "settled", financed),
            (part, "state", "pending", financed),
            (part, "vendor_line_id", None, financed),
            (part, "vendor_line_id", parts[settled].vendor_line_id.id, financed),
        ):  # fmt: skip
            with self.subTest(model=record._name, name=name, value=value):
                with self.cr.savepoint() as savepoint:
                    self.break_column(record, name, value)
                    noticed = self.find_mismatches()
                    if record._name not in ("account.move", "account.move.line"):
                        # A broken owner may also leave other documents without one.
                        noticed &= found
                    self.assertEqual(noticed.sorted("id"), found.sorted("id"))
                    savepoint.close(rollback=True)
                self.env.invalidate_all()
        self.assert_agreeing()

    def test_mark_without_owner_is_shown_on_an_agreement_in_use(self):
        plain = self._create_vendor_invoice(50.0, bearer=self.manual_line)
        current = self.agreement.copy({"name": "Vendor Banco A, 2026"})
        self.break_column(plain, "vendor_financing_state", "financed")
        self.assertEqual(self.find_mismatches(), plain)
        self.agreement.active = False
        self.assertFalse(self.find_mismatches())
        self.assertEqual(current.mismatch_count, 1)
