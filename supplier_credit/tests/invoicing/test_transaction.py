from datetime import date
from unittest.mock import patch

import requests
from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestTransaction(SupplierCreditCommon):
    """Seed 001, "Faturamento" and "Calendário Financeiro"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.create_order()
        cls.reservation = cls.reserve(cls.order)
        cls.invoice = cls.create_invoice(cls.order)

    def register(self, answer=None, status=201):
        self.supplier.on("POST", "/transacoes$", answer or self.transaction_answer(), status)
        self.invoice.with_user(self.accountant)._attach_nfe(self.nfe_content())
        self.invoice.with_user(self.accountant).action_post()
        self.deliver()
        return self.invoice.supplier_transaction_ids

    def test_posting_registers_the_authorised_nfe_by_itself(self):
        transaction = self.register()
        (call,) = self.supplier.calls("POST", "/transacoes$")
        body = call["json"]
        self.assertEqual(
            {key: body[key] for key in body if key != "parcelas"},
            {
                "chaveNFe": "35261134128745000152550010000476051695511862",
                "modelo": "55",
                "serie": "1",
                "numeroNF": "47605",
                "dataEmissao": "2026-11-22",
                "valorTotal": "610.37",
                "cnpjCpf": "57647232000153",
                "preAutorizacoes": [{"codigo": "PA-1", "valor": "610.37", "cancelarSaldo": True}],
            },
        )
        self.assertEqual(
            [part["dataVencimento"] for part in body["parcelas"]],
            ["2026-12-22", "2027-01-21", "2027-02-20"],
        )
        self.assertEqual((transaction.state, transaction.code), ("approved", "TR-1"))
        self.assertEqual(transaction.processing_state, "done")
        self.assertEqual(self.reservation.state, "used")

    def test_posting_without_authorised_nfe_sends_nothing(self):
        self.invoice.with_user(self.accountant).action_post()
        self.deliver()
        self.assertFalse(self.supplier.calls("POST", "/transacoes$"))
        with self.assertRaisesRegex(UserError, "SEFAZ has not authorised"):
            self.invoice.with_user(self.accountant).action_send_supplier_transaction()

    def test_approval_moves_the_receivable_to_supplier_by_transfer_dates(self):
        transaction = self.register()
        entry = transaction.move_id
        supplier = self.supplier_partner.id
        account = self.agreement.receivable_account_id
        expected = [
            (account.id, supplier, date(2026, 12, 23), 198.34, 0.0),
            (account.id, supplier, date(2027, 1, 22), 198.35, 0.0),
            (account.id, supplier, date(2027, 2, 22), 198.41, 0.0),
        ]
        lines = entry.line_ids.filtered(lambda line: line.account_id == account)
        self.assertEqual(
            [
                (
                    line.account_id.id,
                    line.partner_id.id,
                    line.date_maturity,
                    line.debit,
                    line.credit,
                )
                for line in lines.sorted("date_maturity")
            ],
            expected,
        )
        fee = entry.line_ids.filtered(lambda line: line.account_id == self.agreement.fee_account_id)
        self.assertEqual((fee.debit, fee.partner_id.id), (15.27, supplier))
        customer = entry.line_ids - lines - fee
        self.assertEqual(sum(customer.mapped("credit")), 610.37)
        self.assertEqual(customer.partner_id, self.customer)
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertIn(self.invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(transaction.installment_ids.receivable_line_id, lines)

    def test_fee_left_to_the_settlement_supplier_owes_the_whole(self):
        self.agreement.fee_recognition = "settlement"
        transaction = self.register()
        owed = transaction.move_id.line_ids.filtered(
            lambda line: line.account_id == self.agreement.receivable_account_id
        )
        self.assertEqual(owed.sorted("date_maturity").mapped("debit"), [203.43, 203.44, 203.50])
        self.assertFalse(
            transaction.move_id.line_ids.filtered(
                lambda line: line.account_id == self.agreement.fee_account_id
            )
        )
        self.assertEqual(transaction.invoice_id.payment_state, "paid")

    def test_calendar_is_kept_and_shown_on_the_invoice(self):
        self.register()
        self.assertRecordValues(
            self.invoice.supplier_installment_ids,
            [
                {"number": 1, "amount": 203.43, "transfer_amount": 198.34, "fee": 5.09},
                {"number": 2, "amount": 203.44, "transfer_amount": 198.35, "fee": 5.09},
                {"number": 3, "amount": 203.50, "transfer_amount": 198.41, "fee": 5.09},
            ],
        )

    def test_fee_is_compared_with_the_contracted_rate(self):
        """Seed 000: rates are agreed between Supplier and the company; 15.27 is 2.50 %."""
        self.agreement.contracted_rate = 2.5
        self.assertEqual(self.register().contracted_difference, 0.0)

    def test_fee_above_the_contracted_rate_is_shown(self):
        self.agreement.contracted_rate = 2
        transaction = self.register()
        self.assertEqual(transaction.contracted_difference, 3.06)
        found = transaction.search([("contracted_difference", "!=", 0)])
        self.assertIn(transaction, found)

    def test_rejected_transaction_posts_nothing_and_can_be_sent_again(self):
        answer = self.transaction_answer("REJEITADA", codigoTransacao=None, motivo="Sem limite")
        transaction = self.register(answer)
        self.assertEqual((transaction.state, transaction.reason), ("rejected", "Sem limite"))
        self.assertFalse(transaction.move_id)
        self.assertEqual(self.invoice.amount_residual, 610.37)
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.invoice.with_user(self.accountant).action_send_supplier_transaction()
        self.deliver()
        self.assertEqual(transaction.state, "approved")
        self.assertEqual(len(self.invoice.supplier_transaction_ids), 1)

    def test_timeout_after_processing_registers_once(self):
        transaction = self.register(requests.exceptions.ReadTimeout())
        self.assertEqual(transaction.state, "sent")
        self.supplier.on(
            "GET", "/transacoes$", {"itens": [self.transaction_answer()], "temMais": False}
        )
        self.invoice.with_user(self.accountant).action_send_supplier_transaction()
        self.invoice.with_user(self.accountant).action_send_supplier_transaction()
        self.deliver()
        self.assertEqual(transaction.state, "approved")
        self.assertEqual(len(self.supplier.calls("POST", "/transacoes$")), 1)
        self.assertEqual(len(transaction.move_id), 1)

    def test_registered_invoice_is_neither_reset_nor_cancelled(self):
        transaction = self.register(self.transaction_answer("EM_ANALISE"))
        invoice = self.invoice.with_user(self.accountant)
        for reopen in (invoice.button_draft, invoice.button_cancel):
            with self.assertRaisesRegex(UserError, "sent to Supplier"):
                reopen()
        self.assertEqual((self.invoice.state, transaction.state), ("posted", "in_analysis"))

    def test_fully_invoiced_order_is_no_longer_blocked(self):
        self.register()
        self.assertEqual(self.reservation.state, "used")
        self.assertFalse(self.order.supplier_block_reason)
        self.assertEqual(self.order.supplier_release_state, "released_reservation")

    def test_draft_changed_after_the_upload_is_not_posted(self):
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        invoice = self.invoice.with_user(self.accountant)
        invoice._attach_nfe(self.nfe_content())
        invoice.invoice_line_ids[0].quantity = 0.5
        with self.assertRaisesRegex(UserError, "610.37.*305.19"):
            invoice.action_post()
        self.assertFalse(self.supplier.calls("POST", "/transacoes$"))

    def test_bearer_of_a_registered_invoice_stays(self):
        self.register(self.transaction_answer("EM_ANALISE"))
        with self.assertRaisesRegex(UserError, "sent to Supplier"):
            self.invoice.with_user(self.accountant).preferred_payment_method_line_id = False
        with self.assertRaisesRegex(UserError, "before Supplier approved"):
            self.invoice.with_user(self.accountant).action_print_supplier_danfe()

    def test_second_invoice_of_an_order_claims_only_what_the_first_left(self):
        order = self.create_order()
        order.order_line.product_uom_qty = 2
        reservation = self.reserve(order, code="PA-2", amount="1300.00")
        first = self.create_invoice(order)
        first.invoice_line_ids.quantity = 1
        self.invoice = first
        transaction = self.register(self.transaction_answer("EM_ANALISE"))
        self.assertEqual((transaction.reserved_amount, transaction.release_rest), (610.37, False))
        second = order.with_user(self.accountant)._create_invoices()
        values = transaction._prepare_values(second.sudo())
        self.assertEqual(values["preauthorization_id"], reservation.id)
        self.assertEqual((values["reserved_amount"], values["release_rest"]), (610.37, True))

    def test_rejected_sale_is_not_registered_once_it_is_no_longer_suppliers(self):
        answer = self.transaction_answer("REJEITADA", codigoTransacao=None)
        transaction = self.register(answer).with_user(self.accountant)
        invoice = self.invoice.with_user(self.accountant)
        self.supplier.requests.clear()
        invoice.preferred_payment_method_line_id = False
        with self.assertRaisesRegex(UserError, "charge type Supplier"):
            transaction.action_resend()
        invoice.preferred_payment_method_line_id = self.bearer
        invoice.button_draft()
        with self.assertRaisesRegex(UserError, "not posted"):
            transaction.action_resend()
        invoice.button_cancel()
        with self.assertRaisesRegex(UserError, "not posted"):
            transaction.action_resend()
        self.deliver()
        self.assertFalse(self.supplier.calls("POST", "/transacoes$"))

    def test_approval_found_after_a_rejected_attempt_is_taken(self):
        transaction = self.register(self.transaction_answer("REJEITADA", codigoTransacao="TR-OLD"))
        self.supplier.on("POST", "/transacoes$", requests.exceptions.ReadTimeout())
        self.invoice.with_user(self.accountant).action_send_supplier_transaction()
        self.deliver()
        self.assertEqual((transaction.state, transaction.code), ("sent", False))
        with self.assertRaises(UserError):
            transaction.with_user(self.accountant).action_query()
        self.supplier.on(
            "GET", "/transacoes$", {"itens": [self.transaction_answer()], "temMais": False}
        )
        self.invoice.with_user(self.accountant).action_send_supplier_transaction()
        self.deliver()
        self.assertEqual((transaction.state, transaction.processing_state), ("approved", "done"))

    def test_partly_paid_invoice_is_not_registered(self):
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        invoice = self.create_invoice(order)
        invoice.l10n_latam_document_number = "47605"
        invoice.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": 100.0})._create_payments()
        invoice.preferred_payment_method_line_id = self.bearer
        invoice._attach_nfe(self.nfe_content())
        self.deliver()
        self.assertFalse(self.supplier.calls("POST", "/transacoes$"))
        with self.assertRaisesRegex(UserError, "already settles part of it"):
            invoice.action_send_supplier_transaction()

    def test_transfer_of_nothing_is_processed(self):
        answer = self.transaction_answer()
        answer["calendario"][0].update(valorRepasse="0.00", valorTaxa="203.43")
        transaction = self.register(answer)
        self.assertEqual((transaction.state, transaction.processing_state), ("approved", "done"))
        self.assertEqual(self.invoice.amount_residual, 0)
        first, second, _third = transaction.installment_ids.sorted("number")
        self.assertFalse(first.receivable_line_id)
        self.assertEqual(second.receivable_line_id.debit, 198.35)

    def test_any_error_while_processing_leaves_the_approval(self):
        model = type(self.env["supplier.credit.transaction"])
        broken = patch.object(model, "_prepare_settled_line", side_effect=ValueError("surprise"))
        with broken, self.assertLogs("odoo.addons.supplier_credit", "ERROR"):
            transaction = self.register()
        self.assertEqual((transaction.state, transaction.processing_state), ("approved", "error"))
        transaction.with_user(self.accountant).action_process()
        self.assertEqual(transaction.processing_state, "done")

    def test_entry_takes_the_date_of_the_sender_not_of_greenwich(self):
        with freeze_time("2026-12-01 01:30:00"):
            self.accountant.tz = False
            transaction = self.register()
        self.assertEqual(transaction.move_id.date, date(2026, 11, 30))

    def test_approval_entry_is_not_reopened(self):
        entry = self.register().move_id
        for reopen in (entry.button_draft, entry.button_cancel):
            with self.assertRaisesRegex(UserError, "approval of a sale"):
                reopen()

    def test_bearer_set_on_a_posted_invoice_registers_it(self):
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        invoice = self.create_invoice(order)
        invoice._attach_nfe(self.nfe_content())
        invoice.action_post()
        self.assertFalse(invoice.supplier_transaction_ids)
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        invoice.preferred_payment_method_line_id = self.bearer
        self.deliver()
        self.assertEqual(invoice.supplier_state, "approved")

    def test_invoice_without_order_is_registered_without_reservation(self):
        invoice = self.init_invoice("out_invoice", self.customer, amounts=[610.37])
        invoice.write(
            {
                "preferred_payment_method_line_id": self.bearer.id,
                "invoice_payment_term_id": self.payment_term.id,
            }
        )
        self.assertEqual(invoice.l10n_latam_document_type_id.code, "55")
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        invoice.with_user(self.accountant)._attach_nfe(self.nfe_content())
        invoice.with_user(self.accountant).action_post()
        self.deliver()
        (call,) = self.supplier.calls("POST", "/transacoes$")
        self.assertEqual(call["json"]["preAutorizacoes"], [])
        self.assertEqual((invoice.supplier_state, invoice.payment_state), ("approved", "paid"))

    def test_salesman_neither_processes_nor_resends(self):
        self.archive_fee_account()
        transaction = self.register()
        self.assertEqual(transaction.processing_state, "error")
        for action in ("action_process", "action_resend"):
            with self.assertRaises(AccessError):
                getattr(transaction.with_user(self.salesman), action)()

    def test_resend_after_a_correction_sends_the_corrected_invoice(self):
        answer = self.transaction_answer("REJEITADA", codigoTransacao=None, motivo="Sem limite")
        transaction = self.register(answer)
        self.reservation._move_to("expired")
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.invoice.with_user(self.accountant).action_send_supplier_transaction()
        self.deliver()
        body = self.supplier.calls("POST", "/transacoes$")[-1]["json"]
        self.assertEqual(body["preAutorizacoes"], [], "an expired reservation is not used")
        self.assertEqual(transaction.state, "approved")

    def test_rejected_invoice_can_be_reset(self):
        self.register(self.transaction_answer("REJEITADA", codigoTransacao=None))
        self.invoice.with_user(self.accountant).button_draft()
        self.assertEqual(self.invoice.state, "draft")

    def test_pressed_again_after_approval_is_refused(self):
        self.register()
        with self.assertRaisesRegex(UserError, "already registered"):
            self.invoice.with_user(self.accountant).action_send_supplier_transaction()

    def test_transaction_in_analysis_is_processed_when_a_query_finds_it_approved(self):
        transaction = self.register(self.transaction_answer("EM_ANALISE"))
        self.assertEqual((transaction.state, transaction.processing_state), ("in_analysis", "none"))
        self.supplier.on("GET", "/transacoes/TR-1$", self.transaction_answer())
        transaction.with_user(self.accountant).action_query()
        self.deliver()
        self.assertEqual((transaction.state, transaction.processing_state), ("approved", "done"))
        transaction.with_user(self.accountant).action_query()
        self.deliver()
        self.assertEqual(len(transaction.installment_ids), 3)
        self.assertEqual(len(self.env["account.move"].search([("ref", "like", "TR-1")])), 1)

    def test_sale_in_analysis_is_approved_although_its_reservation_is_cancelled(self):
        """The part that an invoice claimed is used, also if the order was changed since."""
        transaction = self.register(self.transaction_answer("EM_ANALISE"))
        cancelled = self.reservation_answer(state="CANCELADA")
        self.supplier.on("POST", "/cancelamento$", cancelled)
        self.order.action_cancel()
        self.deliver()
        self.assertEqual(self.reservation.state, "cancelled")
        self.supplier.on("GET", "/transacoes/TR-1$", self.transaction_answer())
        transaction.with_user(self.accountant).action_query()
        self.deliver()
        self.assertEqual((transaction.state, transaction.processing_state), ("approved", "done"))
        self.assertRecordValues(
            self.reservation, [{"state": "cancelled", "used_amount": 610.37, "error": False}]
        )

    def test_calendar_that_does_not_sum_posts_nothing(self):
        answer = self.transaction_answer()
        answer["calendario"][0].update(valorParcela="203.47", valorRepasse="198.38")
        with self.assertLogs("odoo.addons.supplier_credit", "ERROR"):
            transaction = self.register(answer)
        self.assertEqual(transaction.state, "error")
        self.assertIn("sums to", transaction.error)
        self.assertFalse(transaction.installment_ids)
        self.assertFalse(transaction.move_id)
        self.assertEqual(self.invoice.amount_residual, 610.37)
        self.assertEqual(self.reservation.state, "active")

    def test_problem_in_the_ledger_does_not_undo_the_approval_and_can_be_processed_again(self):
        self.archive_fee_account()
        transaction = self.register()
        self.assertEqual((transaction.state, transaction.processing_state), ("approved", "error"))
        self.assertTrue(transaction.error)
        self.assertFalse(transaction.move_id)
        self.assertEqual(self.invoice.amount_residual, 610.37)
        self.agreement.fee_account_id.active = True
        transaction.with_user(self.accountant).action_process()
        self.assertEqual(transaction.processing_state, "done")
        self.assertEqual(self.invoice.amount_residual, 0)
        with self.assertRaisesRegex(UserError, "nothing to process"):
            transaction.with_user(self.accountant).action_process()

    def test_two_supplier_orders_make_two_invoices(self):
        other = self.create_order()
        self.reserve(other, code="PA-2")
        third = self.create_order()
        self.reserve(third, code="PA-3")
        (other | third).action_confirm()
        invoices = (other | third).with_user(self.accountant)._create_invoices()
        self.assertEqual(invoices.supplier_order_id, other | third)
        self.assertEqual(len(invoices), 2)

    def test_orders_of_other_bearers_are_still_grouped(self):
        orders = self.create_order() | self.create_order()
        orders.preferred_payment_method_line_id = False
        orders.action_confirm()
        self.assertEqual(len(orders.with_user(self.accountant)._create_invoices()), 1)

    def test_credit_note_of_a_supplier_invoice_stays_out_of_the_flow(self):
        (note,) = self.invoice._reverse_moves()
        self.assertEqual(note.preferred_payment_method_line_id, self.bearer, "the host copies it")
        self.assertFalse(note._filter_supplier_credit())
        self.assertFalse(note.supplier_nfe_key)
        self.assertFalse(note.supplier_order_id)
