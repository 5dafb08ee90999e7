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
