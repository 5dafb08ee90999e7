from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..nfe.common import make_cancellation, make_nfe
from .common import PostSaleCommon


@tagged("post_install", "-at_install")
class TestPostSaleCancellation(PostSaleCommon):
    """A cancellation at SEFAZ requests that of the sale by itself. Seed 002, steps 1 to 4."""

    def cancel(self):
        self.upload(make_cancellation(self.sale.nfe_key), self.invoice, cancel=True)
        return self.sale.post_sale_ids

    def test_mirror_entry_is_posted_and_the_request_sent(self):
        self.on_request("0.00", "610.37")
        revenue = self.invoice.invoice_line_ids.account_id
        request = self.cancel()
        entry = request.temporary_move_id
        self.assertEqual((entry.move_type, entry.state), ("entry", "posted"))
        self.assertEqual(self.invoice.state, "posted")
        self.assertEqual(self.balance(revenue), 0)
        self.assert_cleared(temporary=610.37)
        self.deliver()
        (call,) = self.supplier.calls("POST", "/pos-vendas$")
        self.assertEqual(call["json"]["tipo"], "CANCELAMENTO")
        self.assertEqual(call["json"]["valor"], "610.37")
        self.assertEqual(
            call["json"]["documento"],
            {"chaveNFe": self.sale.nfe_key, "numero": "47605", "data": "2026-11-22"},
        )
        self.assertEqual((request.state, request.processing_state), ("approved", "done"))
        self.assert_cleared()
        self.assertEqual(self.offered(self.create_other_invoice()).balance, -610.37)

    def test_whatever_source_says_so_and_only_once(self):
        for _time in range(2):
            self.invoice.sudo()._show_sefaz_state("cancelled")
            self.invoice.sudo()._show_sefaz_state("authorised")
        self.assertEqual(self.sale.post_sale_ids.mapped("kind"), ["cancellation"])

    def test_rest_of_a_partly_approved_one_is_asked_for_again(self):
        self.on_request("200.00", "100.00", "APROVADA_PARCIAL")
        request = self.cancel()
        self.deliver()
        self.assert_cleared(temporary=310.37)
        self.on_request("0.00", "310.37", codigoSolicitacao="PV-2")
        self.decide(request, "resend")
        self.deliver()
        (_first, second) = self.supplier.calls("POST", "/pos-vendas$")
        self.assertEqual(
            (second["json"]["tipo"], second["json"]["valor"]), ("CANCELAMENTO", "310.37")
        )
        child = request.child_ids
        self.assertEqual((child.state, child.processing_state), ("approved", "done"), child.error)
        self.assert_cleared()

    def test_taxes_are_taken_back_with_the_revenue(self):
        tax = self.company_data["default_tax_sale"]
        tax.price_include_override = "tax_included"
        order = self.create_order(
            order_line=[
                Command.create(
                    {"product_id": self.product.id, "product_uom_qty": 1, "price_unit": 610.37}
                    | {"tax_ids": [Command.set(tax.ids)]}
                )
            ]
        )
        self.reserve(order, code="PA-2")
        self.supplier.on(
            "POST", "/transacoes$", self.transaction_answer(codigoTransacao="TR-2"), 201
        )
        self.invoice = self.create_invoice(order)
        self.assertTrue(self.invoice.amount_tax)
        self.invoice.action_post()
        self.upload(self.sale_nfe(self.invoice), self.invoice)
        self.deliver()
        self.sale = self.invoice.sudo().supplier_transaction_ids
        self.assertEqual(self.sale.processing_state, "done", self.sale.error)
        entry = self.cancel().temporary_move_id

        def booked(move):
            lines = move.line_ids.filtered(
                lambda line: line.display_type != "payment_term" and not line.is_supplier_temporary
            )
            return sorted(
                (
                    line.account_id.id,
                    line.tax_line_id.id,
                    line.tax_ids.ids,
                    sorted(line.tax_tag_ids.ids),
                    line.balance if move == self.invoice else -line.balance,
                    line.tax_base_amount,
                )
                for line in lines
            )

        self.assertEqual(booked(entry), booked(self.invoice))
        self.assertTrue(entry.line_ids.tax_line_id)

    def sale_nfe(self, invoice):
        return make_nfe(number=invoice._get_nfe_number())

    def test_cancelled_in_analysis_follows_with_the_approval(self):
        order = self.create_order()
        self.reserve(order, code="PA-2")
        self.supplier.on(
            "POST",
            "/transacoes$",
            self.transaction_answer("EM_ANALISE", codigoTransacao="TR-2"),
            201,
        )
        self.invoice = self.create_invoice(order)
        self.invoice.action_post()
        self.upload(self.sale_nfe(self.invoice), self.invoice)
        self.deliver()
        self.sale = self.invoice.sudo().supplier_transaction_ids
        self.assertEqual(self.sale.state, "in_analysis")
        self.assertFalse(self.cancel())
        answer = self.transaction_answer(codigoTransacao="TR-2")
        self.supplier.on("GET", "/transacoes/TR-2$", answer)
        self.on_request(state="EM_ANALISE", supplier="0.00", direct="0.00")
        self.sale.with_user(self.accountant).action_query()
        self.deliver()
        self.assertEqual(self.sale.processing_state, "done")
        self.assertEqual(self.sale.post_sale_ids.kind, "cancellation")

    def test_problem_is_shown_and_the_state_of_sefaz_kept(self):
        self.agreement.return_account_id = False
        request = self.cancel()
        self.assertEqual(self.invoice.supplier_sefaz_state, "cancelled")
        self.assertEqual(request.state, "draft")
        self.assertIn("Make Accounts", request.error)
        self.assertFalse(request.temporary_move_id)
        self.agreement.cancellation_account_id = self.temporary
        self.on_request("0.00", "610.37")
        request.with_user(self.accountant).action_resend()
        self.deliver()
        self.assertEqual((request.processing_state, request.error), ("done", False))

    def test_after_a_bonus_it_is_explained_on_the_sale(self):
        self.make_bonus(10, "0.00", "10.00")
        self.assertFalse(self.cancel().filtered(lambda made: made.kind == "cancellation"))
        self.assertIn("only", self.sale.error)
        self.assertIn("600.37", self.sale.error)

    def test_cancelled_sale_is_neither_returned_nor_withdrawn(self):
        self.on_request("0.00", "0.00", state="REPROVADA", motivo="Prazo")
        request = self.cancel()
        self.deliver()
        with self.assertRaisesRegex(UserError, "cancelled at SEFAZ"):
            self.begin_return()
        with self.assertRaisesRegex(UserError, "no sale to go back to"):
            self.decide(request, "withdraw")
        self.decide(request, "direct")
        self.assertEqual((request.state, request.processing_state), ("refused", "done"))
        self.assert_cleared()
