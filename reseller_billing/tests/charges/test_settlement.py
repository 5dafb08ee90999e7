from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestSettlement(BillingCommon):
    """Seed 003: "assim que seu cliente pagar, a fatura é baixada automaticamente"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fatura = cls.make_registered()
        cls.reference = cls.fatura.charge_id.provider_reference

    def test_saved_fatura_is_posted_and_awaits_payment(self):
        charge = self.fatura.charge_id
        self.assertEqual((self.fatura.state, self.fatura.charge_state), ("posted", "awaiting"))
        self.assertEqual(self.fatura.amount_total, 100.0)
        self.assertEqual(self.fatura.invoice_date_due, self.day("2026-07-10"))
        self.assertEqual(charge.state, "pending")
        held = self.asaas.payments[self.reference]
        self.assertEqual(
            (held["value"], held["dueDate"], held["externalReference"], held["billingType"]),
            (100.0, "2026-07-10", charge.reference, "BOLETO"),
        )
        self.assertTrue(self.fatura.slip_line and self.fatura.pix_payload)

    def test_payment_settles_with_the_providers_fee(self):
        self.asaas.pay(self.reference)
        self.receive_event(self.fatura)
        self.assertIn(self.fatura.payment_state, ("in_payment", "paid"))
        self.assertEqual((self.fatura.charge_state, self.fatura.amount_residual), ("received", 0.0))
        self.assertEqual((self.balance("outstanding"), self.balance("fee")), (98.01, 1.99))
        self.assertEqual(self.fatura.charge_id.payment_id.date, self.day("2026-07-10"))

    def test_late_payment_brings_fine_and_interest(self):
        self.asaas.pay(self.reference, interest=2.33, day="2026-07-20")
        self.receive_event(self.fatura)
        self.assertEqual(self.fatura.amount_residual, 0.0)
        self.assertEqual(
            [self.balance(name) for name in ("outstanding", "fee", "fine", "interest")],
            [100.34, 1.99, -2.0, -0.33],
        )

    def test_discount_is_booked_where_one_was_agreed(self):
        self.fatura.charge_id.charge_discount_rate = 5.0
        self.asaas.pay(self.reference, value=95.0)
        self.receive_event(self.fatura)
        self.assertEqual(self.fatura.amount_residual, 0.0)
        self.assertEqual((self.balance("discount"), self.balance("outstanding")), (5.0, 93.01))

    def test_less_than_owed_leaves_the_rest_open_and_tells_somebody(self):
        self.asaas.pay(self.reference, value=60.0)
        self.receive_event(self.fatura)
        self.assertEqual(self.fatura.amount_residual, 40.0)
        self.assertEqual(len(self.fatura.activity_ids), 1)

    def test_confirmed_and_received_make_one_payment(self):
        for number, status in enumerate(("CONFIRMED", "RECEIVED", "RECEIVED", "CONFIRMED")):
            self.asaas.pay(self.reference) if not number else None
            self.asaas.payments[self.reference]["status"] = status
            self.receive_event(self.fatura, event=f"evt_{number}")
        self.assertEqual(self.fatura.charge_state, "received")
        self.assertEqual(len(self.fatura.charge_id.charge_payment_ids), 1)
        self.assertEqual(self.balance("outstanding"), 98.01)

    def test_fee_that_changes_later_is_corrected(self):
        self.asaas.pay(self.reference, status="CONFIRMED")
        self.receive_event(self.fatura)
        self.asaas.payments[self.reference] |= {"status": "RECEIVED", "netValue": 97.5}
        self.receive_event(self.fatura, event="evt_2")
        self.assertEqual((self.balance("outstanding"), self.balance("fee")), (97.5, 2.5))

    def test_repeated_event_is_stored_once(self):
        self.asaas.pay(self.reference)
        self.assertEqual(self.receive_event(self.fatura), 1)
        self.assertEqual(self.receive_event(self.fatura), 0)
        self.assertEqual(self.balance("outstanding"), 98.01)

    def test_overtaken_event_moves_nothing_back(self):
        self.asaas.pay(self.reference)
        self.receive_event(self.fatura)
        self.asaas.payments[self.reference]["status"] = "OVERDUE"
        self.receive_event(self.fatura, name="PAYMENT_OVERDUE", event="evt_2")
        self.assertEqual(self.fatura.charge_state, "received")
        self.assertEqual(self.balance("outstanding"), 98.01)

    def test_cancelled_charge_that_is_paid_after_all_keeps_the_money(self):
        self.fatura.with_user(self.accountant).button_cancel_fatura()
        self.send()
        self.assertEqual((self.fatura.state, self.fatura.charge_state), ("cancel", "cancelled"))
        self.asaas.pay(self.reference)
        self.receive_event(self.fatura)
        payment = self.fatura.charge_id.payment_id
        self.assertEqual((payment.amount, self.balance("outstanding")), (98.01, 98.01))
        self.assertEqual(self.fatura.state, "cancel")
        counterpart = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        self.assertEqual(counterpart.amount_residual, -100.0)
        self.assertEqual(len(self.fatura.activity_ids), 1)

    def test_draft_fatura_that_is_paid_stays_a_draft(self):
        self.fatura.with_user(self.accountant).button_draft()
        self.asaas.pay(self.reference)
        self.receive_event(self.fatura)
        self.assertEqual((self.fatura.state, self.balance("outstanding")), ("draft", 98.01))

    def test_fatura_paid_to_the_company_is_told_as_cash(self):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.fatura.ids
        ).with_user(self.accountant).create({"journal_id": self.bank_journal.id})._create_payments()
        self.send()
        self.assertEqual(self.asaas.payments[self.reference]["status"], "RECEIVED_IN_CASH")
        self.assertEqual(self.fatura.charge_state, "received")
        self.assertFalse(self.fatura.charge_id.payment_id)

    def test_refund_of_all_makes_a_credit_note(self):
        self.asaas.pay(self.reference, interest=2.33, day="2026-07-20")
        self.receive_event(self.fatura)
        self.fatura.charge_id._request_refund(102.33)
        self.send()
        self.assertEqual(self.fatura.charge_state, "refunded")
        note = self.fatura.reversal_move_ids
        self.assertEqual((note.amount_total, note.amount_residual), (100.0, 0.0))
        self.assertEqual(
            [self.balance(name) for name in ("outstanding", "fee", "fine", "interest")],
            [-1.99, 1.99, 0.0, 0.0],
        )

    def test_partial_refunds_add_up(self):
        self.asaas.pay(self.reference, interest=2.33, day="2026-07-20")
        self.receive_event(self.fatura)
        self.asaas.refund(self.reference, 30.0)
        self.receive_event(self.fatura, event="evt_2")
        self.assertEqual(self.fatura.charge_state, "partially_refunded")
        self.assertEqual(self.balance("outstanding"), 70.34)
        self.asaas.refund(self.reference, 72.33)
        self.receive_event(self.fatura, event="evt_3")
        self.assertEqual(self.fatura.charge_state, "refunded")
        self.assertEqual(sum(self.fatura.reversal_move_ids.mapped("amount_total")), 100.0)
        self.assertEqual(
            [self.balance(name) for name in ("outstanding", "fee", "fine", "interest")],
            [-1.99, 1.99, 0.0, 0.0],
        )

    def test_more_than_was_paid_is_not_refunded(self):
        self.asaas.pay(self.reference)
        self.receive_event(self.fatura)
        with self.assertRaisesRegex(UserError, "can be"):
            self.fatura.charge_id._request_refund(100.01)

    def test_refund_that_timed_out_is_not_sent_twice(self):
        import requests

        self.asaas.pay(self.reference)
        self.receive_event(self.fatura)
        self.fatura.charge_id._request_refund(40.0)
        self.asaas.fail = [None, ("after", requests.exceptions.ReadTimeout())]
        self.send()
        self.fatura.charge_id.charge_next_attempt = "2026-07-01 12:00:00"
        self.send()
        self.assertEqual(self.asaas.count("POST", f"payments/{self.reference}/refund"), 1)
        self.assertEqual(self.fatura.charge_id.charge_refunded, 40.0)

    def test_chargeback_opens_the_fatura_again_and_a_won_one_pays_it(self):
        self.asaas.pay(self.reference, interest=2.33, day="2026-07-20")
        self.receive_event(self.fatura)
        self.asaas.payments[self.reference]["status"] = "CHARGEBACK_REQUESTED"
        self.receive_event(self.fatura, event="evt_2")
        self.assertEqual(
            (self.fatura.charge_state, self.fatura.amount_residual), ("charged_back", 100.0)
        )
        self.assertEqual(self.balance("outstanding"), -1.99)
        self.assertEqual(len(self.fatura.activity_ids), 1)
        self.asaas.payments[self.reference]["status"] = "RECEIVED"
        self.receive_event(self.fatura, event="evt_3")
        self.assertEqual((self.fatura.charge_state, self.fatura.amount_residual), ("received", 0.0))
        self.assertEqual(self.balance("outstanding"), 100.34)
        self.assertFalse(self.fatura.activity_ids)

    def test_credit_note_reverses_the_accounts_of_the_fatura(self):
        other = self.plan.copy({"name": "Suporte", "product_id": False, "price": 33.33})
        self.contract.line_ids = [(0, 0, {"plan_id": other.id})]
        fatura = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "billing_contract_id": self.contract.id,
                "reference_month": "08",
                "reference_year": "2026",
                "invoice_date_due": "2026-08-10",
            }
        )
        self.send()
        reference = fatura.charge_id.provider_reference
        self.asaas.pay(reference)
        self.receive_event(fatura, event="evt_a", reference=reference)
        for number, value in enumerate((50.0, 83.33)):
            self.asaas.refund(reference, value)
            self.receive_event(fatura, event=f"evt_b{number}", reference=reference)
        revenue = fatura.invoice_line_ids.mapped("account_id")
        notes = fatura.reversal_move_ids.invoice_line_ids
        self.assertEqual(notes.account_id, revenue)
        totals = notes.grouped("name")
        self.assertEqual(
            {name: sum(lines.mapped("price_total")) for name, lines in totals.items()},
            {"Emissor NF-e": 100.0, "Suporte": 33.33},
        )

    def test_lost_chargeback_takes_the_money_once(self):
        self.asaas.pay(self.reference)
        self.receive_event(self.fatura)
        for number, status in enumerate(("CHARGEBACK_REQUESTED", "CHARGEBACK_DISPUTE", "REFUNDED")):
            self.asaas.payments[self.reference]["status"] = status
            self.receive_event(self.fatura, event=f"evt_c{number}")
        self.assertEqual(
            (self.fatura.charge_state, self.fatura.amount_residual), ("refunded", 100.0)
        )
        self.assertEqual(self.balance("outstanding"), -1.99)
        self.assertFalse(self.fatura.reversal_move_ids)

    def test_money_of_another_charge_is_listed(self):
        self.asaas._route(
            "POST",
            "payments",
            {},
            {
                "customer": next(iter(self.asaas.customers)),
                "billingType": "PIX",
                "value": 50.0,
                "dueDate": "2026-07-10",
            },
        )
        other = list(self.asaas.payments)[-1]
        self.asaas.pay(other)
        self.receive_event(reference=other)
        event = self.env["reseller.billing.event"].search([("charge_reference", "=", other)])
        self.assertEqual((event.state, event.amount), ("orphan", 50.0))
        self.assertEqual(self.balance("outstanding"), 0.0)

    def test_missing_account_keeps_the_event_and_books_later(self):
        self.provider.billing_fee_account_id = False
        self.asaas.pay(self.reference)
        self.receive_event(self.fatura)
        event = self.env["reseller.billing.event"].search([("event_ref", "=", "evt_1")])
        self.assertEqual((event.state, self.balance("outstanding")), ("waiting", 0.0))
        self.assertIn("Provider's Fee", event.error)
        self.provider.billing_fee_account_id = self.accounts["fee"]
        event.with_user(self.billing_manager).action_retry()
        self.process()
        self.assertEqual((event.state, self.balance("outstanding")), ("done", 98.01))

    def test_missed_event_is_found_by_comparing(self):
        self.asaas.pay(self.reference)
        self.run_cron("reconcile_charges")
        self.process()
        self.assertEqual(
            (self.fatura.charge_state, self.balance("outstanding")), ("received", 98.01)
        )
