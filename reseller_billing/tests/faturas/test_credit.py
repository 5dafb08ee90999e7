from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestCredit(BillingCommon):
    """What a client paid too much, and what keeps a fatura from being charged."""

    def overpay(self, value=130.0):
        fatura = self.make_charged()
        self.asaas.pay(fatura.charge_id.provider_reference, value=value)
        self.receive_event(fatura)
        return fatura

    def test_next_fatura_is_charged_over_the_rest(self):
        self.overpay()
        self.assertEqual(self.client_partner._get_billing_credit(self.company), 30.0)
        following = self.make_charged(month="08")
        held = self.asaas.payments[following.charge_id.provider_reference]
        self.assertEqual((held["value"], following.amount_residual), (70.0, 70.0))
        self.assertEqual(self.client_partner._get_billing_credit(self.company), 0.0)

    def test_credit_that_covers_all_leaves_nothing_to_charge(self):
        self.overpay(250.0)
        following = self.make_charged(month="08")
        self.assertEqual((following.amount_residual, bool(following.charge_id)), (0.0, False))
        self.assertEqual(self.client_partner._get_billing_credit(self.company), 50.0)

    def test_cancelled_fatura_gives_the_credit_back(self):
        self.overpay()
        following = self.make_charged(month="08")
        following.with_user(self.accountant).button_cancel_fatura()
        self.send()
        self.assertEqual(following.charge_state, "cancelled")
        self.assertEqual(self.client_partner._get_billing_credit(self.company), 30.0)

    def test_setting_switches_it_off(self):
        self.provider.billing_use_credit = False
        self.overpay()
        following = self.make_charged(month="08")
        self.assertEqual(following.amount_residual, 100.0)

    def test_other_money_of_the_client_stays_where_it_is(self):
        self.env["account.payment"].create(
            {"partner_id": self.client_partner.id, "amount": 40.0, "payment_type": "inbound"}
        ).action_post()
        self.assertEqual(self.client_partner._get_billing_credit(self.company), 0.0)
        self.assertEqual(self.make_charged().amount_residual, 100.0)

    def test_all_that_the_provider_would_refuse_is_said_before_posting(self):
        self.client_partner.write(
            {
                "email": "nobody",
                "vat": "24971563793",
                "zip": "123",
                "country_id": self.env.ref("base.us").id,
            }
        )
        before = self.env["account.move"].search_count([])
        with self.assertRaises(UserError) as refusal, self.env.cr.savepoint():
            self.make_fatura(4.99, due="2026-06-01")
        text = str(refusal.exception)
        for word in ("nobody", "24971563793", "123", "Brazil", "in the past", "4.99"):
            self.assertIn(word, text)
        self.assertEqual(self.env["account.move"].search_count([]), before)

    def test_discount_counts_for_the_smallest_charge(self):
        self.provider.billing_discount = 5.0
        with self.assertRaisesRegex(UserError, "at least"), self.env.cr.savepoint():
            self.make_fatura(5.10)
        self.assertEqual(self.make_charged(5.27).charge_state, "awaiting")

    def test_chargeback_after_a_partial_refund_owes_the_rest_only(self):
        fatura = self.make_charged()
        reference = fatura.charge_id.provider_reference
        self.asaas.pay(reference)
        self.receive_event(fatura)
        self.asaas.refund(reference, 40.0)
        self.receive_event(fatura, name="PAYMENT_PARTIALLY_REFUNDED", event="evt_2")
        self.asaas.payments[reference]["status"] = "CHARGEBACK_REQUESTED"
        self.receive_event(fatura, name="PAYMENT_CHARGEBACK_REQUESTED", event="evt_3")
        self.assertEqual(fatura.amount_residual, 60.0)
