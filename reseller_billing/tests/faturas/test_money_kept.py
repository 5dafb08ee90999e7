from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestMoneyKept(BillingCommon):
    """Money that the provider has, or gave back, stays in the books, whatever users do here."""

    def setUp(self):
        super().setUp()
        self.fatura = self.make_charged()
        self.charge = self.fatura.charge_id
        self.reference = self.charge.provider_reference
        self.own = self.fatura.with_user(self.accountant)

    def pay(self, value=None):
        self.asaas.pay(self.reference, value=value)
        self.receive_event(self.fatura)

    def assert_refused(self, function, *arguments):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            function(*arguments)

    def test_fatura_that_had_a_charge_is_not_deleted(self):
        self.own.button_cancel_fatura()
        self.send()
        self.assertEqual(self.fatura.charge_state, "cancelled")
        self.assert_refused(self.own.unlink)
        # The client has the printed boleto.
        self.pay()
        self.assertEqual(
            (self.fatura.charge_state, self.balance("outstanding")), ("received", 98.01)
        )

    def test_money_of_a_charge_without_fatura_is_listed(self):
        self.env.cr.execute(
            "UPDATE payment_transaction SET fatura_id = NULL WHERE id = %s", [self.charge.id]
        )
        self.env.invalidate_all()
        self.asaas.pay(self.reference)
        self.receive_event(reference=self.reference)
        event = self.env["reseller.billing.event"].search(
            [("charge_reference", "=", self.reference)]
        )
        self.assertEqual((event.state, event.amount), ("orphan", 100.0))

    def test_fatura_paid_as_a_draft_is_not_charged_again(self):
        self.own.button_draft()
        self.pay()
        charges = self.env["payment.transaction"].search_count([("fatura_id", "=", self.fatura.id)])
        self.own.action_post()
        self.send()
        self.assertEqual(self.fatura.amount_residual, 0.0)
        after = self.env["payment.transaction"].search_count([("fatura_id", "=", self.fatura.id)])
        self.assertEqual((charges, after, len(self.asaas.payments)), (1, 1, 1))

    def test_undone_booking_shows_its_money_again(self):
        """The provider has it; nothing else would say so."""
        self.env.cr.execute(
            "UPDATE payment_transaction SET fatura_id = NULL WHERE id = %s", [self.charge.id]
        )
        self.env.invalidate_all()
        self.asaas.pay(self.reference)
        self.receive_event(reference=self.reference)
        event = self.env["reseller.billing.event"].search(
            [("charge_reference", "=", self.reference)]
        )
        for undo in ("action_draft", "action_cancel"):
            payment = event._book_orphan(self.client_partner, self.env["account.move"])
            self.assertEqual((event.state, event.payment_id), ("done", payment))
            getattr(payment.with_user(self.accountant), undo)()
            with self.subTest(undo):
                self.assertEqual((event.state, event.payment_id.id), ("orphan", False))

    def test_no_other_document_names_a_receipt(self):
        self.pay()
        payment = self.charge.payment_id
        entries = self.env["account.move"].with_user(self.accountant)
        self.assert_refused(entries.create, {"move_type": "entry", "origin_payment_id": payment.id})
        other = self.make_fatura(month="08").with_user(self.accountant)
        self.assert_refused(other.write, {"matched_payment_ids": [Command.set(payment.ids)]})
        self.assert_refused(
            entries.create,
            {
                "move_type": "out_invoice",
                "partner_id": self.client_partner.id,
                "matched_payment_ids": [Command.set(payment.ids)],
            },
        )

    def test_receipt_stays_in_its_lock(self):
        self.pay()
        entry = self.charge.payment_id.move_id.with_user(self.accountant)
        other = self.env["account.payment"].create(
            {"partner_id": self.client_partner.id, "amount": 1.0}
        )
        for value in (False, other.id):
            self.assert_refused(entry.write, {"origin_payment_id": value})
        payment = self.charge.payment_id.with_user(self.accountant)
        for values in (
            {"payment_transaction_id": False},
            {"name": "HACK"},
            {"invoice_ids": [Command.clear()]},
        ):
            self.assert_refused(payment.write, values)
        foreign = other.move_id or self.env["account.move"].create({"move_type": "entry"})
        self.assert_refused(
            foreign.with_user(self.accountant).write,
            {"origin_payment_id": self.charge.payment_id.id},
        )

    def test_nobody_posts_by_the_state(self):
        self.own.button_draft()
        self.assert_refused(self.own.write, {"state": "posted"})
        values = {
            "move_type": "out_invoice",
            "partner_id": self.client_partner.id,
            "billing_contract_id": self.contract.id,
            "billing_amount": 50.0,
            "reference_month": "09",
            "reference_year": "2026",
        }
        moves = self.env["account.move"].with_user(self.accountant)
        self.assert_refused(moves.with_context(default_state="posted").create, [values])
        self.assertEqual(self.fatura.state, "draft")

    def test_number_that_the_client_knows_stays(self):
        self.assert_refused(self.own.write, {"name": "HACK"})

    def test_credit_note_of_a_refund_stays(self):
        self.pay()
        self.charge._request_refund(83.0)
        self.send()
        note = self.fatura.reversal_move_ids.with_user(self.accountant)
        self.assertEqual((note.amount_total, note.state), (83.0, "posted"))
        partials = note.line_ids.matched_debit_ids
        self.assertTrue(partials)
        self.assert_refused(partials.write, {"amount": 0.01})
        self.assert_refused(partials.unlink)
        self.assert_refused(note.line_ids.remove_move_reconcile)
        for function in (note.button_draft, note.button_cancel, note.unlink):
            self.assert_refused(function)
        self.assert_refused(note.write, {"state": "draft"})
        self.assert_refused(note.with_context(force_delete=True).unlink)
        self.assert_refused(note.invoice_line_ids.write, {"price_unit": 1.0})
        self.assertEqual(self.client_partner.credit, 0.0)
