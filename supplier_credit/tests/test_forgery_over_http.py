from ast import literal_eval

from lxml import etree
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import RpcCommon

# Columns of the addon on the host's documents, and what a user could gain by each.
MARKS_OF_MOVES = {
    "supplier_nfe_key": "3" * 44,
    "supplier_nfe_total": 610.37,
    "supplier_nfe_issue_date": "2026-11-22",
    "supplier_nfe_cancellation": "135",
    "supplier_nfe_problem": "none",
    "supplier_sefaz_state": "authorised",
    "is_supplier_entry": True,
}
MARKS_OF_ORDERS = {
    "supplier_release_state": "released_manual",
    "supplier_confirm_on_release": True,
}


@tagged("post_install", "-at_install")
class TestForgeryOverHttp(RpcCommon):
    """Users who enter over HTTP what only SEFAZ, Supplier and the product may say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user("manager", "account.group_account_manager")
        cls.order = cls.create_order()
        cls.reserve(cls.order)
        cls.invoice = cls.create_invoice(cls.order)
        cls.blocked = cls.create_order()
        cls.other = cls.setup_other_company(name="Outra Empresa Ltda")
        cls.stranger = cls._create_user(
            "stranger",
            "sales_team.group_sale_manager,account.group_account_manager",
            cls.other["company"],
        )

    # -------------------------------------------------------------------------
    # MARKS ON DOCUMENTS
    # -------------------------------------------------------------------------

    def test_no_mark_is_written_on_an_invoice(self):
        records = {
            "supplier_entry_transaction_id": self.env["supplier.credit.transaction"],
            "supplier_settlement_id": self.env["supplier.credit.settlement"],
            "supplier_post_sale_id": self.env["supplier.credit.post.sale"],
            "supplier_return_transaction_id": self.env["supplier.credit.transaction"],
        }
        values = {**MARKS_OF_MOVES, **dict.fromkeys(records, 1), "supplier_order_id": 1}
        for name, value in values.items():
            with self.subTest(name):
                self.assert_refused(
                    self.accountant, "account.move", "write", [self.invoice.id], {name: value}
                )

    def test_accounts_of_an_agreement_are_chosen_by_accountants(self):
        manager = self._create_user(
            "supplier_only_manager", "supplier_credit.supplier_credit_group_manager"
        )
        both = self._create_user(
            "supplier_accountant",
            "supplier_credit.supplier_credit_group_manager,account.group_account_manager",
        )
        write = ("supplier.credit.agreement", "write", self.agreement.ids)
        names = [
            name
            for name in self.agreement._get_booking_fields()
            if self.agreement._fields[name].comodel_name == "account.account"
        ]
        self.assertIn("receivable_account_id", names)
        accounts = self.env["account.account"].search(
            [("company_ids", "=", self.agreement.company_id.id)]
        )
        for name in names:
            offered = literal_eval(self.agreement._fields[name].domain)
            wrong = (accounts - accounts.filtered_domain(offered))[:1]
            with self.subTest(name):
                self.assert_refused(manager, *write, {name: wrong.id})
                message = self.assert_refused(both, *write, {name: wrong.id})
                self.assertIn("of another type", message)
        self.call(manager, *write, {"name": "Renamed"})

    def test_no_mark_is_written_on_an_item_or_an_order(self):
        line = self.invoice.line_ids[0]
        for name, value in (
            ("is_supplier_temporary", True),
            ("supplier_bearer_id", self.bearer.id),
        ):
            with self.subTest(name):
                self.assert_refused(
                    self.accountant, "account.move.line", "write", [line.id], {name: value}
                )
        for name, value in MARKS_OF_ORDERS.items():
            with self.subTest(name):
                self.assert_refused(
                    self.salesman, "sale.order", "write", [self.blocked.id], {name: value}
                )
        self.assertEqual(self.blocked.supplier_release_state, "blocked")

    def test_nfe_is_forged_neither_by_values_nor_by_defaults_nor_by_an_import(self):
        draft = {"move_type": "out_invoice", "partner_id": self.customer.id}
        moves = ("account.move", "create")
        for name, value in MARKS_OF_MOVES.items():
            with self.subTest(name):
                self.assert_refused(self.accountant, *moves, [{**draft, name: value}])
                made = self.call(
                    self.accountant, *moves, [draft], context={f"default_{name}": value}
                )
                self.assertFalse(self.env["account.move"].browse(made)[name])
        answer = self.call(
            self.accountant,
            "account.move",
            "load",
            ["move_type", "supplier_nfe_key"],
            [["out_invoice", "3" * 44]],
        )
        self.assertFalse(answer["ids"])
        self.assertIn("kept by the system", answer["messages"][0]["message"])

    def test_forged_default_reaches_no_invoice_made_by_the_host_as_superuser(self):
        order = self.create_order(user=self.accountant)
        self.reserve(order)
        self.call(self.accountant, "sale.order", "action_confirm", [order.id])
        wizard = self.call(
            self.accountant,
            "sale.advance.payment.inv",
            "create",
            [{"advance_payment_method": "delivered", "sale_order_ids": [(6, 0, order.ids)]}],
        )
        forged = {f"default_{name}": value for name, value in MARKS_OF_MOVES.items()}
        self.call(
            self.accountant,
            "sale.advance.payment.inv",
            "create_invoices",
            wizard,
            context={**forged, "active_model": "sale.order", "active_ids": order.ids},
        )
        made = order.sudo().invoice_ids
        self.assertEqual(len(made), 1)
        for name in MARKS_OF_MOVES:
            self.assertFalse(made[name], name)

    def test_personal_default_forges_nothing(self):
        self.call(
            self.accountant, "ir.default", "set", "account.move", "supplier_nfe_key", "3" * 44, True
        )
        (made,) = self.call(
            self.accountant,
            "account.move",
            "create",
            [{"move_type": "out_invoice", "partner_id": self.customer.id}],
        )
        self.assertFalse(self.env["account.move"].browse(made).supplier_nfe_key)

    def test_nothing_leaves_for_supplier_without_the_stored_file(self):
        self.invoice._attach_nfe(self.nfe_content())
        self.env.flush_all()
        # As a restore without its filestore, or another module, would leave it.
        self.invoice.sudo().supplier_nfe_file = False
        with self.assertRaisesRegex(UserError, "authorised XML .* is not stored"):
            self.invoice.action_post()
        self.assertFalse(self.supplier.calls("POST", "/transacoes$"))

    def test_marked_invoice_cannot_be_made_so_none_is_locked_for_ever(self):
        (made,) = self.call(
            self.accountant,
            "account.move",
            "create",
            [{"move_type": "out_invoice", "partner_id": self.customer.id}],
            context={"default_is_supplier_entry": True, "default_supplier_settlement_id": 1},
        )
        self.call(self.accountant, "account.move", "button_cancel", [made])
        self.assertEqual(self.env["account.move"].browse(made).state, "cancel")

    # -------------------------------------------------------------------------
    # THE GATE
    # -------------------------------------------------------------------------

    def test_blocked_order_is_not_created_as_confirmed(self):
        values = {
            "partner_id": self.customer.id,
            "preferred_payment_method_line_id": self.bearer.id,
            "order_line": [(0, 0, {"product_id": self.product.id, "price_unit": 610.37})],
        }
        self.assert_refused(
            self.salesman, "sale.order", "create", [values], context={"default_state": "sale"}
        )
        self.assert_refused(self.salesman, "sale.order", "create", [{**values, "state": "sale"}])
        bearer = {"default_preferred_payment_method_line_id": self.bearer.id}
        self.assert_refused(
            self.salesman,
            "sale.order",
            "create",
            [{"partner_id": values["partner_id"], "order_line": values["order_line"]}],
            context={**bearer, "default_state": "sale"},
        )
        self.call(self.salesman, "ir.default", "set", "sale.order", "state", "sale", True)
        self.assert_refused(self.salesman, "sale.order", "create", [values])

    # -------------------------------------------------------------------------
    # OTHER COMPANIES
    # -------------------------------------------------------------------------

    def test_manager_of_another_company_does_not_rewire_a_bearer(self):
        for values in (
            {"supplier_agreement_id": False},
            {"payment_method_id": self.env.ref("account.account_payment_method_manual_in").id},
            {"name": "Boleto"},
        ):
            with self.subTest(values):
                self.assert_refused(
                    self.stranger,
                    "account.payment.method.line",
                    "write",
                    [self.bearer.id],
                    values,
                )
        self.assert_refused(
            self.stranger, "account.payment.method.line", "unlink", [self.bearer.id]
        )

    def test_events_of_all_companies_are_changed_by_users_of_all_companies_only(self):
        event = (
            self.env["supplier.credit.event"]
            .sudo()
            .create({"code": "901", "name": "Evento", "kind": "fee"})
        )
        message = self.assert_refused(
            self.stranger, "supplier.credit.event", "write", [event.id], {"kind": "other"}
        )
        self.assertIn("applies to all companies", message)
        self.assert_refused(self.manager, "supplier.credit.event", "unlink", [event.id])
        self.assert_refused(
            self.manager,
            "supplier.credit.event",
            "create",
            [{"code": "902", "name": "Evento", "kind": "fee"}],
        )
        (own,) = self.call(
            self.manager,
            "supplier.credit.event",
            "create",
            [
                {
                    "code": "902",
                    "name": "Evento",
                    "kind": "fee",
                    "agreement_id": self.agreement.id,
                }
            ],
        )
        self.assert_refused(
            self.manager, "supplier.credit.event", "write", [own], {"agreement_id": False}
        )
        everybody = self._create_user("everywhere", "account.group_account_manager")
        everybody.company_ids = self.env["res.company"].search([])
        self.call(everybody, "supplier.credit.event", "write", [event.id], {"kind": "other"})
        self.assertEqual(event.kind, "other")

    def test_wizard_shows_nothing_of_another_company(self):
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.deliver()
        sale = self.invoice.sudo().supplier_transaction_ids
        requests = self.env["supplier.credit.post.sale"].sudo()
        request = requests.create(requests._prepare_request(sale, "bonus", 123.45))
        wizard, named = "supplier.credit.post.sale.outcome", {"post_sale_id": request.id}
        shown = {"post_sale_id": {}, "open_amount": {}, "reason": {}, "error": {}}
        self.assert_refused(self.stranger, wizard, "create", [named])
        self.assert_refused(self.stranger, wizard, "onchange", [], named, ["post_sale_id"], shown)
        self.assert_refused(
            self.stranger,
            wizard,
            "onchange",
            [],
            {},
            [],
            shown,
            context={"default_post_sale_id": request.id},
        )
        self.assert_refused(
            self.stranger,
            "supplier.credit.bonus",
            "create",
            [{"transaction_id": sale.id, "amount": 1}],
        )

    def test_worth_of_registered_invoices_and_their_entries_stays(self):
        """The host lets invoicing users write these on posted documents."""
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.deliver()
        nobody = self.env["res.partner"].create({"name": "Ninguém"})
        sale = self.invoice.sudo().supplier_transaction_ids
        for move in (self.invoice, sale.move_id):
            before = move.line_ids.read(["balance", "date_maturity", "partner_id", "account_id"])
            for name, value in (
                ("invoice_date_due", "2031-01-01"),
                ("date", "2026-01-01"),
                ("partner_id", nobody.id),
                ("payment_state", "reversed"),
                ("amount_residual", 7654),
                ("line_ids", [(1, move.line_ids[0].id, {"balance": 1})]),
            ):
                with self.subTest(move=move.name, name=name):
                    self.assert_refused(
                        self.accountant, "account.move", "write", move.ids, {name: value}
                    )
            for line in move.line_ids:
                for name, value in (
                    ("balance", 7654),
                    ("date_maturity", "2031-02-01"),
                    ("partner_id", nobody.id),
                    ("amount_residual", 7654),
                ):
                    with self.subTest(move=move.name, line=line.name, name=name):
                        self.assert_refused(
                            self.accountant, "account.move.line", "write", line.ids, {name: value}
                        )
            self.assert_refused(
                self.accountant, "account.move.line", "unlink", move.line_ids[0].ids
            )
            after = move.line_ids.read(["balance", "date_maturity", "partner_id", "account_id"])
            self.assertEqual(after, before)
        self.call(self.accountant, "account.move", "write", self.invoice.ids, {"narration": "ok"})

    def test_reconciliation_of_an_approval_stays_as_it_is(self):
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.deliver()
        partial = self.invoice.line_ids.matched_credit_ids[:1]
        other = self.invoice.line_ids[:1]
        for values in ({"amount": 1}, {"debit_move_id": other.id}, {"credit_move_id": other.id}):
            with self.subTest(values=values):
                self.assert_refused(
                    self.accountant, "account.partial.reconcile", "write", partial.ids, values
                )
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_items_with_another_amount_than_their_price_are_not_posted(self):
        item = self.invoice.invoice_line_ids[:1]
        self.call(self.accountant, "account.move.line", "write", item.ids, {"balance": -72685.04})
        message = self.assert_refused(
            self.accountant, "account.move", "action_post", self.invoice.ids
        )
        self.assertIn("differs from order", message)

    # -------------------------------------------------------------------------
    # FIGURES THAT THE HOST COMPUTES
    # -------------------------------------------------------------------------

    def test_block_believes_no_total_that_a_salesman_says(self):
        order = self.create_order()
        self.reserve(order)
        line = order.order_line[:1]
        sums = {"price_total": line.price_total, "price_subtotal": line.price_subtotal}
        self.call(self.salesman, "sale.order.line", "write", line.ids, {"price_unit": 5000})
        total = order.amount_total
        for name, value in sums.items():
            with self.subTest(name):
                message = self.assert_refused(
                    self.salesman, "sale.order.line", "write", line.ids, {name: value}
                )
                self.assertIn("kept by the system", message)
                self.assert_refused(
                    self.salesman,
                    "sale.order",
                    "write",
                    order.ids,
                    {"order_line": [(1, line.id, {name: value})]},
                )
        self.assert_refused(self.salesman, "sale.order", "action_confirm", order.ids)
        self.assertEqual(order.amount_total, total)
        self.assertEqual(order.state, "draft")

    def test_order_lines_are_worth_what_is_computed_also_as_they_are_made(self):
        said = {"product_id": self.product.id, "price_unit": 5000.0, "tax_ids": False}
        forged = {"price_total": 1.0, "price_subtotal": 1.0}
        values = {"partner_id": self.customer.id, "order_line": [(0, 0, {**said, **forged})]}
        context = {f"default_{name}": 1.0 for name in (*forged, "amount_total")}
        (made,) = self.call(
            self.salesman, "sale.order", "create", [{**values, "amount_total": 1.0}]
        )
        (by_default,) = self.call(
            self.salesman,
            "sale.order",
            "create",
            [{**values, "order_line": [(0, 0, said)]}],
            context=context,
        )
        for order in self.env["sale.order"].browse([made, by_default]):
            self.assertEqual(order.order_line.mapped("price_total"), [5000.0])
            self.assertEqual(order.amount_total, 5000.0)

    def test_total_of_a_draft_is_not_said_past_its_nfe(self):
        for values in (
            {"amount_total": 3251.92},
            {"amount_untaxed": 1},
            {"amount_total_signed": 1},
        ):
            with self.subTest(values):
                self.assert_refused(
                    self.accountant, "account.move", "write", self.invoice.ids, values
                )
        made = self.call(
            self.accountant,
            "account.move",
            "create",
            [{"move_type": "out_invoice", "partner_id": self.customer.id, "amount_total": 7.0}],
        )
        self.assertEqual(self.env["account.move"].browse(made).amount_total, 0.0)

    def test_posted_invoice_that_waits_for_supplier_keeps_its_figures(self):
        """Payments of it are refused, so nobody says that it is paid, or of another day."""
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        item = self.invoice.line_ids.filtered("reconciled") or self.invoice.line_ids[:1]
        for values in (
            {"amount_total": 1},
            {"amount_residual": 1},
            {"payment_state": "paid"},
            {"payment_state": "in_payment"},
        ):
            with self.subTest(values):
                self.assert_refused(
                    self.accountant, "account.move", "write", self.invoice.ids, values
                )
        for values in (
            {"amount_residual": 1},
            {"reconciled": True},
            {"parent_state": "draft"},
            {"date": "2020-01-01"},
            {"journal_id": self.company_data["default_journal_misc"].id},
        ):
            with self.subTest(values):
                self.assert_refused(self.accountant, "account.move.line", "write", item.ids, values)

    def test_payment_of_an_invoice_is_blocked_by_the_host_s_button(self):
        plain = self.init_invoice("out_invoice", partner=self.customer, amounts=[10.0], post=True)
        self.call(self.accountant, "account.move", "action_toggle_block_payment", plain.ids)
        self.assertEqual(plain.payment_state, "blocked")
        self.call(self.accountant, "account.move", "action_toggle_block_payment", plain.ids)
        self.assertEqual(plain.payment_state, "not_paid")
        self.assert_refused(
            self.accountant, "account.move", "write", plain.ids, {"payment_state": "paid"}
        )

    def test_used_up_credit_of_an_approval_pays_nothing_else(self):
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.deliver()
        entry = self.invoice.sudo().supplier_transaction_ids.move_id
        credit = entry.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and line.reconciled
        )[:1]
        plain = self.init_invoice("out_invoice", partner=self.customer, amounts=[10.0], post=True)
        debit = plain.line_ids.filtered(lambda line: line.account_id == credit.account_id)
        for amount in (10, -10):
            values = {
                "debit_move_id": debit.id,
                "credit_move_id": credit.id,
                "amount": amount,
                "debit_amount_currency": amount,
                "credit_amount_currency": amount,
            }
            self.assert_refused(self.accountant, "account.partial.reconcile", "create", [values])
        self.assertEqual(plain.payment_state, "not_paid")

    def test_honest_accountant_pays_credits_and_reopens_ordinary_invoices(self):
        plain = self.init_invoice("out_invoice", partner=self.customer, amounts=[10.0], post=True)
        context = {"active_model": "account.move", "active_ids": plain.ids}
        (wizard,) = self.call(
            self.accountant,
            "account.payment.register",
            "create",
            [{"amount": 4}],
            context=context,
        )
        self.call(
            self.accountant,
            "account.payment.register",
            "action_create_payments",
            [wizard],
            context=context,
        )
        self.assertEqual(plain.payment_state, "partial")
        (partial,) = plain.line_ids.matched_credit_ids.ids
        self.call(
            self.accountant, "account.move", "js_remove_outstanding_partial", plain.ids, partial
        )
        self.call(self.accountant, "account.move", "button_draft", plain.ids)
        self.call(
            self.accountant,
            "account.move",
            "write",
            plain.ids,
            {"invoice_line_ids": [(1, plain.invoice_line_ids[0].id, {"price_unit": 20})]},
        )
        self.call(self.accountant, "account.move", "action_post", plain.ids)
        self.assertEqual(plain.amount_untaxed, 20)

    def test_manager_without_accounting_changes_bearers_of_the_own_charge_type_only(self):
        manager = self._create_user("manager_only", "supplier_credit.supplier_credit_group_manager")
        lines = "account.payment.method.line"
        bank = self.company_data["default_journal_bank"]
        foreign_bank = self.other["default_journal_bank"]
        account = self.company_data["default_account_expense"]
        methods = bank.inbound_payment_method_line_ids.payment_method_id
        for line in (bank | foreign_bank).inbound_payment_method_line_ids - self.bearer:
            for values in (
                {"payment_account_id": account.id},
                {"journal_id": False},
                {"name": "x"},
                {"payment_method_id": self.bearer.payment_method_id.id},
            ):
                with self.subTest(values, line=line.name):
                    self.assert_refused(manager, lines, "write", line.ids, values)
            self.assert_refused(manager, lines, "unlink", line.ids)
        self.assert_refused(
            manager,
            lines,
            "create",
            [{"name": "x", "payment_method_id": methods[:1].id, "journal_id": bank.id}],
        )
        self.call(manager, lines, "write", self.bearer.ids, {"name": "Renamed"})
        self.assertEqual(self.bearer.name, "Renamed")

    def test_bearer_stays_in_its_company_whether_it_names_an_agreement_or_not(self):
        manager = self._create_user(
            "bearer_manager", "supplier_credit.supplier_credit_group_manager"
        )
        lines = "account.payment.method.line"
        free = self._create_bearer(self.company_data, self.agreement.browse())
        foreign = {"journal_id": self.other["default_journal_bank"].id}
        for bearer in (self.bearer, free):
            with self.subTest(bearer=bearer.id):
                self.assert_refused(manager, lines, "write", bearer.ids, foreign)
                self.assertEqual(bearer.company_id, self.company)
                # As the form of a journal does; its documents keep it.
                self.call(manager, lines, "write", bearer.ids, {"journal_id": False})
                self.assert_refused(manager, lines, "write", bearer.ids, foreign)
        own_bank = self.company_data["default_journal_bank"].copy()
        self.call(manager, lines, "write", free.ids, {"journal_id": own_bank.id})

    def test_list_of_no_card_is_refused_in_words(self):
        message = self.assert_refused(
            self.manager, "supplier.credit.overview", "action_open_list", []
        )
        self.assertIn("A list belongs to one card", message)

    def test_manager_without_accounting_renames_the_own_charge_type_only(self):
        manager = self._create_user(
            "charge_type_manager", "supplier_credit.supplier_credit_group_manager"
        )
        methods = "account.payment.method"
        own = self.bearer.payment_method_id
        for method in self.env[methods].search([]) - own:
            for values in (
                {"name": "x"},
                {"code": "x"},
                {"payment_type": "outbound" if method.payment_type == "inbound" else "inbound"},
            ):
                with self.subTest(values, method=method.name):
                    self.assert_refused(manager, methods, "write", method.ids, values)
        self.call(manager, methods, "write", own.ids, {"name": "Renamed"})
        self.assertEqual(own.with_user(manager).name, "Renamed")
        self.assert_refused(manager, methods, "write", own.ids, {"code": "x"})

    def test_stored_nfe_is_written_by_the_product_only(self):
        self.invoice._attach_nfe(self.nfe_content())
        self.env.flush_all()
        file = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "account.move"),
                    ("res_id", "=", self.invoice.id),
                    ("res_field", "=", "supplier_nfe_file"),
                ]
            )
        )
        self.assertEqual(len(file), 1)
        before = file.checksum
        for values in (
            {"datas": "ZXZpbA=="},
            {"res_id": self.invoice.copy().id},
            {"public": True},
            {"access_token": "0" * 36},
        ):
            with self.subTest(values):
                self.assert_refused(self.accountant, "ir.attachment", "write", file.ids, values)
        self.assert_refused(self.accountant, "ir.attachment", "unlink", file.ids)
        self.assertEqual(file.checksum, before)

    def test_reservation_ends_when_its_order_moves_to_another_company(self):
        order = self.create_order()
        reservation = self.reserve(order)
        order.sudo().company_id = self.other["company"]
        self.env.flush_all()
        self.assertTrue(reservation.cancel_requested)

    def test_upload_wizards_open_for_who_may_use_them(self):
        auditor = self._create_user("looks", "account.group_account_readonly")
        for user in (auditor, self.stranger):
            for method in ("action_open_nfe_upload", "action_open_nfe_uploads"):
                with self.subTest(user=user.login, method=method):
                    self.assert_refused(user, "account.move", method, self.invoice.ids)
        self.call(self.accountant, "account.move", "action_open_nfe_upload", self.invoice.ids)

    def test_statement_without_a_file_is_refused_in_words(self):
        wizard = "supplier.credit.settlement.file"
        (made,) = self.call(self.manager, wizard, "create", [{"agreement_id": self.agreement.id}])
        message = self.assert_refused(self.manager, wizard, "action_import", [made])
        self.assertIn("No file was chosen", message)

    def test_salespeople_open_the_invoices_of_their_console(self):
        """The client reads every field of the form."""
        action = self.env.ref("supplier_credit.account_move_action_console")
        views = [(view.view_id.id, view.view_mode) for view in action.view_ids]
        boss = self._create_user("boss", "sales_team.group_sale_manager")
        for user in (self.salesman, boss):
            with self.subTest(user.login):
                found = self.call(user, "account.move", "get_views", views=views)
                arch = etree.fromstring(found["views"]["form"]["arch"])
                # Fields of lists and cards in the form are their own model's.
                fields = arch.xpath("//field[not(ancestor::field)]/@name")
                spec = {name: {} for name in fields}
                (read,) = self.call(
                    user, "account.move", "web_read", self.invoice.ids, specification=spec
                )
                self.assertEqual(read["id"], self.invoice.id)

    def test_host_computes_totals_as_the_user_who_edits_taxes(self):
        """It calls the computation itself then, as `_inverse_tax_totals` does."""
        invoice = self.init_invoice("out_invoice", partner=self.customer, amounts=[100.0])
        total = invoice.amount_total
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET amount_total = 7 WHERE id = %s", invoice.ids)
        self.env.invalidate_all()
        invoice.with_user(self.accountant)._compute_amount()
        self.assertEqual(invoice.amount_total, total)
