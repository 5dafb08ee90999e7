from datetime import date

from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SupplierCreditCommon
from .common_nfe import make_cancellation


class InvoiceLockCommon(SupplierCreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user(
            "manager", "supplier_credit.supplier_credit_group_manager,account.group_account_invoice"
        )

    def setUp(self):
        super().setUp()
        self.order = self.create_order()
        self.reserve(self.order)
        self.invoice = self.create_invoice(self.order)

    def register(self, state="APROVADA", **values):
        answer = self.transaction_answer(state, **values)
        self.supplier.on("POST", "/transacoes$", answer, 201)
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.deliver()
        return self.invoice.sudo().supplier_transaction_ids


@tagged("post_install", "-at_install")
class TestInvoiceLines(InvoiceLockCommon):
    """Items are neither added nor removed (seed 001, "Faturamento", 1); the order is the place."""

    def setUp(self):
        super().setUp()
        self.line = self.invoice.invoice_line_ids

    def _assert_refused(self, values, reason, invoice=None):
        before = self.invoice.read(["amount_total", "invoice_line_ids"])
        with self.assertRaisesRegex(UserError, reason), self.cr.savepoint():
            (invoice or self.invoice).write(values)
        self.env.invalidate_all()
        self.assertEqual(self.invoice.read(["amount_total", "invoice_line_ids"]), before)

    def test_item_cannot_be_added(self):
        added = Command.create({"product_id": self.product.id, "quantity": 1, "price_unit": 5})
        self._assert_refused({"invoice_line_ids": [added]}, "does not stand on the order")

    def test_item_cannot_be_added_with_the_orders_line_behind_it(self):
        link = Command.set(self.order.order_line.ids)
        added = Command.create(
            {"product_id": self.product.id, "quantity": 1, "price_unit": 610.37, "tax_ids": []}
            | {"sale_line_ids": [link]}
        )
        self._assert_refused({"invoice_line_ids": [added]}, "more than the order has")

    def test_item_cannot_be_removed_though_a_section_can(self):
        note = Command.create({"display_type": "line_note", "name": "Obrigado"})
        self.invoice.write({"invoice_line_ids": [note]})
        self._assert_refused(
            {"invoice_line_ids": [Command.delete(self.line.id)]}, "would be missing"
        )
        (self.invoice.invoice_line_ids - self.line).unlink()
        self.assertEqual(self.invoice.invoice_line_ids, self.line)

    def test_price_discount_taxes_and_product_stay(self):
        tax = self.company_data["default_tax_sale"]
        other = self.product.copy()
        for values, reason in (
            ({"price_unit": 600}, "another price"),
            ({"discount": 1}, "another price, discount"),
            ({"tax_ids": [Command.set(tax.ids)]}, "discount or taxes"),
            ({"product_id": other.id, "price_unit": 610.37, "tax_ids": []}, "another product"),
        ):
            with self.subTest(values=values):
                command = Command.update(self.line.id, values)
                self._assert_refused({"invoice_line_ids": [command]}, reason)

    def test_quantity_is_lowered_but_neither_raised_nor_zero(self):
        order = self.create_order(
            order_line=[
                Command.create(
                    {"product_id": self.product.id, "product_uom_qty": 10, "price_unit": 61}
                    | {"tax_ids": [Command.clear()]}
                )
            ]
        )
        self.reserve(order, code="PA-2", amount="610.00")
        invoice = self.create_invoice(order)
        line = invoice.invoice_line_ids
        for quantity in (11, 0, -1):
            with (
                self.subTest(quantity=quantity),
                self.assertRaisesRegex(UserError, "more than the order has to be invoiced, or 0"),
                self.cr.savepoint(),
            ):
                line.quantity = quantity
        line.quantity = 4
        self.assertEqual(invoice.amount_total, 244)
        invoice.action_post()
        rest = order.with_user(self.accountant)._create_invoices()
        self.assertEqual(rest.invoice_line_ids.quantity, 6)
        with self.assertRaisesRegex(UserError, "more than the order"), self.cr.savepoint():
            rest.invoice_line_ids.quantity = 7

    def test_no_context_opens_the_lock(self):
        for context in (
            {"dynamic_unlink": True},
            {"skip_invoice_sync": True},
            {"check_move_validity": False},
            {"force_delete": True},
        ):
            with (
                self.subTest(context=context),
                self.assertRaises(UserError),
                self.cr.savepoint(),
            ):
                self.line.with_context(**context).unlink()

    def test_the_form_refuses_like_the_server(self):
        with (
            self.assertRaisesRegex(UserError, "another price"),
            Form(self.invoice) as form,
            form.invoice_line_ids.edit(0) as line,
        ):
            line.price_unit = 1

    def test_invoice_cannot_be_moved_to_another_order(self):
        other = self.create_order()
        for value in (other.id, False):
            with self.assertRaisesRegex(UserError, "order of invoice"), self.cr.savepoint():
                self.invoice.with_user(self.accountant).write({"supplier_order_id": value})

    def test_draft_is_deleted_as_a_whole(self):
        self.invoice.unlink()
        again = self.order.with_user(self.accountant)._create_invoices()
        self.assertEqual(again.amount_total, 610.37)

    def test_change_on_the_order_makes_the_draft_stale(self):
        self.order.action_unlock()
        self.order.order_line.price_unit = 500
        with self.assertRaisesRegex(UserError, "differs from order"):
            self.invoice.action_post()

    def test_other_customer_or_bearer_is_not_posted(self):
        cases = {
            "the customer": {"partner_id": self.customer.copy({"name": "Outro"}).id},
            "the bearer": {"preferred_payment_method_line_id": False},
        }
        for reason, values in cases.items():
            with self.subTest(reason=reason), self.cr.savepoint() as savepoint:
                self.invoice.write(values)
                with self.assertRaisesRegex(UserError, reason):
                    self.invoice.action_post()
                savepoint.close(rollback=True)

    def test_lines_of_other_invoices_are_free(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "preferred_payment_method_line_id": self.bearer.id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.product.id, "price_unit": 9})
                ],
            }
        )
        invoice.invoice_line_ids.price_unit = 10
        invoice.write(
            {"invoice_line_ids": [Command.create({"product_id": self.product.id, "quantity": 2})]}
        )
        self.assertEqual(len(invoice.invoice_line_ids), 2)


@tagged("post_install", "-at_install")
class TestPostingRules(InvoiceLockCommon):
    def _create_standalone(self, **values):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-11-22",
                "l10n_latam_document_number": "900",
                "preferred_payment_method_line_id": self.bearer.id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.product.id, "tax_ids": [Command.clear()]})
                ],
                **values,
            }
        )

    def test_invoice_that_draws_on_two_orders_is_not_posted(self):
        second = self.create_order()
        self.reserve(second, code="PA-2")
        second.action_confirm()
        invoice = self._create_standalone()
        invoice.invoice_line_ids.sale_line_ids = self.order.order_line | second.order_line
        with self.assertRaisesRegex(UserError, "draws on more than one order"):
            invoice.action_post()

    def test_invoice_of_an_order_put_on_credit_later_is_made_again(self):
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        invoice = self.create_invoice(order)
        order.preferred_payment_method_line_id = self.bearer
        invoice.preferred_payment_method_line_id = self.bearer
        with self.assertRaisesRegex(UserError, "delete it and create it again"):
            invoice.action_post()

    def test_other_currency_is_refused_before_anything_is_posted(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "rate": 0.2, "company_id": self.company.id}
        )
        invoice = self._create_standalone(currency_id=dollar.id)
        with self.assertRaisesRegex(UserError, "not the Brazilian real"):
            invoice.action_post()
        self.assertEqual(invoice.state, "draft")

    def test_debit_note_is_charged_otherwise(self):
        kind = self.env["l10n_latam.document.type"].create(
            {
                "name": "Nota de débito",
                "code": "55",
                "internal_type": "debit_note",
                "country_id": self.env.ref("base.br").id,
                "doc_code_prefix": "ND",
            }
        )
        invoice = self._create_standalone(l10n_latam_document_type_id=kind.id)
        with self.assertRaisesRegex(UserError, "debit note"):
            invoice.action_post()

    def test_several_orders_are_told_to_be_invoiced_one_by_one(self):
        second = self.create_order()
        orders = self.order | second
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_user(self.accountant)
            .with_context(active_model="sale.order", active_ids=orders.ids)
            .create({})
        )
        self.assertEqual(wizard.supplier_order_names, f"{self.order.name}, {second.name}")
        single = wizard.with_context(active_ids=second.ids).create({})
        self.assertFalse(single.supplier_order_names)


@tagged("post_install", "-at_install")
class TestRegisteredInvoice(InvoiceLockCommon):
    """Supplier neither cancels nor changes a registered sale. Seed 002, first paragraph."""

    def _try_doors(self, invoice):
        """Every door that would change or settle the invoice, as an accountant."""
        reversal = self.env["account.move.reversal"].with_user(self.accountant)
        reversal = reversal.with_context(active_model="account.move", active_ids=invoice.ids)
        values = {"journal_id": invoice.journal_id.id, "reason": "x"}
        return {
            "reset": invoice.button_draft,
            "cancel": invoice.button_cancel,
            "write draft": lambda: invoice.write({"state": "draft"}),
            "write cancel": lambda: invoice.write({"state": "cancel"}),
            "delete": invoice.unlink,
            "bearer": lambda: invoice.write({"preferred_payment_method_line_id": False}),
            "credit note": lambda: reversal.create(values).refund_moves(),
            "credit and new": lambda: reversal.create(values).modify_moves(),
        }

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

    def setUp(self):
        super().setUp()
        self.bank = self.company_data["default_journal_bank"]

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
        with self.assertRaisesRegex(ValidationError, "nothing to pay here"), self.cr.savepoint():
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


@tagged("post_install", "-at_install")
class TestUndoProcessing(InvoiceLockCommon):
    """Entries of the approval are taken back in reverse order; balances are as they were."""

    def _get_balances(self):
        self.env.flush_all()
        lines = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")]
        )
        balances = {}
        for line in lines:
            key = (line.account_id, line.partner_id)
            balance, residual = balances.get(key, (0, 0))
            balances[key] = (
                round(balance + line.balance, 2),
                round(residual + line.amount_residual, 2),
            )
        return {key: value for key, value in balances.items() if any(value)}

    def test_undone_processing_leaves_the_balances_of_before(self):
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        before = self._get_balances()
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.deliver()
        transaction = self.invoice.sudo().supplier_transaction_ids
        entry = transaction.move_id
        self.assertNotEqual(self._get_balances(), before)
        transaction.with_user(self.manager).action_undo_processing()
        self.assertEqual(self._get_balances(), before)
        self.assertEqual(self.invoice.payment_state, "not_paid")
        self.assertEqual(
            (transaction.state, transaction.processing_state), ("approved", "to_process")
        )
        self.assertEqual(len(transaction.entry_ids), 2, "both stay reachable")
        self.assertIn(entry, transaction.entry_ids)
        with self.assertRaisesRegex(UserError, "nothing to undo"):
            transaction.with_user(self.manager).action_undo_processing()
        transaction.with_user(self.manager).action_process()
        self.assertEqual(transaction.processing_state, "done")
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_only_a_manager_undoes(self):
        transaction = self.register()
        for user in (self.accountant, self.salesman):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                transaction.with_user(user).action_undo_processing()

    def test_settled_transfer_is_not_undone(self):
        transaction = self.register()
        owed = transaction.installment_ids[0].receivable_line_id
        bank = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "line_ids": [
                    Command.create({"account_id": owed.account_id.id, "credit": owed.debit}),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_expense"].id,
                            "debit": owed.debit,
                        }
                    ),
                ],
            }
        )
        bank.action_post()
        (owed | bank.line_ids.filtered("credit")).reconcile()
        with self.assertRaisesRegex(UserError, "Undo the settlement first"):
            transaction.with_user(self.manager).action_undo_processing()

    def test_entries_leave_a_locked_period_alone(self):
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.company.hard_lock_date = "2026-11-30"
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.deliver()
        transaction = self.invoice.sudo().supplier_transaction_ids
        self.assertEqual((transaction.state, transaction.processing_state), ("approved", "done"))
        self.assertGreater(transaction.move_id.date, date(2026, 11, 30))
        transaction.with_user(self.manager).action_undo_processing()
        self.assertTrue(
            all(entry.date > date(2026, 11, 30) for entry in transaction.entry_ids),
            transaction.entry_ids.mapped("date"),
        )


@tagged("post_install", "-at_install")
class TestRounding(InvoiceLockCommon):
    """Cents of rounding go to 7.3; more than that posts nothing."""

    def _answer(self, cents):
        answer = self.transaction_answer()
        first = answer["calendario"][0]
        first["valorParcela"] = f"{203.43 + cents / 100:.2f}"
        first["valorRepasse"] = f"{198.34 + cents / 100:.2f}"
        return answer

    def _register_with(self, cents):
        self.supplier.on("POST", "/transacoes$", self._answer(cents), 201)
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.deliver()
        return self.invoice.sudo().supplier_transaction_ids

    def test_cents_within_rounding_go_to_the_difference_account(self):
        account = self.company_data["default_account_expense"].copy()
        self.agreement.difference_account_id = account
        for cents in (-3, 2):
            with self.subTest(cents=cents), self.cr.savepoint() as savepoint:
                transaction = self._register_with(cents)
                self.assertEqual(transaction.processing_state, "done")
                lines = transaction.move_id.line_ids
                rest = lines.filtered(lambda line: line.account_id == account)
                self.assertAlmostEqual(rest.balance, -cents / 100, 2)
                self.assertEqual(self.invoice.amount_residual, 0)
                savepoint.close(rollback=True)

    def test_without_difference_account_the_way_out_is_named(self):
        transaction = self._register_with(1)
        self.assertEqual((transaction.state, transaction.processing_state), ("approved", "error"))
        self.assertIn("Enter one under 7.3", transaction.error)
        self.agreement.difference_account_id = self.company_data["default_account_expense"]
        transaction.with_user(self.manager).action_process()
        self.assertEqual((transaction.processing_state, transaction.error), ("done", False))

    def test_more_than_rounding_posts_nothing(self):
        self.agreement.difference_account_id = self.company_data["default_account_expense"]
        transaction = self._register_with(4)
        self.assertEqual((transaction.state, transaction.processing_state), ("error", "none"))
        self.assertFalse(transaction.entry_ids)
        self.assertEqual(self.invoice.amount_residual, 610.37)
