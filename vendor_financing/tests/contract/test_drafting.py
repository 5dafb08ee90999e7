from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import TODAY, VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestDrafting(VendorFinancingContractCommon):
    """The clerk chooses which titles go to which bank, and by what terms. Seed 004."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.other_bank = cls.agreement.copy({"name": "Vendor Banco B"})
        cls.quote(1.5, 2.0, agreement_id=cls.other_bank.id)
        cls.first = cls._create_vendor_invoice(1000.0)
        cls.second = cls._create_vendor_invoice(2000.0)

    def allocate(self, records, **values):
        """Return the contract into which the clerk puts invoices, or titles, by the wizard."""
        wizard = Form(
            self.env["vendor.financing.allocation"]
            .with_user(self.invoicing_user)
            .with_context(active_model=records._name, active_ids=records.ids)
        )
        for name, value in values.items():
            setattr(wizard, name, value)
        action = wizard.save().action_confirm()
        return self.env[action["res_model"]].with_user(self.invoicing_user).browse(action["res_id"])

    # -------------------------------------------------------------------------
    # WHICH TITLES
    # -------------------------------------------------------------------------

    def test_day_is_divided_among_banks(self):
        at_first = self.allocate(self.first, agreement_id=self.agreement, plan="30")
        at_second = self.allocate(self.second, agreement_id=self.other_bank, plan="30/60")
        self.assertEqual(at_first.title_ids.move_id, self.first)
        self.assertEqual(at_second.title_ids.move_id, self.second)
        self.assertEqual(len(at_second.installment_ids), 2)
        third = self._create_vendor_invoice(500.0)
        self.allocate(third, contract_id=at_first)
        self.assertEqual(at_first.title_ids.move_id, self.first | third)

    def test_nothing_is_financed_twice(self):
        self.allocate(self.first, agreement_id=self.agreement)
        with self.assertRaisesRegex(UserError, "in a contract already"):
            self.allocate(self.first, agreement_id=self.other_bank)

    def test_title_moves_to_another_bank_and_is_priced_there(self):
        contract = self.allocate(self.first | self.second, agreement_id=self.agreement)
        by_hand = contract.title_ids.filtered(lambda title: title.move_id == self.second)
        by_hand.installment_ids.customer_total = 2099.0
        other = self.allocate(contract.title_ids, agreement_id=self.other_bank)
        self.assertEqual(other.title_ids.move_id, self.first | self.second)
        self.assertFalse(contract.title_ids)
        parts = other.installment_ids
        priced = parts.filtered(lambda part: part.move_id == self.first)
        self.assertEqual(priced.agreement_id, self.other_bank)
        # 1,000.00 at 2.0 % and IOF of 6.26.
        self.assertEqual(priced.customer_total, 1026.26)
        self.assertEqual((parts - priced).customer_total, 2099.0)

    def test_title_is_taken_out_and_is_pending_again(self):
        contract = self.allocate(self.first | self.second, agreement_id=self.agreement)
        taken = contract.title_ids.filtered(lambda title: title.move_id == self.first)
        taken.action_remove()
        self.assertEqual(contract.title_ids.move_id, self.second)
        self.assertIn(self.receivable(self.first), contract._find_pending())

    def test_instalments_are_added_and_removed(self):
        contract = self.allocate(self.first, agreement_id=self.agreement)
        title = contract.title_ids
        title.write(
            {
                "installment_ids": [
                    Command.update(title.installment_ids.id, {"principal": 600.0}),
                    Command.create({"date_due": "2026-05-04", "principal": 400.0}),
                ]
            }
        )
        self.assertEqual(title.installment_ids.mapped("number"), [1, 2])
        self.assertEqual(title.installment_ids.contract_id, contract)
        contract.credited_amount = contract.expected_amount
        contract.action_effect()
        with self.assertRaisesRegex(UserError, "Effective"):
            title.write({"installment_ids": [Command.delete(title.installment_ids[1].id)]})

    def test_days_of_one_title_divide_it_alone(self):
        contract = self.allocate(self.first | self.second, agreement_id=self.agreement)
        one = contract.title_ids.filtered(lambda title: title.move_id == self.first)
        one.plan = "30/60"
        self.assertEqual(one.installment_ids.mapped("principal"), [500.0, 500.0])
        self.assertEqual(len((contract.title_ids - one).installment_ids), 1)
        with self.assertRaisesRegex(UserError, "no list of days"), self.env.cr.savepoint():
            one.plan = "soon"

    def test_several_instalments_are_changed_at_once(self):
        contract = self.allocate(self.first | self.second, agreement_id=self.agreement)
        parts = contract.installment_ids

        def change(**values):
            wizard = (
                self.env["vendor.financing.repricing"]
                .with_user(self.invoicing_user)
                .with_context(active_model=parts._name, active_ids=parts.ids)
                .create(values)
            )
            wizard.action_confirm()

        change(change="total", customer_total=3100.0)
        self.assertEqual(parts.mapped("customer_total"), [1033.33, 2066.67])
        change(change="rate", customer_rate=0.0)
        # The IOF alone: 30 days at 0.0082 % and 0.38 %.
        self.assertEqual(parts.mapped("customer_total"), [1006.26, 2012.52])
        change(change="date", date_due="2026-04-30")
        self.assertEqual(set(parts.mapped("date_due")), {self.day("2026-04-30")})
        self.assertTrue(all(parts.mapped("is_by_hand")))

    # -------------------------------------------------------------------------
    # OTHER TERMS
    # -------------------------------------------------------------------------

    def test_changed_days_say_that_nothing_followed_until_asked(self):
        contract = self.allocate(self.first | self.second, agreement_id=self.agreement)
        self.assertFalse(contract.is_priced_otherwise)
        part = contract.installment_ids[0]
        part.customer_total = 1111.0
        contract.plan = "30/60"
        self.assertTrue(contract.is_priced_otherwise)
        self.assertEqual(len(contract.installment_ids), 2)
        action = contract.action_propose()
        wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
        wizard = wizard.browse(action["res_id"])
        self.assertEqual((wizard.is_divided, wizard.by_hand_count), (True, 1))
        wizard.action_confirm()
        self.assertFalse(contract.is_priced_otherwise)
        self.assertEqual((len(contract.installment_ids), part.customer_total), (3, 1111.0))
        wizard.is_overwritten = True
        wizard.action_confirm()
        self.assertEqual(len(contract.installment_ids), 4)

    def test_bank_is_changed_before_the_effectivation(self):
        contract = self.allocate(self.first, agreement_id=self.agreement)
        contract.agreement_id = self.other_bank
        self.assertTrue(contract.is_priced_otherwise)
        action = contract.action_propose()
        self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        self.assertEqual(contract.installment_ids.customer_total, 1026.26)

    def test_approved_terms_come_with_the_note(self):
        order = self._create_order(self.bearer)
        request = self.env["vendor.financing.request"].create({"order_id": order.id})
        request.write(
            {
                "plan": "45/60",
                "rate": 2.1,
                "customer_total": order.amount_total * 1.05,
            }
        )
        request.action_request()
        request.with_user(self.manager_user).action_approve()
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_date = TODAY
        invoice.action_post()
        self.assertEqual(
            (invoice.vendor_approved_plan, invoice.vendor_approved_rate), ("45/60", 2.1)
        )
        self.assertEqual(invoice.vendor_approved_total, request.customer_total)
        report = self.env["ir.actions.report"]
        name = "vendor_financing.vendor_financing_pending_report"
        paper = report._render_qweb_html(name, invoice.ids)[0].decode()
        self.assertIn("45/60", paper)
        contract = self.allocate(invoice, agreement_id=self.agreement, plan="30")
        title = contract.title_ids
        self.assertEqual(
            (title.plan, title.rate_source, title.customer_rate), ("45/60", "approved", 2.1)
        )
        self.assertEqual(
            title.installment_ids.mapped("date_due"),
            [self.day("2026-04-17"), self.day("2026-05-04")],
        )
        self.assertEqual(title.deviation, round(title.customer_total - request.customer_total, 2))
        title.installment_ids[0].customer_total += 100
        self.assertTrue(title.is_deviating)
        self.assertEqual(contract.deviating_count, 1)

    # -------------------------------------------------------------------------
    # EFFECTIVATION
    # -------------------------------------------------------------------------

    def effect_by_dialogue(self, contract, user=None, **values):
        user = user or self.invoicing_user
        action = contract.with_user(user).action_open_effectivation()
        wizard = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
        form = Form(wizard)
        for name, value in values.items():
            setattr(form, name, value)
        return form.save().action_confirm()

    def test_bad_title_is_set_aside_and_the_rest_goes_on(self):
        contract = self.allocate(self.first | self.second, agreement_id=self.agreement)
        # Posted and paid in part while the contract was being drawn up.
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.first.ids
        ).create(
            {"payment_method_line_id": self.manual_line.id, "amount": 400.0}
        )._create_payments()
        bad = contract.title_ids.filtered(lambda title: title.move_id == self.first)
        with self.assertRaisesRegex(UserError, "600.00"), self.env.cr.savepoint():
            contract.credited_amount = contract.expected_amount
            contract.action_effect()
        good = (contract.title_ids - bad).installment_ids
        self.effect_by_dialogue(contract, credited_amount=2000.0 + good.interest)
        self.assertEqual(contract.state, "effective")
        self.assertIn("600.00", bad.set_aside_reason)
        self.assertEqual(
            (self.first.vendor_state, self.second.vendor_state), ("pending", "financed")
        )
        self.assertEqual((contract.title_count, contract.principal), (1, 2000.0))
        due = self.receivable(self.first).date_maturity
        self.assert_proven()
        contract.with_user(self.manager_user).action_undo()
        self.assertEqual(self.receivable(self.first).date_maturity, due)
        self.assertEqual((contract.state, bad.installment_ids.state), ("reversed", "withdrawn"))

    def test_nothing_is_left_to_finance(self):
        contract = self.allocate(self.first, agreement_id=self.agreement)
        self.first.preferred_payment_method_line_id = self.manual_line
        with self.assertRaisesRegex(UserError, "charge type Vendor"):
            contract.action_open_effectivation()

    def test_large_difference_needs_a_managers_reason(self):
        contract = self.allocate(self.first, agreement_id=self.agreement)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env["vendor.financing.effectivation"].with_user(self.invoicing_user).create(
                {"contract_id": contract.id, "credited_amount": 10.0, "reason": "so"}
            ).action_confirm()
        self.effect_by_dialogue(
            contract, self.manager_user, credited_amount=900.0, reason="Bank kept 100"
        )
        self.assertEqual(contract.difference_reason, "Bank kept 100")
        self.assertEqual(contract.credited_amount, 900.0)

    def test_dates_are_limited(self):
        self.agreement.days_ahead = 5
        contract = self.allocate(self.first, agreement_id=self.agreement)
        contract.credited_amount = contract.expected_amount
        for values, problem in (
            ({"credit_date": "2026-03-09"}, "days ahead"),
            ({"date": "2026-02-27", "credit_date": TODAY}, "is of"),
        ):
            with self.assertRaisesRegex(UserError, problem), self.env.cr.savepoint():
                contract.write(values)
                contract.action_effect()
        contract.write({"date": TODAY, "credit_date": "2026-03-06"})
        contract.credited_amount = contract.expected_amount
        contract.action_effect()
        with self.assertRaisesRegex(UserError, "days ahead"):
            contract.sudo()._settle({contract.installment_ids.sudo(): 1.0}, self.day("2026-03-09"))

    def test_titles_of_one_invoice_have_names_of_their_own(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        invoice = self._create_vendor_invoice(1000.0, invoice_payment_term_id=term.id)
        contract = self.allocate(invoice, agreement_id=self.agreement)
        names = contract.installment_ids.mapped("display_name")
        self.assertEqual(sorted(names), [f"{invoice.name}/1 (1)", f"{invoice.name}/2 (1)"])
