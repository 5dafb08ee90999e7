from odoo.tests import tagged

from ..common_http import HostileCommon

# What a charge says to its client, and what is done with it at the provider: field and a value.
CHARGE_VALUES = {
    "charge_task": "refund",
    "charge_refund_wanted": 100.0,
    "charge_ticket": "x",
    "charge_next_attempt": "2026-01-01",
    "charge_lease_until": "2030-01-01",
    "charge_attempts": 7,
    "charge_asked": False,
    "charge_asked_at": "2026-01-01",
    "charge_state": "received",
    "charge_kind": "pix",
    "charge_raw_state": "RECEIVED",
    "charge_number": "1",
    "charge_due_date": "2030-01-01",
    "charge_url": "https://evil.example.com",
    "slip_url": "https://evil.example.com",
    "slip_line": "34191",
    "slip_bar_code": "34191",
    "slip_our_number": "1",
    "pix_payload": "pix of somebody else",
    "pix_image": "aW1hZ2U=",
    "slip_pdf": "JVBERi0xLjQ=",
    "charge_paid": 1.0,
    "charge_fee": 1.0,
    "charge_interest": 1.0,
    "charge_fine": 1.0,
    "charge_discount": 1.0,
    "charge_paid_date": "2026-01-01",
    "charge_credit_date": "2026-01-01",
    "charge_refunded": 1.0,
    "charge_refund_user_id": 1,
    "fatura_id": False,
    "charge_payment_ids": [(0, 0, {"amount": 1.0})],
    # The host's, of which the provider has the same.
    "provider_reference": "pay_other",
    "amount": 1.0,
    "state": "done",
    "reference": "x",
    "is_post_processed": True,
}


@tagged("post_install", "-at_install")
class TestChargeOverHttp(HostileCommon):
    """Charges say what the provider says; only managers give money back."""

    def test_nobody_writes_what_the_provider_says(self):
        names = list(CHARGE_VALUES)
        before = self.charge.read(names)
        for user in (self.accountant, self.accounting_manager):
            for name, value in CHARGE_VALUES.items():
                with self.subTest(user=user.login, field=name):
                    self.assert_refused(
                        user, "payment.transaction", "write", self.charge.ids, {name: value}
                    )
        self.assertEqual(self.charge.read(names), before)
        self.authenticate(None, None)
        page = self.url_open(self.fatura.get_portal_url()).text
        self.assertIn(self.charge.pix_payload, page)
        self.assertNotIn("evil.example.com", page)

    def test_nobody_makes_charges(self):
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.charge.payment_method_id.id,
            "reference": "forged",
            "amount": 5.0,
            "currency_id": self.charge.currency_id.id,
            "partner_id": self.client_partner.id,
        }
        marks = {"charge_state": "received", "charge_task": "refund", "charge_paid": 5.0}
        for user in (self.accountant, self.accounting_manager):
            self.assert_refused(user, "payment.transaction", "create", [{**values, **marks}])
        # The host makes transactions as superuser, with the context of the caller.
        context = {f"default_{name}": value for name, value in marks.items()}
        made = self.env["payment.transaction"].sudo().with_context(**context).create(values)
        self.assertEqual((made.charge_state, made.charge_task), (False, False))

    def test_transaction_of_somebody_else_takes_no_event_of_a_charge(self):
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.charge.payment_method_id.id,
            "reference": "forged",
            "provider_reference": self.charge.provider_reference,
            "amount": 5.0,
            "currency_id": self.charge.currency_id.id,
            "partner_id": self.client_partner.id,
        }
        self.env["payment.transaction"].sudo().create(values)
        self.asaas.pay(self.charge.provider_reference)
        self.receive_event(self.fatura)
        self.assertEqual(self.charge.charge_state, "received")

    def pay(self):
        self.asaas.pay(self.charge.provider_reference)
        self.receive_event(self.fatura)

    def ask_refund(self, user, fatura=None, amount=40.0):
        fatura = fatura or self.fatura
        wizard = "reseller.billing.refund"
        (number,) = self.call(user, wizard, "create", [{"move_id": fatura.id, "amount": amount}])
        return self.call(user, wizard, "action_confirm", [number])

    def test_refund_names_who_asked_for_it(self):
        self.pay()
        self.ask_refund(self.billing_manager)
        self.assertEqual(self.charge.charge_refund_user_id, self.billing_manager)
        message = self.fatura.message_ids.filtered(lambda one: "refund of" in (one.body or ""))
        self.assertIn(self.billing_manager.name, message.body)
        self.assertEqual(message.author_id, self.billing_manager.partner_id)
        self.send()
        self.assertEqual(self.charge.charge_refunded, 40.0)

    def test_refund_is_the_managers(self):
        self.pay()
        for user in (self.accountant, self.billing_user, self.auditor):
            values = {"move_id": self.fatura.id, "amount": 40.0}
            self.assert_refused(user, "reseller.billing.refund", "create", [values])
        self.assertFalse(self.charge.charge_task)

    def test_refund_of_another_company_shows_and_does_nothing(self):
        wizard, foreign = "reseller.billing.refund", self.foreign_fatura
        values = {"move_id": foreign.id, "amount": 1.0}
        context = {"active_id": foreign.id, "active_model": "account.move"}
        spec = {"move_id": {}, "charge_paid": {}, "charge_refunded": {}}
        for method, args, kwargs in (
            ("create", [[values]], {}),
            ("default_get", [["move_id", "amount"]], {"context": context}),
            ("onchange", [[], values, ["move_id"], spec], {}),
        ):
            with self.subTest(method):
                message = self.assert_refused(self.billing_manager, wizard, method, *args, **kwargs)
                self.assertNotIn("77", message)
                self.assertNotIn(self.foreign_client.name, message)
        message = self.assert_refused(
            self.billing_manager,
            wizard,
            "onchange",
            [],
            {},
            [],
            spec,
            context={"default_move_id": foreign.id},
        )
        self.assertNotIn(self.foreign_client.name, message)
        self.assertFalse(self.foreign_charge.charge_task)

    def test_change_of_another_company_shows_and_does_nothing(self):
        wizard, foreign = "reseller.billing.change", self.foreign_fatura
        values = {"move_id": foreign.id, "amount": 1.0, "date_due": "2026-08-01"}
        self.assert_refused(self.accountant, wizard, "create", [values])
        context = {"active_id": foreign.id}
        self.assert_refused(self.accountant, wizard, "default_get", ["amount"], context=context)

    def test_settings_of_another_account_are_the_administrators(self):
        for name in ("webhook_state", "billing_fine", "asaas_api_key", "webhook_token"):
            self.assert_refused(
                self.billing_manager, "payment.provider", "write", self.provider.ids, {name: 1}
            )

    def test_events_are_the_providers(self):
        event = (
            self.env["reseller.billing.event"]
            .sudo()
            .create({"provider_id": self.provider.id, "event_ref": "evt_x", "amount": 5.0})
        )
        values = {
            "company_id": self.other_company.id,
            "provider_id": self.foreign_provider.id,
            "charge_id": self.foreign_charge.id,
            "charge_reference": "pay_foreign",
            "event_ref": "x",
            "state": "done",
            "amount": 1.0,
            "payload": "{}",
            "error": "x",
        }
        for name, value in values.items():
            self.assert_refused(
                self.billing_manager, "reseller.billing.event", "write", event.ids, {name: value}
            )

    def test_files_of_a_charge_are_written_by_the_product_only(self):
        """Who pays by another Pix code or boleto pays somebody else."""
        self.charge.write({"pix_image": "aW1hZ2U=", "slip_pdf": "JVBERi0xLjQ="})
        self.env.flush_all()
        attachments = self.env["ir.attachment"].sudo()
        files = attachments.search(
            [
                ("res_model", "=", "payment.transaction"),
                ("res_id", "=", self.charge.id),
                ("res_field", "in", ["pix_image", "slip_pdf"]),
            ]
        )
        self.assertEqual(len(files), 2)
        for values in (
            {"datas": "ZXZpbA=="},
            {"raw": "evil"},
            {"public": True},
            {"access_token": "0" * 36},
            {"res_id": 1},
            {"res_field": False},
            {"res_model": "res.partner", "res_id": self.client_partner.id},
        ):
            for user in (self.accountant, self.accounting_manager):
                with self.subTest(values, user=user.login):
                    self.assert_refused(user, "ir.attachment", "write", files.ids, values)
        self.assert_refused(self.accountant, "ir.attachment", "unlink", files.ids)
        place = {
            "res_model": "payment.transaction",
            "res_id": self.charge.id,
            "res_field": "pix_image",
        }
        self.assert_refused(
            self.accounting_manager, "ir.attachment", "create", [{"name": "x", **place}]
        )
        (own,) = self.call(
            self.accountant,
            "ir.attachment",
            "create",
            [{"name": "x", "res_model": "account.move", "res_id": self.fatura.id}],
        )
        self.assert_refused(self.accounting_manager, "ir.attachment", "write", [own], place)
        self.call(self.accountant, "ir.attachment", "write", [own], {"name": "y"})
        self.call(self.accountant, "ir.attachment", "unlink", [own])
        self.assertEqual((self.charge.pix_image, len(files.exists())), (b"aW1hZ2U=", 2))

    def test_nobody_links_charges_to_documents_or_tears_them_off(self):
        other = self.fatura.copy({"billing_contract_id": False})
        links = self.fatura.transaction_ids
        self.assertEqual(links, self.charge)
        for user in (self.accountant, self.accounting_manager):
            for document, command in (
                (self.fatura, (5,)),
                (self.fatura, (3, self.charge.id)),
                (self.fatura, (6, 0, [])),
                (other, (4, self.charge.id)),
                (other, (6, 0, self.charge.ids)),
            ):
                # The lock of a charged fatura answers before the guard of the field.
                kind = "UserError" if document == self.fatura else "AccessError"
                with self.subTest(user=user.login, document=document.id, command=command):
                    values = {"transaction_ids": [command]}
                    self.assert_refused(
                        user, "account.move", "write", document.ids, values, kind=kind
                    )
            values = {"move_type": "out_invoice", "partner_id": self.fatura.partner_id.id}
            linked = {"transaction_ids": [(6, 0, self.charge.ids)]}
            create = (user, "account.move", "create")
            self.assert_refused(*create, [{**values, **linked}])
            defaults = {"default_transaction_ids": linked["transaction_ids"]}
            self.assert_refused(*create, [values], context=defaults)
        self.assertEqual(self.fatura.transaction_ids, links)
        self.assertFalse(other.transaction_ids)

    def test_host_s_refund_of_a_charge_is_refused_in_words(self):
        self.charge.sudo().write({"charge_state": "received", "state": "done"})
        for user in (self.accountant, self.accounting_manager):
            message = self.assert_refused(
                user,
                "payment.transaction",
                "action_refund",
                self.charge.ids,
                10,
                kind="UserError",
            )
            self.assertIn("Refund on its fatura", message)
        self.assertFalse(self.charge.child_transaction_ids)

    def test_invoicing_users_do_not_say_where_receipts_are_booked(self):
        line = self.env["account.payment.method.line"].search(
            [("payment_provider_id", "=", self.provider.id)], limit=1
        )
        self.assertTrue(line)
        revenue = self.company_data["default_account_revenue"]
        model = "account.payment.method.line"
        for values in ({"payment_account_id": revenue.id}, {"journal_id": False}):
            self.assert_refused(self.accountant, model, "write", line.ids, values)
        self.assert_refused(self.accountant, model, "unlink", line.ids)
        values = {"payment_account_id": line.payment_account_id.id}
        self.call(self.accounting_manager, model, "write", line.ids, values)

    def test_fatura_stays_in_the_currency_of_its_charge(self):
        foreign = self.env.ref("base.USD")
        if foreign == self.company.currency_id:
            foreign = self.env.ref("base.EUR")
        foreign.active = True
        self.call(self.accounting_manager, "account.move", "button_draft", self.fatura.ids)
        values = {"currency_id": foreign.id}
        self.call(self.accounting_manager, "account.move", "write", self.fatura.ids, values)
        message = self.assert_refused(
            self.accounting_manager,
            "account.move",
            "action_post",
            self.fatura.ids,
            kind="UserError",
        )
        self.assertIn(foreign.name, message)
