from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..common_billing import BillingCommon


class DuesCommon(BillingCommon):
    """A contract with a monthly plan of 99.90, and the means to add others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.price = 99.9
        cls.contract.line_ids.price = 99.9

    def bill(self, day):
        with freeze_time(f"{day} 12:00:00"):
            self.run_cron("bill_contracts")

    def add_plan(self, name, price, period="monthly", contract=None, **values):
        products = self.env["product.product"]
        product = products.create({"name": name, "type": "service", "taxes_id": False})
        plan = self.plan.copy(
            {"name": name, "price": price, "period": period, "product_id": product.id}
        )
        contract = contract or self.contract
        contract.line_ids = [Command.create({"plan_id": plan.id, **values})]
        return plan

    def assert_billed(self, expected, contract=None):
        """Assert {(plan, month): amount} of what is billed, and that faturas add up to it."""
        contract = contract or self.contract
        dues = contract.due_ids.filtered(lambda due: due.state == "billed")
        found = [((due.plan_id.name, str(due.month)[:7]), due.amount) for due in dues]
        self.assertEqual(len(found), len(dict(found)))
        self.assertEqual(dict(found), expected)
        for fatura in dues.fatura_id:
            self.assertEqual(
                round(sum(fatura.fatura_due_ids.mapped("amount")), 2), fatura.amount_total
            )
            self.assertEqual(fatura.state, "posted")


@tagged("post_install", "-at_install")
class TestDues(DuesCommon):
    """What a plan owes for a month is billed exactly once, whatever else was issued."""

    def test_fatura_over_something_else_leaves_the_plans_to_be_billed(self):
        self.add_plan("Anual", 1200.0, "yearly")
        other = self.make_fatura(50.0)
        self.assertTrue(other.is_one_off_fatura)
        self.bill("2026-07-01")
        self.assert_billed({("Emissor NF-e", "2026-07"): 99.9, ("Anual", "2026-07"): 1200.0})
        self.assertEqual(sum(self.contract.fatura_ids.mapped("amount_total")), 1349.9)

    def test_fee_by_hand_is_not_billed_again(self):
        self.add_plan("Anual", 1200.0, "yearly")
        fee = self.make_fatura(1299.9)
        self.assertFalse(fee.is_one_off_fatura)
        self.bill("2026-08-01")
        self.assert_billed(
            {
                ("Emissor NF-e", "2026-07"): 99.9,
                ("Anual", "2026-07"): 1200.0,
                ("Emissor NF-e", "2026-08"): 99.9,
            }
        )

    def test_plan_that_begins_in_a_billed_month_is_billed_with_a_fee_of_its_own(self):
        self.bill("2026-07-01")
        self.add_plan("Anual", 1200.0, "yearly", first_month="2026-07-01")
        fee = self.make_fatura(1200.0)
        self.assertFalse(fee.is_one_off_fatura)
        self.assert_billed({("Emissor NF-e", "2026-07"): 99.9, ("Anual", "2026-07"): 1200.0})

    def test_plan_that_is_passed_over_is_shown_and_billed_when_somebody_says_so(self):
        self.bill("2026-07-01")
        self.add_plan("Anual", 1200.0, "yearly", first_month="2026-07-01")
        skipped = self.contract.due_ids.filtered(lambda due: due.state == "open")
        self.assertEqual((skipped.plan_id.name, skipped.amount), ("Anual", 1200.0))
        skipped.with_user(self.billing_user).action_queue()
        self.bill("2026-08-01")
        self.assert_billed(
            {
                ("Emissor NF-e", "2026-07"): 99.9,
                ("Anual", "2026-07"): 1200.0,
                ("Emissor NF-e", "2026-08"): 99.9,
            }
        )
        self.assertEqual(len(self.contract.fatura_ids), 2)

    def test_cancelled_fee_is_owed_again_but_billed_by_a_person_only(self):
        self.bill("2026-07-01")
        fatura = self.contract.fatura_ids
        due = self.contract.due_ids
        fatura.with_user(self.accountant).button_cancel_fatura()
        self.assertEqual(due.state, "open")
        self.bill("2026-07-15")
        self.assert_billed({})
        due.action_waive()
        self.bill("2026-08-01")
        self.assert_billed({("Emissor NF-e", "2026-08"): 99.9})
        due.action_reopen()
        self.make_fatura(99.9)
        self.assertEqual((due.state, due.fatura_id != fatura), ("billed", True))
        with self.assertRaisesRegex(UserError, due.fatura_id.name):
            due.action_waive()

    def test_due_of_a_cancelled_contract_waits_for_no_fatura(self):
        self.bill("2026-07-01")
        self.contract.fatura_ids.with_user(self.accountant).button_cancel_fatura()
        self.contract.action_cancel()
        due = self.contract.due_ids.with_user(self.billing_user)
        with self.assertRaisesRegex(UserError, self.contract.name):
            due.action_queue()
        due.action_waive()
        self.assertEqual(due.state, "waived")

    def test_cancelled_fee_is_not_issued_again_beside_another(self):
        fatura = self.make_fatura(99.9)
        fatura.button_cancel_fatura()
        other = self.make_fatura(99.9)
        fatura.with_user(self.accountant).button_draft()
        with self.assertRaisesRegex(UserError, other.name):
            fatura.with_user(self.accountant).action_post()
        other.button_cancel_fatura()
        fatura.with_user(self.accountant).action_post()
        self.assertEqual(fatura.state, "posted")

    def test_credit_note_over_all_gives_the_due_back_and_its_end_takes_it(self):
        self.bill("2026-07-01")
        fatura, due = self.contract.fatura_ids, self.contract.due_ids
        note = fatura._reverse_moves([{"invoice_date": "2026-07-02"}])
        note.action_post()
        self.assertEqual((fatura.payment_state, due.state), ("reversed", "open"))
        note.button_draft()
        self.assertEqual(due.state, "billed")

    def test_refund_of_a_paid_fee_is_not_billed_again(self):
        self.bill("2026-07-01")
        self.send()
        fatura, due = self.contract.fatura_ids, self.contract.due_ids
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        refunds = self.env["reseller.billing.refund"].with_user(self.billing_manager)
        with Form(refunds.with_context(active_id=fatura.id)) as form:
            form.amount = 99.9
        form.record.action_confirm()
        self.send()
        self.assertEqual((fatura.charge_refunded, due.state), (99.9, "billed"))

    def test_plan_that_is_deleted_and_added_again_is_not_billed_twice(self):
        plan = self.add_plan("Anual", 1200.0, "yearly")
        self.bill("2026-07-01")
        self.contract.line_ids.filtered(lambda line: line.plan_id == plan).unlink()
        with freeze_time("2026-07-10 12:00:00"):
            self.contract.line_ids = [Command.create({"plan_id": plan.id})]
        self.bill("2027-07-01")
        dues = self.contract.due_ids.filtered(lambda due: due.plan_id == plan)
        self.assertEqual(
            [str(due.month) for due in dues.sorted("month")], ["2026-07-01", "2027-07-01"]
        )

    def test_database_keeps_a_second_due_away(self):
        self.bill("2026-07-01")
        (values,) = self.contract.due_ids.copy_data()
        values = {**values, "contract_id": self.contract.id, "plan_id": self.plan.id}
        values |= {"month": "2026-07-01", "date_start": "2026-07-01", "date_end": "2026-07-31"}
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.env["reseller.billing.due"].sudo().create(values)

    def test_dues_are_said_by_nobody(self):
        self.bill("2026-07-01")
        due = self.contract.due_ids
        for user in (self.billing_user, self.accountant, self.billing_manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                due.with_user(user).state = "open"
            with self.subTest(user.login), self.assertRaises(AccessError):
                due.with_user(user).unlink()

    def test_draft_with_lines_of_its_own_bills_the_fee_only_if_it_is_the_fee(self):
        def make(amount, **values):
            moves = self.env["account.move"].with_user(self.accountant)
            line = {"name": "Linha", "price_unit": amount, "tax_ids": False}
            return moves.create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.client_partner.id,
                    "billing_contract_id": self.contract.id,
                    "reference_month": "07",
                    "reference_year": "2026",
                    "invoice_date": "2026-07-01",
                    "invoice_line_ids": [Command.create(line)],
                    **values,
                }
            )

        draft = make(99.9)
        draft.action_post()
        self.assertTrue(draft.is_one_off_fatura)
        wrong = make(10.0, is_one_off_fatura=False)
        with self.assertRaisesRegex(UserError, "is.*99.90, not.*10.00"), self.env.cr.savepoint():
            wrong.action_post()
        fee = make(99.9, is_one_off_fatura=False)
        fee.action_post()
        self.bill("2026-07-01")
        self.assert_billed({("Emissor NF-e", "2026-07"): 99.9})


@tagged("post_install", "-at_install")
class TestProposal(DuesCommon):
    """The form of a fatura proposes what is owed for the chosen month, and follows it."""

    def open(self, **values):
        context = {
            "is_fatura": True,
            "default_move_type": "out_invoice",
            "default_reference_month": "07",
            "default_reference_year": "2026",
        }
        moves = self.env["account.move"].with_user(self.accountant).with_context(**context)
        form = Form(moves, view="reseller_billing.fatura_view_form")
        form.partner_id = self.client_partner
        return form

    def test_proposal_follows_the_month(self):
        self.add_plan("Anual", 1200.0, "yearly")
        form = self.open()
        self.assertEqual((form.billing_amount, form.fatura_kind), (1299.9, "fee"))
        self.assertIn("Anual", form.fatura_proposal)
        form.reference_month = "08"
        self.assertEqual((form.billing_amount, form.fatura_kind), (99.9, "fee"))
        self.assertNotIn("Anual", form.fatura_proposal)

    def test_fee_has_a_line_for_each_plan_with_its_product_and_taxes(self):
        yearly = self.add_plan("Anual", 1200.0, "yearly")
        tax = self.env["account.tax"].create(
            {"name": "ISS 5 %", "amount": 5.0, "type_tax_use": "sale"}
        )
        yearly.product_id.taxes_id = tax
        form = self.open()
        fatura = form.save()
        found = [
            (line.product_id, line.tax_ids, line.price_total) for line in fatura.invoice_line_ids
        ]
        self.assertEqual(
            found,
            [
                (self.product, tax.browse(), 99.9),
                (yearly.product_id, tax, 1200.0),
            ],
        )

    def test_other_value_is_something_else(self):
        form = self.open()
        form.billing_amount = 50.0
        self.assertEqual(form.fatura_kind, "other")
        form.fatura_kind = "fee"
        self.assertEqual(form.billing_amount, 99.9)
        form.fatura_kind = "other"
        self.assertEqual(form.billing_amount, 0.0)
        form.billing_amount = 50.0
        form.reference_month = "08"
        self.assertEqual((form.billing_amount, form.fatura_kind), (50.0, "other"))
        self.assertTrue(form.save().is_one_off_fatura)

    def test_month_that_is_billed_names_the_fatura_and_proposes_nothing(self):
        fatura = self.make_fatura(99.9)
        form = self.open()
        self.assertEqual((form.billing_amount, form.fatura_kind), (0.0, "other"))
        self.assertIn(fatura.name, form.fatura_proposal)
