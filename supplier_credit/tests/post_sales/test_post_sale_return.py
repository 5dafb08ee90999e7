from datetime import date

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import Form, tagged

from ..nfe.common import make_cancellation
from .common import PostSaleCommon


@tagged("post_install", "-at_install")
class TestPostSaleReturn(PostSaleCommon):
    """Return of a registered sale by the host's credit note. Seed 002, steps 1 to 4."""

    def test_credit_stands_on_the_temporary_account_and_waits_for_its_nfe(self):
        note = self.begin_return(300)
        note.action_post()
        term = note.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertEqual((term.account_id, term.balance), (self.temporary, -300))
        request = note.sudo().supplier_post_sale_id
        self.assertEqual((request.kind, request.state, request.amount), ("return", "draft", 300))
        self.deliver()
        self.assertFalse(self.supplier.calls("POST", "/pos-vendas$"))
        with self.assertRaisesRegex(UserError, "waits for its authorised return NF-e"):
            request.with_user(self.accountant).action_resend()
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_request_leaves_by_itself_with_the_return_nfe(self):
        self.on_request(state="EM_ANALISE", supplier="0.00", direct="0.00")
        note = self.post_return()
        self.deliver()
        (call,) = self.supplier.calls("POST", "/pos-vendas$")
        self.assertEqual(
            call["json"],
            {
                "codigoTransacao": "TR-1",
                "tipo": "DEVOLUCAO",
                "valor": "300.00",
                "documento": {
                    "chaveNFe": note.supplier_nfe_key,
                    "numero": str(note._get_nfe_number()),
                    "data": "2026-11-22",
                },
                "motivo": note.ref,
            },
        )
        request = note.sudo().supplier_post_sale_id
        self.assertEqual((request.state, request.code), ("in_analysis", "PV-1"))
        self.assertEqual(request.processing_state, "none")

    def test_nfe_on_the_draft_lets_the_request_leave_on_posting(self):
        self.on_request(state="EM_ANDAMENTO", supplier="0.00", direct="0.00")
        note = self.begin_return(300)
        self.upload(self.return_nfe(note, number=47999), note)
        note.action_post()
        self.deliver()
        self.assertEqual(note.sudo().supplier_post_sale_id.state, "in_progress")
        self.assertEqual(note._get_nfe_number(), 47999)

    def test_approval_becomes_debits_and_credit_of_the_customer(self):
        request = self.make_return()
        self.assertEqual((request.state, request.processing_state), ("approved", "done"))
        self.assertFalse(request.error)
        self.assert_cleared()
        debit = request.installment_ids
        self.assertRecordValues(
            debit, [{"number": 2, "amount": 200.0, "fee_kept": 0.0, "fee_refunded": 5.0}]
        )
        line = debit.receivable_line_id
        self.assertRecordValues(
            line,
            [
                {
                    "account_id": self.agreement.receivable_account_id.id,
                    "partner_id": self.supplier_partner.id,
                    "date_maturity": date(2027, 1, 22),
                    "balance": -195.0,
                    "amount_residual": -195.0,
                }
            ],
        )
        fee = line.move_id.line_ids.filtered(
            lambda item: item.account_id == self.agreement.fee_account_id
        )
        self.assertEqual(fee.balance, -5)
        self.assertEqual(request.open_amount, 0)

    def test_fee_left_to_the_settlement_supplier_owes_less_by_the_whole(self):
        self.agreement.fee_recognition = "settlement"
        request = self.make_return()
        entry = request.installment_ids.receivable_line_id.move_id
        self.assertEqual(request.installment_ids.receivable_line_id.balance, -200)
        self.assertNotIn(self.agreement.fee_account_id, entry.line_ids.account_id)
        self.assert_cleared()

    def test_customer_uses_the_credit_for_another_invoice_but_not_while_temporary(self):
        other = self.create_other_invoice()
        note = self.begin_return(300)
        note.action_post()
        self.assertFalse(self.offered(other))
        self.on_request()
        self.upload(self.return_nfe(note), note)
        self.deliver()
        credit = self.offered(other)
        self.assertEqual(credit.balance, -100)
        self.assertEqual(credit.partner_id, self.customer)
        other.js_assign_outstanding_line(credit.id)
        self.assertEqual(other.amount_residual, 400)
        other.line_ids.remove_move_reconcile()
        self.assertEqual(other.amount_residual, 500, "and takes it back from there")

    def test_customers_credit_does_not_settle_an_invoice_that_supplier_charges(self):
        self.make_return()
        charged = self.create_other_invoice(self.bearer)
        credit = self.offered(charged)
        with self.assertRaisesRegex(UserError, "Supplier charges the customer"):
            charged.js_assign_outstanding_line(credit.id)

    def test_temporary_credit_is_settled_with_nothing_else(self):
        note = self.begin_return(300)
        note.action_post()
        term = note.line_ids.filtered("is_supplier_temporary")
        receivable = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    (0, 0, {"account_id": self.temporary.id, "debit": 300}),
                    (0, 0, {"account_id": self.clearing.id, "credit": 300}),
                ],
            }
        )
        receivable.action_post()
        debit = receivable.line_ids.filtered("debit")
        for door in (note.action_register_payment, (term | debit).reconcile):
            with self.assertRaisesRegex(UserError, "temporary until Supplier"), self.cr.savepoint():
                door()
        self.assertEqual(term.amount_residual, -300)

    def test_several_returns_never_exceed_the_sale(self):
        self.make_return(300)
        second = self.begin_return(310.38)
        with self.assertRaisesRegex(UserError, "310.37"), self.cr.savepoint():
            second.action_post()
        second.invoice_line_ids.price_unit = 310.37
        second.action_post()
        self.on_request("0.00", "310.37", codigoSolicitacao="PV-2")
        self.upload(self.return_nfe(second), second)
        self.deliver()
        self.assertEqual(second.sudo().supplier_post_sale_id.processing_state, "done")
        self.assert_cleared()
        with self.assertRaisesRegex(UserError, "cannot be taken back"):
            self.begin_return(1)

    def test_draft_credit_note_becomes_a_larger_one_only_within_the_sale(self):
        note = self.begin_return(300)
        note.action_post()
        note.button_draft()
        request = note.sudo().supplier_post_sale_id
        self.assertEqual(request.state, "draft")
        note.invoice_line_ids.price_unit = 250
        note.action_post()
        self.assertEqual(note.sudo().supplier_post_sale_id, request)
        self.assertEqual(request.amount, 250)
        note.button_draft()
        note.button_cancel()
        self.assertEqual((request.state, request.open_amount), ("withdrawn", 0))
        self.assertEqual(self.begin_return().amount_total, 610.37)

    def test_told_credit_note_stays(self):
        request = self.make_return(state="EM_ANALISE", supplier="0.00", direct="0.00")
        note = request.temporary_move_id.with_user(self.accountant)
        for door in (note.button_draft, note.button_cancel, note.unlink, note._reverse_moves):
            with self.assertRaisesRegex(UserError, "was sent to Supplier"), self.cr.savepoint():
                door()
        self.assertEqual(note.state, "posted")

    def test_credit_note_is_deleted_until_sefaz_authorised_it(self):
        self.assertTrue(self.begin_return(300).unlink())
        note = self.begin_return(300)
        self.upload(self.return_nfe(note, number=47999), note)
        with self.assertRaisesRegex(UserError, "authorised its return NF-e"):
            note.unlink()

    def test_unsent_request_is_withdrawn_with_its_credit_note_and_sent_again(self):
        note = self.post_return()
        note.button_draft()
        self.deliver()
        self.assertFalse(self.supplier.calls("POST", "/pos-vendas$"))
        self.on_request()
        note.action_post()
        self.deliver()
        self.assertEqual(len(self.supplier.calls("POST", "/pos-vendas$")), 1)
        self.assertEqual(note.sudo().supplier_post_sale_id.processing_state, "done")

    def test_customer_and_currency_of_the_sale_stay(self):
        note = self.begin_return(300)
        note.partner_id = self.customer.copy({"name": "Outro"})
        with self.assertRaisesRegex(UserError, "the customer is another one"):
            note.action_post()

    def test_nfe_of_something_else_is_refused(self):
        note = self.begin_return(300)
        note.action_post()
        cases = {
            "finNFe 4": {"purpose": "1"},
            "refNFe": {"sale_key": self.sale.nfe_key[:-1] + "9"},
            "total": {"total": "299.00"},
            "recipient": {"recipient": "34128745000152"},
        }
        for reason, values in cases.items():
            with self.subTest(reason):
                self.assert_refused(self.return_nfe(note, **values), reason, invoice=note)
        self.assertFalse(self.messages(note.sudo().supplier_post_sale_id))

    def test_customers_own_return_nfe_is_taken_whatever_its_number(self):
        self.on_request()
        note = self.begin_return(300)
        note.action_post()
        number = note._get_nfe_number()
        content = self.return_nfe(note, by_customer=True, number=5, series=7)
        self.upload(content, note)
        self.deliver()
        self.assertEqual(note.sudo().supplier_post_sale_id.document_number, "5")
        self.assertEqual(note._get_nfe_number(), number)
        self.assertEqual(note.sudo().supplier_post_sale_id.state, "approved")

    def test_many_files_find_the_credit_note(self):
        note = self.begin_return(300)
        note.action_post()
        (line,) = self.upload_many(self.return_nfe(note))
        self.assertEqual((line.state, line.invoice_id), ("done", note), line.message)
        self.assertEqual(note.sudo().supplier_post_sale_id.state, "to_send")

    def test_return_nfe_cancelled_before_the_request_left_is_not_sent(self):
        note = self.post_return()
        request = note.sudo().supplier_post_sale_id
        self.upload(make_cancellation(note.supplier_nfe_key), note)
        self.deliver()
        self.assertFalse(self.supplier.calls("POST", "/pos-vendas$"))
        self.assertEqual(request.state, "refused")
        self.assertIn("waits for its authorised return NF-e", request.error)
        self.decide(request, "withdraw")
        self.assertEqual(request.state, "withdrawn")
        self.assert_cleared()
        revenue = note.invoice_line_ids.account_id
        self.assertEqual(self.balance(revenue), -610.37, "the sale is whole again")

    def test_without_accounts_the_way_out_is_named(self):
        self.agreement.return_account_id = False
        with self.assertRaisesRegex(UserError, "Make Accounts"), self.cr.savepoint():
            self.begin_return()
        self.agreement.post_sale_clearing_account_id = False
        self.agreement.with_user(self._create_accountant_manager()).action_make_post_sale_accounts()
        self.assertTrue(self.agreement.post_sale_clearing_account_id.reconcile)
        self.assertEqual(self.begin_return().amount_total, 610.37)

    def _create_accountant_manager(self):
        return self._create_user("chief", "account.group_account_manager")

    def test_account_that_the_host_would_offer_is_refused(self):
        self.agreement.return_account_id = self.company_data["default_account_receivable"]
        with self.assertRaisesRegex(UserError, "Choose an account of its own"):
            self.begin_return()


@tagged("post_install", "-at_install")
class TestPostSaleDoors(PostSaleCommon):
    """A registered sale cannot be cancelled or changed; the refusal opens the post-sales."""

    def test_refusal_leads_to_the_three_ways(self):
        invoice = self.invoice.with_user(self.accountant)
        for door in (invoice.button_draft, invoice.button_cancel, invoice.unlink):
            with (
                self.assertRaisesRegex(RedirectWarning, "sent to Supplier") as caught,
                self.cr.savepoint(),
            ):
                door()
        action = caught.exception.args[1]
        guides = self.env[action["res_model"]].with_user(self.accountant)
        guide = guides.with_context(**action["context"]).create({})
        self.assertEqual(guide.invoice_id, self.invoice)
        self.assertEqual(guide.action_return()["res_model"], "account.move.reversal")
        upload = guide.action_cancellation()
        self.assertEqual(upload["context"], {"default_invoice_id": self.invoice.id})
        self.assertEqual(guide.action_bonus()["res_model"], "supplier.credit.bonus")
        with self.assertRaises(AccessError):
            self.invoice.with_user(self.salesman).action_open_supplier_bonus()

    def test_credit_note_and_new_invoice_stays_closed(self):
        wizard = self.open_reversal(self.invoice)
        with self.assertRaisesRegex(RedirectWarning, "sent to Supplier"):
            wizard.modify_moves()

    def test_sale_whose_processing_failed_is_not_returned_yet(self):
        self.sale.with_user(self.manager).action_undo_processing()
        with self.assertRaisesRegex(UserError, "sent to Supplier"):
            self.begin_return()

    def test_processing_of_a_returned_sale_is_not_undone(self):
        self.make_return()
        with self.assertRaisesRegex(UserError, "has post-sales requests"):
            self.sale.with_user(self.manager).action_undo_processing()

    def test_other_credit_notes_are_none_of_it(self):
        invoice = self.create_other_invoice()
        note = self.begin_return(invoice=invoice)
        note.action_post()
        self.assertFalse(note.sudo().supplier_post_sale_id)
        self.assertEqual(invoice.payment_state, "reversed")


@tagged("post_install", "-at_install")
class TestPostSaleSetup(PostSaleCommon):
    def test_setting_up_makes_the_accounts_that_post_sales_need(self):
        chief = self._create_user("chief", "account.group_account_manager")
        self.agreement.write({"return_account_id": False, "post_sale_clearing_account_id": False})
        setups = self.env["supplier.credit.setup"].with_user(chief)
        with Form(setups) as form:
            form.card_name = "XPTO"
        made = form.record.action_set_up()
        agreement = self.env["supplier.credit.agreement"].browse(made["res_id"])
        self.assertEqual(agreement.return_account_id.account_type, "asset_receivable")
        self.assertNotEqual(agreement.return_account_id, agreement.receivable_account_id)
        self.assertTrue(agreement.post_sale_clearing_account_id.reconcile)
        for kind in ("return", "cancellation", "bonus"):
            title = agreement._get_post_sale_title(kind, "temporary", self.customer)
            self.assertEqual(title.account, agreement.return_account_id)

    def test_bonus_needs_no_account_for_returns(self):
        self.agreement.write({"return_account_id": False, "bonus_account_id": self.temporary.id})
        self.assertEqual(self.grant_bonus(10).temporary_move_id.state, "posted")
