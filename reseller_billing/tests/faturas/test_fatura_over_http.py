from odoo.tests import tagged

from ..common_http import HostileCommon


@tagged("post_install", "-at_install")
class TestFaturaOverHttp(HostileCommon):
    """Marks on invoices and payments are the addon's: not written, not created, not by default."""

    def marks(self):
        return {
            "charge_id": self.foreign_charge.id,
            "charge_state": "processing",
            "charge_problem": "x",
            "fatura_mailed_at": "2026-07-01 10:00:00",
            "panel_uncharged": True,
        }

    def invoice(self):
        return {
            "move_type": "out_invoice",
            "partner_id": self.client_partner.id,
            "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": 10.0, "tax_ids": False})],
        }

    def test_marks_are_not_written(self):
        before = self.fatura.read(list(self.marks()))
        for user in (self.accountant, self.accounting_manager):
            for name, value in self.marks().items():
                with self.subTest(user=user.login, field=name):
                    self.assert_refused(
                        user, "account.move", "write", self.fatura.ids, {name: value}
                    )
        self.assertEqual(self.fatura.read(list(self.marks())), before)

    def test_marks_are_not_created(self):
        for name, value in self.marks().items():
            with self.subTest(name):
                self.assert_refused(
                    self.accountant, "account.move", "create", [{**self.invoice(), name: value}]
                )

    def test_marks_are_no_defaults(self):
        context = {f"default_{name}": value for name, value in self.marks().items()}
        (made,) = self.call(
            self.accountant, "account.move", "create", [self.invoice()], context=context
        )
        move = self.env["account.move"].browse(made)
        for name in self.marks():
            self.assertFalse(move[name], name)
        self.call(self.accountant, "account.move", "unlink", [made])
        self.env["ir.default"].set("account.move", "charge_state", "processing")
        (made,) = self.call(self.accountant, "account.move", "create", [self.invoice()])
        self.assertFalse(self.env["account.move"].browse(made).charge_state)

    def test_marks_are_not_imported(self):
        answer = self.call(
            self.accountant,
            "account.move",
            "load",
            ["partner_id/.id", "move_type", "charge_state"],
            [[str(self.client_partner.id), "out_invoice", "processing"]],
        )
        self.assertFalse(answer["ids"])
        self.assertTrue(answer["messages"])

    def test_charge_of_another_company_is_not_read(self):
        message = self.assert_refused(
            self.accountant, "account.move", "read", self.foreign_fatura.ids, ["pix_payload"]
        )
        self.assertNotIn("pix-foreign", message)
        shown, error = self.call_as(
            self.accountant,
            "account.move",
            "onchange",
            [],
            {"charge_id": self.foreign_charge.id, "move_type": "out_invoice"},
            ["charge_id"],
            {"charge_id": {}, "pix_payload": {}, "charge_paid": {}},
        )
        for text in ("pix-foreign", "77"):
            self.assertNotIn(text, str(shown or error["message"]))

    def test_payment_belongs_to_the_charge_that_made_it(self):
        self.asaas.pay(self.charge.provider_reference)
        self.receive_event(self.fatura)
        payment = self.charge.payment_id
        self.assert_refused(
            self.accountant, "account.payment", "write", payment.ids, {"charge_id": False}
        )
        values = {"amount": 1.0, "partner_id": self.client_partner.id, "payment_type": "inbound"}
        self.assert_refused(
            self.accountant, "account.payment", "create", [{**values, "charge_id": self.charge.id}]
        )

    def test_fatura_stays_with_its_contract_and_value(self):
        for name, value in (
            ("billing_contract_id", False),
            ("billing_contract_id", self.foreign_contract.id),
            ("billing_amount", 1.0),
        ):
            message = self.assert_refused(
                self.accountant,
                "account.move",
                "write",
                self.fatura.ids,
                {name: value},
                kind="UserError",
            )
            self.assertNotIn(self.foreign_client.name, message)

    def test_charged_fatura_is_not_deleted_whatever_its_mark_says(self):
        self.env.cr.execute(
            "UPDATE account_move SET charge_state = NULL, state = 'draft', posted_before = FALSE,"
            " name = '/' WHERE id = %s",
            [self.fatura.id],
        )
        self.env.invalidate_all()
        self.assert_refused(
            self.accountant, "account.move", "unlink", self.fatura.ids, kind="UserError"
        )

    def test_status_route_takes_any_token(self):
        self.authenticate(None, None)
        for token in ({"a": 1}, [1], 5, True, "é", "x" * 5000, "\ud800", "a\x00b"):
            with self.subTest(token):
                answer = self.opener.post(
                    f"{self.base_url()}/my/faturas/{self.fatura.id}/charge",
                    json={"params": {"access_token": token}},
                )
                self.assertEqual((answer.status_code, answer.json().get("error")), (200, None))
                self.assertIsNone(answer.json().get("result"))
        answer = self.opener.post(f"{self.base_url()}/my/faturas/99999999999/charge", json={})
        self.assertEqual((answer.status_code, answer.json().get("error")), (200, None))

    def test_copy_takes_no_mark_from_its_original(self):
        marks = {"charge_id": self.charge.id, "charge_state": "awaiting"}
        self.assert_refused(self.accountant, "account.move", "copy", self.fatura.ids, marks)

    def test_posted_documents_become_no_faturas(self):
        """Of another kind, of another addon or long paid: they would be charged a second time."""
        (made,) = self.call(self.accountant, "account.move", "create", [self.invoice()])
        self.call(self.accountant, "account.move", "action_post", [made])
        entry = self.env["account.move"].create({"move_type": "entry"})
        values = {
            "billing_contract_id": self.contract.id,
            "reference_month": "07",
            "reference_year": "2026",
            "is_one_off_fatura": True,
        }
        for number in (made, entry.id):
            self.assert_refused(
                self.accountant, "account.move", "write", [number], values, kind="UserError"
            )
        self.assertFalse(self.env["account.move"].browse(made).billing_contract_id)

    def test_items_of_a_charged_fatura_stay(self):
        for line in self.fatura.line_ids:
            for name, value in (("balance", 1), ("price_unit", 1), ("partner_id", False)):
                with self.subTest(line=line.name, name=name):
                    self.assert_refused(
                        self.accountant,
                        "account.move.line",
                        "write",
                        line.ids,
                        {name: value},
                        kind="UserError",
                    )
        self.assert_refused(
            self.accountant,
            "account.move.line",
            "unlink",
            self.fatura.line_ids[0].ids,
            kind="UserError",
        )
        self.call(
            self.accountant,
            "account.move",
            "write",
            self.fatura.ids,
            {"invoice_date_due": "2026-08-20"},
        )

    def test_paid_fatura_is_neither_reset_nor_cancelled(self):
        self.asaas.pay(self.charge.provider_reference)
        self.receive_event(self.fatura)
        self.assertEqual(self.fatura.charge_state, "received")
        for method in ("button_draft", "button_cancel", "button_cancel_fatura"):
            with self.subTest(method):
                self.assert_refused(
                    self.accountant, "account.move", method, self.fatura.ids, kind="UserError"
                )
        self.assertEqual((self.fatura.state, self.fatura.payment_state), ("posted", "paid"))

    def test_receipt_of_a_charge_stays(self):
        self.asaas.pay(self.charge.provider_reference)
        self.receive_event(self.fatura)
        payment = self.charge.payment_id
        entry, amount = payment.move_id, payment.amount
        for values in ({"amount": 1}, {"date": "2026-01-01"}, {"state": "draft"}):
            with self.subTest(values=values):
                self.assert_refused(
                    self.accountant,
                    "account.payment",
                    "write",
                    payment.ids,
                    values,
                    kind="UserError",
                )
        for model, record, method in (
            ("account.payment", payment, "action_draft"),
            ("account.payment", payment, "action_cancel"),
            ("account.payment", payment, "unlink"),
            ("account.move", entry, "button_draft"),
            ("account.move", entry, "button_cancel"),
            ("account.move", entry, "unlink"),
        ):
            with self.subTest(model=model, method=method):
                self.assert_refused(self.accountant, model, method, record.ids, kind="UserError")
        items = self.fatura.line_ids.filtered("reconciled")
        self.assert_refused(
            self.accountant,
            "account.move.line",
            "remove_move_reconcile",
            items.ids,
            kind="UserError",
        )
        self.assertEqual((self.fatura.payment_state, payment.amount), ("paid", amount))

    def test_charge_follows_no_debt_that_a_user_says(self):
        amount = self.charge.amount
        write = ("account.move", "write", self.fatura.ids)
        forged = (
            {"amount_residual": 1.0},
            {"amount_residual": 5000.0},
            {"payment_state": "paid"},
            {"amount_total": 1.0},
        )
        for values in forged:
            with self.subTest(values):
                # The guard of another addon may be asked before this one's lock.
                kinds = ("UserError", "AccessError")
                self.assert_refused(self.accountant, *write, values, kind=kinds)
        self.env["account.move"]._queue_missed_changes()
        self.assertEqual((self.charge.amount, self.charge.charge_task), (amount, False))
        self.call(self.accountant, "account.move", "button_draft", self.fatura.ids)
        for values in forged:
            with self.subTest(values, state="draft"):
                self.assert_refused(self.accountant, *write, values)

    def pay(self):
        self.asaas.pay(self.charge.provider_reference)
        self.receive_event(self.fatura)
        return self.charge.payment_id

    def test_receipt_is_neither_opened_nor_changed_by_values(self):
        entry = self.pay().move_id
        before = entry.line_ids.read(["account_id", "partner_id", "balance", "date_maturity"])
        for state in ("draft", "cancel"):
            self.assert_refused(
                self.accountant,
                "account.move",
                "write",
                entry.ids,
                {"state": state},
                kind="UserError",
            )
        for values in (
            {"move_type": "out_invoice"},
            {"currency_id": self.env.ref("base.EUR").id},
            {"line_ids": [(1, entry.line_ids[0].id, {"debit": 1.0})]},
        ):
            with self.subTest(values):
                self.assert_refused(
                    self.accountant,
                    "account.move",
                    "write",
                    entry.ids,
                    values,
                    kind="UserError",
                    context={"skip_readonly_check": True},
                )
        for line in entry.line_ids:
            for values in (
                {"account_id": self.accounts["fee"].id},
                {"partner_id": self.own_client.id},
                {"currency_id": self.env.ref("base.EUR").id},
                {"date_maturity": "2031-01-01"},
                {"price_unit": 1},
                {"quantity": 7},
                {"display_type": "rounding"},
                {"debit": 7654},
            ):
                if line.account_id.id == values.get("account_id"):
                    continue
                with self.subTest(values, line=line.name):
                    self.assert_refused(
                        self.accountant,
                        "account.move.line",
                        "write",
                        line.ids,
                        values,
                        kind="UserError",
                    )
        self.assert_refused(
            self.accountant,
            "account.move.line",
            "unlink",
            entry.line_ids[:1].ids,
            kind="UserError",
        )
        after = entry.line_ids.read(["account_id", "partner_id", "balance", "date_maturity"])
        self.assertEqual((entry.state, after), ("posted", before))

    def test_paid_fatura_is_not_opened_by_values(self):
        self.pay()
        for values in ({"state": "draft"}, {"state": "cancel"}, {"move_type": "entry"}):
            with self.subTest(values):
                self.assert_refused(
                    self.accountant,
                    "account.move",
                    "write",
                    self.fatura.ids,
                    values,
                    kind="UserError",
                )
        self.assertEqual((self.fatura.state, self.fatura.payment_state), ("posted", "paid"))

    def test_charge_ends_with_its_fatura_whichever_way_that_is_cancelled(self):
        self.call(self.accountant, "account.move", "write", self.fatura.ids, {"state": "cancel"})
        self.assertEqual((self.fatura.state, self.charge.charge_task), ("cancel", "delete"))

    def test_charged_fatura_becomes_nothing_else(self):
        kind = ("account.move", "write", self.fatura.ids, {"move_type": "entry"})
        self.assert_refused(self.accountant, *kind, kind="UserError")
        self.call(self.accountant, "account.move", "button_draft", self.fatura.ids)
        self.assert_refused(self.accountant, *kind, kind="UserError")

    def test_issued_fatura_keeps_its_reference_month(self):
        for values in (
            {"reference_month": "08"},
            {"reference_year": "2027"},
            {"is_one_off_fatura": True},
        ):
            with self.subTest(values):
                self.assert_refused(
                    self.accountant,
                    "account.move",
                    "write",
                    self.fatura.ids,
                    values,
                    kind="UserError",
                )

    def test_only_faturas_are_mailed_as_such(self):
        (made,) = self.call(self.accountant, "account.move", "create", [self.invoice()])
        mails = self.env["mail.mail"].search_count([])
        self.assert_refused(
            self.accountant, "account.move", "action_mail_fatura", [made], kind="UserError"
        )
        self.call(self.accountant, "account.move", "action_post", [made])
        self.assert_refused(
            self.accountant, "account.move", "action_mail_fatura", [made], kind="UserError"
        )
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_receipts_settle_no_more_than_they_have(self):
        entry = self.pay().move_id
        credit = entry.line_ids.filtered("reconciled")
        (made,) = self.call(self.accountant, "account.move", "create", [self.invoice()])
        self.call(self.accountant, "account.move", "action_post", [made])
        plain = self.env["account.move"].browse(made)
        debit = plain.line_ids.filtered(lambda line: line.account_id == credit.account_id)
        values = {
            "debit_move_id": debit.id,
            "credit_move_id": credit.id,
            "amount": 10,
            "debit_amount_currency": 10,
            "credit_amount_currency": 10,
        }
        self.assert_refused(
            self.accountant, "account.partial.reconcile", "create", [values], kind="UserError"
        )
        self.assertEqual(plain.payment_state, "not_paid")

    def test_host_computes_totals_as_the_user_who_edits_taxes(self):
        """It calls the computation itself then, as `_inverse_tax_totals` does."""
        bill = self.init_invoice("in_invoice", partner=self.partner_a, amounts=[100.0])
        total = bill.amount_total
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET amount_total = 7 WHERE id = %s", bill.ids)
        self.env.invalidate_all()
        bill.with_user(self.accountant)._compute_amount()
        self.assertEqual(bill.amount_total, total)
