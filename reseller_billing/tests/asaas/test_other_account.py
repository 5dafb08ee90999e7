from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import TEST_KEY
from ..common_billing import BillingCommon

OTHER_KEY = TEST_KEY[:-4] + "AAAA"


@tagged("post_install", "-at_install")
class TestOtherAccount(BillingCommon):
    """A key that opens another account while charges live in the former."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fatura = cls.make_registered()
        cls.provider.billing_user_id = cls.billing_manager
        cls.provider.sudo().billing_account_tax_id = "11222333000181"

    def change_account(self, *, holder="24971563792"):
        """Enter the key of another account, which knows nothing of this one's."""
        self.asaas.taxpayer = holder
        self.former = dict(self.asaas.payments)
        self.asaas.payments.clear()
        self.asaas.customers.clear()
        self.provider.write({"asaas_api_key": OTHER_KEY})

    def test_nothing_is_sent_to_another_account(self):
        self.change_account()
        self.asaas.calls.clear()
        later = self.make_fatura(month="08")
        self.fatura.with_user(self.accountant).button_cancel_fatura()
        self.send()
        self.assertFalse([call for call in self.asaas.calls if call[0] != "GET"])
        self.assertEqual(self.fatura.charge_id.charge_state, "awaiting")
        self.assertEqual(later.charge_state, "processing")
        self.assertIn("24971563792", self.provider.billing_account_problem)
        self.assertIn("another account", self.fatura.charge_problem)

    def test_responsible_is_told_once(self):
        self.change_account()
        self.send()
        self.send()
        notices = self.fatura.activity_ids.filtered(lambda one: one.summary == "Another account")
        self.assertEqual(len(notices), 1)

    def test_another_account_of_the_same_holder_is_told_apart_by_its_charges(self):
        self.change_account(holder="11222333000181")
        self.send()
        self.assertIn("another account", self.provider.billing_account_problem)

    def test_new_key_of_the_same_account_is_taken_by_itself(self):
        self.provider.write({"asaas_api_key": OTHER_KEY})
        later = self.make_fatura(month="08")
        self.send()
        self.assertEqual(later.charge_state, "awaiting")
        self.assertFalse(self.provider.billing_account_problem)

    def test_former_key_goes_on(self):
        self.change_account()
        self.send()
        self.asaas.payments, self.asaas.taxpayer = self.former, "11222333000181"
        self.provider.write({"asaas_api_key": TEST_KEY})
        self.fatura.with_user(self.accountant).button_cancel_fatura()
        self.send()
        self.assertEqual(self.fatura.charge_state, "cancelled")
        self.assertFalse(self.provider.billing_account_problem)

    def test_test_of_the_connection_says_so_at_once(self):
        self.change_account()
        with self.assertRaisesRegex(UserError, "another account"):
            self.provider.action_asaas_test_connection()

    def test_another_account_is_used_by_an_administrators_word(self):
        self.change_account()
        self.send()
        with self.assertRaises(AccessError):
            self.provider.with_user(self.billing_manager).action_use_account()
        action = self.provider.action_use_account()
        self.assertEqual(self.env["account.move"].search(action["domain"]), self.fatura)
        later = self.make_fatura(month="08")
        self.send()
        self.assertEqual(later.charge_state, "awaiting")
        self.assertTrue(self.fatura.charge_id.charge_is_missing)
        self.assertIn("former account", self.fatura.charge_problem)
        self.assertEqual(self.provider.billing_account_tax_id, "24971563792")

    def test_many_that_are_missing_at_once_stop_the_provider(self):
        faturas = self.fatura
        for number in range(5):
            client = self._create_client(f"Padaria {number}")
            self._create_contract(client)
            faturas |= self.make_charged(partner=client)
        self.asaas.payments.clear()
        faturas.charge_id._queue_charge("follow")
        self.send()
        self.send()
        self.assertIn("another account", self.provider.billing_account_problem)
        self.assertLess(len(faturas.filtered("charge_id.charge_is_missing")), 6)

    def test_key_may_be_changed_while_nothing_lives(self):
        self.asaas.pay(self.fatura.charge_id.provider_reference)
        self.receive_event(self.fatura)
        self.change_account()
        later = self.make_fatura(month="08")
        self.send()
        self.assertEqual(later.charge_state, "awaiting")
