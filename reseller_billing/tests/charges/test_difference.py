from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common_billing import BillingCommon

TODAY = "2026-07-01"


@tagged("post_install", "-at_install")
class TestDifference(BillingCommon):
    """Asaas has a charge otherwise than agreed here: shown until it is gone, undone by nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fatura = cls.make_registered()
        cls.charge = cls.fatura.charge_id
        cls.overview = cls.env["reseller.billing.overview"].browse(cls.company.id)

    def setUp(self):
        super().setUp()
        self.reference = self.charge.provider_reference
        self.held = self.asaas.payments[self.reference]
        self.number = 0

    def hear(self, name="PAYMENT_UPDATED"):
        self.number += 1
        self.receive_event(self.fatura, name=name, event=f"evt_{self.number}")

    def count_problems(self):
        self.overview.invalidate_recordset()
        return self.overview.problem_count

    def test_value_or_day_changed_in_asaas_screen_is_shown_until_it_is_gone(self):
        for change in ({"value": 120.0}, {"dueDate": "2026-07-20"}):
            with self.subTest(change):
                before = {name: self.held[name] for name in change}
                self.held |= change
                self.hear()
                self.hear()
                self.assertIn("here it is", self.fatura.charge_problem)
                self.assertEqual((self.charge.amount, self.count_problems()), (100.0, 1))
                self.assertTrue(self.fatura.activity_ids)
                self.held |= before
                self.hear()
                self.assertFalse(self.fatura.charge_problem)
                self.assertEqual(self.count_problems(), 0)
                self.assertFalse(self.fatura.activity_ids)

    def test_difference_is_found_by_comparing_too(self):
        self.held["value"] = 120.0
        self.run_cron("reconcile_charges")
        self.process()
        self.assertIn("120.00", self.fatura.charge_problem)

    def test_send_again_gives_the_value_from_here(self):
        self.held |= {"value": 120.0, "dueDate": "2026-07-20"}
        self.hear()
        self.fatura.with_user(self.accountant).action_register_charge()
        self.send()
        self.assertEqual((self.held["value"], self.held["dueDate"]), (100.0, "2026-07-10"))
        self.assertFalse(self.fatura.charge_problem)

    def test_change_takes_the_providers_value_over(self):
        self.held["value"] = 120.0
        self.hear()
        self.fatura._change_fatura(120.0, self.fatura.invoice_date_due)
        self.send()
        self.assertEqual((self.held["value"], self.fatura.amount_total), (120.0, 120.0))
        self.assertFalse(self.fatura.charge_problem)

    def test_refused_change_stays_a_problem_when_the_next_event_comes(self):
        self.asaas.fail_on["PUT", f"payments/{self.reference}"] = [400]
        self.fatura._change_fatura(90.0, self.fatura.invoice_date_due)
        self.send()
        self.assertIn("Failed on purpose", self.fatura.charge_problem)
        self.hear("PAYMENT_BANK_SLIP_VIEWED")
        self.hear()
        self.assertIn("90.00", self.fatura.charge_problem)
        self.assertEqual(self.count_problems(), 1)
        self.fatura.action_register_charge()
        self.send()
        self.assertEqual((self.held["value"], self.fatura.charge_problem), (90.0, False))

    def test_charge_deleted_in_asaas_screen_is_shown_and_restored_lives_again(self):
        self.held["deleted"] = True
        self.hear("PAYMENT_DELETED")
        self.assertEqual(self.fatura.charge_state, "cancelled")
        self.assertIn("still owed", self.fatura.charge_problem)
        self.assertEqual(self.count_problems(), 1)
        self.held["deleted"] = False
        self.hear("PAYMENT_RESTORED")
        self.send()
        self.assertEqual((self.fatura.charge_state, self.held["deleted"]), ("awaiting", False))
        self.assertFalse(self.fatura.charge_problem)
        self.asaas.pay(self.reference)
        self.hear("PAYMENT_RECEIVED")
        self.assertEqual(
            (self.fatura.charge_state, self.balance("outstanding")), ("received", 98.01)
        )

    def test_what_odoo_cancelled_is_deleted_again(self):
        self.fatura.with_user(self.accountant).button_cancel_fatura()
        self.send()
        self.held["deleted"] = False
        self.hear("PAYMENT_RESTORED")
        self.send()
        self.assertEqual((self.fatura.charge_state, self.held["deleted"]), ("cancelled", True))

    def test_restored_charge_of_a_fatura_with_another_one_is_deleted_again(self):
        self.held["deleted"] = True
        self.hear("PAYMENT_DELETED")
        self.fatura.action_register_charge()
        self.send()
        second = self.fatura.charge_id
        self.assertNotEqual(second, self.charge)
        self.held["deleted"] = False
        self.receive_event(reference=self.reference, name="PAYMENT_RESTORED", event="evt_r")
        self.send()
        self.assertEqual((second.charge_state, self.held["deleted"]), ("awaiting", True))

    def test_deletion_without_an_event_is_found(self):
        self.held["deleted"] = True
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = create_date - interval '3 days'"
            " WHERE id = %s",
            [self.charge.id],
        )
        self.run_cron("reconcile_charges")
        self.send()
        self.assertEqual(self.fatura.charge_state, "cancelled")

    def test_one_404_cancels_nothing(self):
        """A proxy's page, or another account's key, answers 404 as well."""
        self.asaas.fail_on["GET", f"payments/{self.reference}"] = [404]
        self.hear()
        self.assertEqual(
            (self.fatura.charge_state, self.fatura.charge_problem), ("awaiting", False)
        )
        self.asaas.fail_on["GET", f"payments/{self.reference}"] = [404]
        self.asaas.fail_on["GET", "payments"] = [404]
        self.hear()
        self.assertEqual(self.fatura.charge_state, "awaiting")

    def test_charge_that_is_not_known_is_left_to_a_person(self):
        del self.asaas.payments[self.reference]
        self.hear()
        self.assertEqual(self.fatura.charge_state, "awaiting")
        self.assertIn("does not know", self.fatura.charge_problem)
        self.assertEqual(self.count_problems(), 1)
        with self.assertRaisesRegex(UserError, "charge"):
            self.fatura.with_user(self.accountant).action_register_charge()
        with self.assertRaises(AccessError):
            self.fatura.with_user(self.accountant).action_give_up_charge()
        self.fatura.with_user(self.accountant).button_cancel_fatura()
        self.send()
        self.assertEqual(self.fatura.charge_state, "awaiting", "it may live in another account")
        self.fatura.with_user(self.billing_manager).action_give_up_charge()
        self.assertEqual(
            (self.fatura.charge_state, self.fatura.charge_problem), ("cancelled", False)
        )

    def test_known_charge_is_not_given_up(self):
        with self.assertRaisesRegex(UserError, "known to the provider"):
            self.fatura.with_user(self.billing_manager).action_give_up_charge()

    def test_terms_are_those_that_the_client_has(self):
        self.provider.write(
            {"billing_fine": 0.0, "billing_interest": 5.0, "billing_discount": 10.0}
        )
        self.fatura._change_fatura(200.0, self.fatura.invoice_date_due)
        self.send()
        self.assertEqual((self.held["fine"]["value"], self.held["interest"]["value"]), (2.0, 1.0))
        self.asaas.pay(self.reference, interest=4.33, day="2026-07-20")
        self.hear("PAYMENT_RECEIVED")
        self.assertEqual((self.balance("fine"), self.balance("interest")), (-4.0, -0.33))

    def test_terms_of_zero_are_sent(self):
        self.charge.write({"charge_fine_rate": 0.0, "charge_interest_rate": 0.0})
        self.fatura._change_fatura(200.0, self.fatura.invoice_date_due)
        self.send()
        self.assertEqual(
            [self.held[name]["value"] for name in ("fine", "interest", "discount")], [0.0, 0.0, 0.0]
        )

    def test_agreed_day_follows_what_was_sent_only(self):
        self.assertEqual(self.charge.charge_due_date, fields.Date.from_string("2026-07-10"))
        self.held["dueDate"] = "2026-07-20"
        self.hear()
        self.assertEqual(self.charge.charge_due_date, fields.Date.from_string("2026-07-10"))
