from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..nfe.common import make_cancellation
from .common import InvoiceLockCommon


@tagged("post_install", "-at_install")
class TestRegisteredInvoice(InvoiceLockCommon):
    """Supplier neither cancels nor changes a registered sale. Seed 002, first paragraph."""

    def _try_doors(self, invoice):
        """Every method that would change or settle the invoice, called as an accountant."""
        reversal = self.env["account.move.reversal"].with_user(self.accountant)
        reversal = reversal.with_context(active_model="account.move", active_ids=invoice.ids)
        values = {"journal_id": invoice.journal_id.id, "reason": "x"}
        theirs = invoice.with_user(self.accountant)
        other_term = self.env.ref("account.account_payment_term_45days")
        return {
            "reset": invoice.button_draft,
            "cancel": invoice.button_cancel,
            "write draft": lambda: invoice.write({"state": "draft"}),
            "write cancel": lambda: invoice.write({"state": "cancel"}),
            "delete": invoice.unlink,
            "rename": lambda: theirs.write({"name": "OUTRA/0001"}),
            "due date": lambda: theirs.write({"invoice_date_due": "2031-01-01"}),
            "terms": lambda: theirs.write({"invoice_payment_term_id": other_term.id}),
            "resequence": lambda: self._resequence(invoice),
            "bearer": lambda: invoice.write({"preferred_payment_method_line_id": False}),
            "credit note": lambda: reversal.create(values).refund_moves(),
            "credit and new": lambda: reversal.create(values).modify_moves(),
        }

    def _resequence(self, invoice):
        """Renumber an invoice by the host's wizard, as those do who may."""
        adviser = self._create_user("adviser", "account.group_account_manager")
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        wizard = self.env["account.resequence.wizard"].with_user(adviser)
        wizard.with_context(**context).create({"first_name": "OUTRA/0009"}).resequence()

    def test_every_door_is_closed_once_it_was_sent(self):
        for state in ("EM_ANALISE", "APROVADA"):
            with self.subTest(state=state), self.cr.savepoint() as savepoint:
                transaction = self.register(state)
                self.env.flush_all()
                before = self.invoice.read()
                doors = self._try_doors(self.invoice)
                refusal = UserError
                if state == "APROVADA":
                    # It is returned that way, and the other doors lead there.
                    del doors["credit note"]
                    refusal = RedirectWarning
                for name, door in doors.items():
                    with (
                        self.subTest(door=name),
                        self.assertRaisesRegex(refusal, "sent to Supplier"),
                        self.cr.savepoint(),
                    ):
                        door()
                    self.env.invalidate_all()
                self.assertEqual(self.invoice.read(), before)
                self.assertEqual(
                    transaction.state, (state == "APROVADA" and "approved") or "in_analysis"
                )
                savepoint.close(rollback=True)

    def test_what_has_not_left_is_withdrawn_and_sent_again_when_posted_again(self):
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        transaction = self.invoice.sudo().supplier_transaction_ids
        (message,) = self.messages(transaction)
        self.invoice.button_draft()
        self.assertEqual((transaction.state, message.state), ("to_send", "withdrawn"))
        self.deliver()
        self.assertFalse(self.supplier.calls("POST", "/transacoes$"))
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.invoice.action_post()
        self.deliver()
        self.assertEqual(len(self.supplier.calls("POST", "/transacoes$")), 1)
        self.assertEqual(transaction.state, "approved")

    def test_withdrawn_invoice_is_cancelled_but_not_deleted(self):
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.invoice.button_draft()
        with self.assertRaisesRegex(UserError, "Cancel the invoice instead"), self.cr.savepoint():
            self.invoice.unlink()
        self.invoice.button_cancel()
        self.assertEqual(self.invoice.state, "cancel")

    def test_what_may_have_arrived_is_not_withdrawn(self):
        self.supplier.on("POST", "/transacoes$", "down", 503)
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.deliver()
        with self.assertRaisesRegex(UserError, "sent to Supplier"):
            self.invoice.button_draft()

    def test_nfe_cancelled_before_it_left_is_not_sent(self):
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        transaction = self.invoice.sudo().supplier_transaction_ids
        self.invoice._attach_nfe(make_cancellation(self.invoice.supplier_nfe_key))
        self.deliver()
        self.assertFalse(self.supplier.calls("POST", "/transacoes$"))
        self.assertEqual(transaction.state, "rejected")
        self.assertIn("cancelled at SEFAZ", transaction.error)
        with self.assertRaisesRegex(UserError, "cancelled at SEFAZ"):
            self.invoice.action_send_supplier_transaction()

    def test_nfe_that_sefaz_refused_needs_attention(self):
        self.invoice.sudo().write({"supplier_sefaz_state": "denied"})
        self.env.flush_all()
        attention = self.env["supplier.credit.attention"].sudo()
        found = attention.search([("res_model", "=", "account.move")])
        self.assertEqual(found.mapped("res_id"), self.invoice.ids)
        self.assertEqual(found.agreement_id, self.agreement)
        self.assertEqual(found.action_open_record()["res_id"], self.invoice.id)

    def test_rejected_invoice_is_free(self):
        transaction = self.register("REJEITADA", motivo="CNPJ")
        self.assertEqual(transaction.state, "rejected")
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self.assertEqual(self.invoice.state, "cancel")
        self.env.flush_all()
        attention = self.env["supplier.credit.attention"].sudo()
        self.assertFalse(
            attention.search([("res_id", "=", transaction.id), ("kind", "=", "transaction")])
        )


@tagged("post_install", "-at_install")
class TestSettledBySupplierOnly(InvoiceLockCommon):
    """Between posting and approval neither payments nor credit notes settle the receivable."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.company_data["default_journal_bank"]

    def _pay(self, invoice):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move.line",
            active_ids=invoice.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            ).ids,
        )
        values = {"journal_id": self.bank.id, "amount": invoice.amount_residual}
        return wizard.create(values)._create_payments()

    def _create_credit(self):
        payment = self.env["account.payment"].create(
            {
                "amount": 100,
                "payment_type": "inbound",
                "partner_id": self.customer.id,
                "journal_id": self.bank.id,
                "destination_account_id": self.company_data["default_account_receivable"].id,
            }
        )
        payment.action_post()
        return payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self.company_data["default_account_receivable"]
        )

    def test_posted_invoice_takes_no_payment_through_any_door(self):
        self.invoice.action_post()
        outstanding = self._create_credit()
        payments = self.env["account.payment"].search_count([])
        receivable = self.invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        doors = {
            "button": self.invoice.action_register_payment,
            "items": receivable.action_register_payment,
            "wizard": lambda: self._pay(self.invoice),
            "outstanding credit": lambda: self.invoice.js_assign_outstanding_line(outstanding.id),
            "reconcile": (receivable[0] | outstanding).reconcile,
            "credit note": self.invoice._reverse_moves,
        }
        for name, door in doors.items():
            with (
                self.subTest(door=name),
                self.assertRaisesRegex(UserError, "Supplier charges the customer"),
                self.cr.savepoint(),
            ):
                door()
        self.assertEqual(self.invoice.amount_residual, 610.37)
        self.assertEqual(self.env["account.payment"].search_count([]), payments)

    def test_invoice_is_not_paid_online(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "account_payment.enable_portal_payment", True
        )
        self.invoice.action_post()
        self.assertFalse(self.invoice._has_to_be_paid())
        self.invoice.preferred_payment_method_line_id = False
        self.order.preferred_payment_method_line_id = False
        self.assertTrue(self.invoice._has_to_be_paid())

    def _begin_online_payment(self, invoice):
        provider = self.env["payment.provider"].create({"name": "Online", "state": "test"})
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "amount": 610.37,
                "currency_id": invoice.currency_id.id,
                "partner_id": self.customer.id,
                "operation": "online_redirect",
                "reference": "online",
                "invoice_ids": [Command.set(invoice.ids)],
            }
        )

    def test_no_online_payment_of_it_is_begun(self):
        self.invoice.action_post()
        with self.assertRaisesRegex(ValidationError, "takes no payment link"), self.cr.savepoint():
            self._begin_online_payment(self.invoice)

    def test_money_that_arrives_online_later_is_kept_as_credit_of_the_customer(self):
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        invoice = self.create_invoice(order)
        invoice.action_post()
        online = self._begin_online_payment(invoice)
        invoice.preferred_payment_method_line_id = self.bearer
        payment = online._create_payment(
            journal_id=self.bank.id,
            payment_method_line_id=self.bank.inbound_payment_method_line_ids[0].id,
        )
        self.assertEqual(payment.state, "in_process")
        self.assertEqual(invoice.amount_residual, 610.37)
        self.assertFalse(online.invoice_ids)
        self.assertIn("arrived online", invoice.message_ids[0].body)

    def test_settling_by_supplier_is_not_unreconciled(self):
        transaction = self.register()
        receivable = self.invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        with (
            self.assertRaisesRegex(UserError, "was made by Supplier's approval"),
            self.cr.savepoint(),
        ):
            receivable.remove_move_reconcile()
        with (
            self.assertRaisesRegex(UserError, "was made by Supplier's approval"),
            self.cr.savepoint(),
        ):
            transaction.move_id._reverse_moves(cancel=True)
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_invoice_no_longer_suppliers_is_paid(self):
        self.register("REJEITADA", motivo="CNPJ")
        self.invoice.preferred_payment_method_line_id = False
        self._pay(self.invoice)
        self.assertIn(self.invoice.payment_state, ("paid", "in_payment"))
