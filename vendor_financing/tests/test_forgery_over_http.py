from odoo.tests import tagged

from .common import RpcCommon
from .contract.common import VendorFinancingContractCommon

CUSTOMER = "Cliente Alheio Ltda"


@tagged("post_install", "-at_install")
class TestForgeryOverHttp(RpcCommon, VendorFinancingContractCommon):
    """Users who enter over HTTP what only contracts, their operations and managers may say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.partner_a.write({"name": CUSTOMER, "company_id": cls.company.id})
        cls.financed = cls._create_vendor_invoice(10000.0)
        cls.contract = cls.make_effective(cls.financed)
        cls.part = cls.contract.installment_ids
        cls.title = cls.contract.title_ids
        cls.operation = cls.contract.operation_ids
        cls.draft = cls.make_contract(cls._create_vendor_invoice(500.0), number="CT-2")
        cls.plain = cls._create_vendor_invoice(60.0, bearer=cls.manual_line)
        cls.order = cls._create_order(cls.bearer)
        cls.order.user_id = cls.salesman
        cls.vendor_user = cls._create_user(
            "vendor_only_user", "vendor_financing.vendor_financing_group_user"
        )
        cls.vendor_manager = cls._create_user(
            "vendor_only_manager", "vendor_financing.vendor_financing_group_manager"
        )
        cls.seller = cls._create_user(
            "vendor_seller",
            "sales_team.group_sale_salesman_all_leads,account.group_account_invoice",
        )
        cls.stranger = cls._create_user(
            "vendor_stranger",
            "sales_team.group_sale_manager,account.group_account_manager",
            cls.company_2,
        )
        # What the columns of the addon on the host's documents would open.
        cls.marks = {
            "account.move": {
                "vendor_financing_state": "debited",
                "vendor_operation_id": cls.operation.id,
                "vendor_order_id": cls.order.id,
            },
            "account.move.line": {
                "vendor_title_id": cls.title.id,
                "vendor_installment_id": cls.part.id,
            },
        }

    # -------------------------------------------------------------------------
    # ORDERS
    # -------------------------------------------------------------------------

    def order_values(self, **values):
        return {
            "partner_id": self.partner_b.id,
            "preferred_payment_method_line_id": self.bearer.id,
            "order_line": [(0, 0, {"product_id": self.product_a.id, "product_uom_qty": 1})],
            **values,
        }

    def test_unapproved_order_is_confirmed_neither_by_values_nor_by_defaults(self):
        orders = ("sale.order", "create")
        confirmed = {"default_state": "sale"}
        self.assert_refused(self.salesman, *orders, [self.order_values()], context=confirmed)
        self.assert_refused(self.salesman, *orders, [self.order_values(state="sale")])
        values = self.order_values()
        bearer = values.pop("preferred_payment_method_line_id")
        self.assert_refused(
            self.salesman,
            *orders,
            [values],
            context={**confirmed, "default_preferred_payment_method_line_id": bearer},
        )
        own = ("sale.order", "write", [self.order.id])
        self.assert_refused(self.salesman, *own, {"state": "sale"})
        self.assert_refused(self.salesman, "sale.order", "action_confirm", [self.order.id])
        answer = self.call(
            self.salesman,
            "sale.order",
            "load",
            ["partner_id/.id", "preferred_payment_method_line_id/.id", "state"],
            [[str(self.partner_b.id), str(bearer), "sale"]],
        )
        self.assertFalse(answer["ids"])
        self.call(self.salesman, "ir.default", "set", "sale.order", "state", "sale", True)
        self.assert_refused(self.salesman, *orders, [self.order_values()])
        self.assertEqual(self.order.state, "draft")

    def test_unapproved_order_is_invoiced_neither_wholly_nor_in_part(self):
        for values in (
            {"advance_payment_method": "delivered"},
            {"advance_payment_method": "percentage", "amount": 50},
            {"advance_payment_method": "fixed", "fixed_amount": 10},
        ):
            with self.subTest(values["advance_payment_method"]):
                wizard = self.call(
                    self.seller,
                    "sale.advance.payment.inv",
                    "create",
                    [{"sale_order_ids": [(6, 0, self.order.ids)], **values}],
                )
                self.assert_refused(
                    self.seller, "sale.advance.payment.inv", "create_invoices", wizard
                )
        self.assertFalse(self.order.invoice_ids)

    def test_decided_request_is_changed_by_nobody(self):
        self._approve(self.order)
        request = self.order.vendor_request_ids
        for user in (self.salesman, self.vendor_manager):
            for values in (
                {"state": "draft"},
                {"amount": 1e9},
                {"bearer_id": False},
                {"approver_id": user.id},
                {"requester_id": user.id},
                {"company_id": self.company_2.id},
                {"partner_id": self.partner_b.id},
                {"order_id": self.order.copy().id},
                {"customer_total": 1},
                {"reason": "Something else than was decided on"},
            ):
                with self.subTest(user=user.login, values=values):
                    self.assert_refused(
                        user, "vendor.financing.request", "write", [request.id], values
                    )
        self.assertEqual((request.state, request.amount), ("approved", self.order.amount_total))

    # -------------------------------------------------------------------------
    # MARKS ON DOCUMENTS
    # -------------------------------------------------------------------------

    def test_no_mark_is_written_on_an_invoice_or_an_item(self):
        for invoice in (self.financed, self.plain):
            records = {"account.move": invoice, "account.move.line": self.receivable(invoice)}
            for model, marks in self.marks.items():
                for name, value in marks.items():
                    for said in (value, False):
                        record = records[model]
                        before = record[name]
                        if record._fields[name].convert_to_write(before, record) == said:
                            continue
                        with self.subTest(invoice=invoice.name, name=name, value=said):
                            self.assert_refused(
                                self.invoicing_user, model, "write", record.ids, {name: said}
                            )
                            self.assertEqual(record[name], before)

    def test_no_mark_is_created_imported_or_a_default(self):
        draft = {
            "move_type": "out_invoice",
            "partner_id": self.partner_b.id,
            "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": 10, "tax_ids": []})],
        }
        moves = ("account.move", "create")
        for name, value in self.marks["account.move"].items():
            with self.subTest(name):
                self.assert_refused(self.invoicing_user, *moves, [{**draft, name: value}])
        for name, value in self.marks["account.move.line"].items():
            with self.subTest(name):
                line = {"name": "x", "price_unit": 10, name: value}
                self.assert_refused(
                    self.invoicing_user, *moves, [{**draft, "invoice_line_ids": [(0, 0, line)]}]
                )
        self.call(
            self.invoicing_user,
            "ir.default", "set", "account.move", "vendor_financing_state", "financed", True,
        )  # fmt: skip
        marks = {**self.marks["account.move"], **self.marks["account.move.line"]}
        made = self.call(
            self.invoicing_user,
            *moves,
            [draft],
            context={f"default_{name}": value for name, value in marks.items()},
        )
        invoice = self.env["account.move"].browse(made)
        for name in self.marks["account.move"]:
            self.assertFalse(invoice[name], name)
        for name in self.marks["account.move.line"]:
            self.assertFalse(any(invoice.line_ids.mapped(name)), name)
        # Nothing locks it for ever.
        for method in ("action_post", "button_draft", "button_cancel"):
            self.call(self.invoicing_user, "account.move", method, made)
        self.assertEqual(invoice.state, "cancel")
        answer = self.call(
            self.invoicing_user,
            "account.move",
            "load",
            ["move_type", "vendor_financing_state"],
            [["out_invoice", "financed"]],
        )
        self.assertFalse(answer["ids"])
        self.assertIn("kept by the system", answer["messages"][0]["message"])

    def test_financed_invoice_is_neither_paid_nor_reset(self):
        moves = "account.move"
        for name, value in {**self.marks[moves], "vendor_financing_state": False}.items():
            self.assert_refused(
                self.invoicing_user, moves, "write", self.financed.ids, {name: value}
            )
        for document in (self.financed, self.operation.move_id):
            for method in ("button_draft", "button_cancel", "unlink"):
                with self.subTest(document=document.name, method=method):
                    self.assert_refused(self.invoicing_user, moves, method, document.ids)
            for state in ("draft", "cancel"):
                self.assert_refused(
                    self.invoicing_user, moves, "write", document.ids, {"state": state}
                )
        (wizard,) = self.call(
            self.invoicing_user,
            "account.payment.register",
            "create",
            [{"payment_method_line_id": self.manual_line.id}],
            context={"active_model": moves, "active_ids": self.financed.ids},
        )
        self.assert_refused(
            self.invoicing_user, "account.payment.register", "action_create_payments", [wizard]
        )
        items = self.operation.move_id.line_ids
        self.assertEqual(self.financed.state, "posted")
        self.assertEqual(self.financed.payment_state, "not_paid")
        self.assertFalse(items.matched_debit_ids | items.matched_credit_ids)
        self.assertEqual(self.agreement.mismatch_count, 0)

    def test_provider_is_not_asked_for_the_bank_s_money_by_a_default(self):
        administrator = self._create_user(
            "vendor_administrator", "base.group_system,account.group_account_manager"
        )
        method = self.env["payment.method"].with_context(active_test=False).search([], limit=1)
        provider = self.env["payment.provider"].create(
            {"name": "Dummy", "code": "none", "company_id": self.company.id}
        )
        values = {
            "provider_id": provider.id,
            "payment_method_id": method.id,
            "reference": "charge",
            "amount": 10,
            "currency_id": self.company.currency_id.id,
            "partner_id": self.partner_a.id,
        }
        for name, document in (("invoice_ids", self.financed), ("sale_order_ids", self.order)):
            with self.subTest(name):
                self.assert_refused(
                    administrator,
                    "payment.transaction",
                    "create",
                    [values],
                    context={f"default_{name}": [(6, 0, document.ids)]},
                )

    # -------------------------------------------------------------------------
    # CONTRACTS
    # -------------------------------------------------------------------------

    def test_money_and_owners_of_contracts_are_written_by_no_user(self):
        of_models = {
            "vendor.financing.contract.installment": {
                "open_amount": 1.0,
                "settled_amount": 1.0,
                "debited_amount": 1.0,
                "partner_id": self.partner_b.id,
                "move_id": self.plain.id,
                "company_id": self.company_2.id,
                "agreement_id": self.agreement.copy().id,
                "title_id": None,
                "contract_id": None,
                "state": "withdrawn",
                "vendor_line_id": self.plain.line_ids[0].id,
                "recourse_date": "2026-01-01",
                "recourse_proposed_for": "2026-01-01",
                "extension_state": "granted",
                "extension_date": "2026-12-31",
            },
            "vendor.financing.contract.title": {
                "principal": 1.0,
                "partner_id": self.partner_b.id,
                "move_id": self.plain.id,
                "line_id": self.receivable(self.plain).id,
                "company_id": self.company_2.id,
                "contract_id": None,
                "is_live": False,
                "original_date_maturity": "2026-01-01",
            },
            "vendor.financing.contract": {
                "company_id": self.company_2.id,
                "state": "cancelled",
            },
        }
        others = {self.contract: self.draft, self.draft: self.contract}
        for contract, other in others.items():
            names = {
                "vendor.financing.contract.installment": contract.installment_ids,
                "vendor.financing.contract.title": contract.title_ids,
                "vendor.financing.contract": contract,
            }
            for model, values in of_models.items():
                for name, value in values.items():
                    if value is None:
                        value = other.id if name == "contract_id" else other.title_ids.id
                    for user in (self.vendor_user, self.manager_user):
                        with self.subTest(contract=contract.number, model=model, name=name):
                            self.assert_refused(
                                user, model, "write", names[model].ids, {name: value}
                            )
        self.assertEqual(self.part.open_amount, 10000.0)
        self.assertEqual(self.draft.title_ids.principal, 500.0)
        self.assert_proven()

    def test_effective_contract_takes_nothing_from_users(self):
        part = "vendor.financing.contract.installment"
        for user in (self.vendor_user, self.manager_user):
            for values in (
                {"principal": 1.0},
                {"date_due": "2026-12-31"},
                {"interest": 0.0},
                {"customer_total": 1.0},
                {"number": 7},
            ):
                with self.subTest(user=user.login, values=values):
                    self.assert_refused(user, part, "write", self.part.ids, values)
            self.assert_refused(user, part, "unlink", self.part.ids)
            self.assert_refused(user, "vendor.financing.contract.title", "unlink", self.title.ids)
            for values in (
                {"installment_ids": [(5, 0, 0)]},
                {"installment_ids": [(0, 0, {"date_due": "2026-12-31", "principal": 1.0})]},
                {"plan": "60"},
                {"customer_rate": 3.0},
                {"rate_source": "entered"},
                {"set_aside_reason": "so"},
            ):
                with self.subTest(user=user.login, values=values):
                    self.assert_refused(
                        user, "vendor.financing.contract.title", "write", self.title.ids, values
                    )
            for values in (
                {"credited_amount": 1},
                {"date": "2026-01-01"},
                {"title_ids": [(5, 0, 0)]},
                {"installment_ids": [(1, self.part.id, {"number": 7})]},
                {"installment_ids": [(2, self.part.id, 0)]},
                {"operation_ids": [(1, self.operation.id, {"amount": 1})]},
            ):
                with self.subTest(user=user.login, values=values):
                    self.assert_refused(
                        user, "vendor.financing.contract", "write", self.contract.ids, values
                    )
            line = self.receivable(self.plain)
            self.assert_refused(
                user,
                "vendor.financing.contract.title",
                "create",
                [{"contract_id": self.contract.id, "line_id": line.id}],
            )
            self.assert_refused(
                user,
                part,
                "create",
                [
                    {
                        "contract_id": self.contract.id,
                        "title_id": self.title.id,
                        "date_due": "2026-12-31",
                        "principal": 1,
                    }
                ],
            )
            self.assert_refused(
                user, "vendor.financing.operation", "write", self.operation.ids, {"amount": 1}
            )
        self.assert_proven()

    def test_rates_stay_with_their_agreement(self):
        rate = self.agreement.rate_ids
        theirs = self.agreement.copy({"name": "Another"})
        for values in ({"agreement_id": theirs.id}, {"company_id": self.company_2.id}):
            self.assert_refused(
                self.manager_user, "vendor.financing.rate", "write", rate.ids, values
            )
        self.call(self.vendor_user, "vendor.financing.rate", "write", rate.ids, {"bank_rate": 1.7})
        self.assertEqual(rate.bank_rate, 1.7)

    def test_contract_is_effective_by_its_button_only(self):
        contracts = "vendor.financing.contract"
        values = {"agreement_id": self.agreement.id, "number": "CT-3"}
        self.assert_refused(
            self.vendor_user, contracts, "create", [{**values, "state": "effective"}]
        )
        self.call(self.vendor_user, "ir.default", "set", contracts, "state", "effective", True)
        made = self.call(
            self.vendor_user,
            contracts,
            "create",
            [values],
            context={"default_state": "effective"},
        )
        self.assertEqual(self.env[contracts].browse(made).state, "draft")
        self.call(self.vendor_user, contracts, "unlink", made)

    def test_entries_are_posted_and_undone_by_accountants_only(self):
        contracts = "vendor.financing.contract"
        self.draft.credited_amount = self.draft.expected_amount
        for user in (self.vendor_user, self.vendor_manager):
            for contract, method in ((self.draft, "action_effect"), (self.contract, "action_undo")):
                with self.subTest(user=user.login, method=method):
                    self.assert_refused(user, contracts, method, contract.ids)
            self.assert_refused(
                user, "vendor.financing.operation", "action_undo", self.operation.ids
            )
        self.assertEqual((self.draft.state, self.contract.state), ("draft", "effective"))
        # A clerk posts, and a manager who may post undoes.
        self.call(self.invoicing_user, contracts, "action_effect", self.draft.ids)
        self.assert_refused(self.invoicing_user, contracts, "action_undo", self.draft.ids)
        self.call(self.manager_user, contracts, "action_undo", self.draft.ids)
        self.assertEqual(self.draft.state, "reversed")

    # -------------------------------------------------------------------------
    # OTHER COMPANIES
    # -------------------------------------------------------------------------

    def assert_nothing_told(self, model, method, *args, **kwargs):
        """Assert that the stranger is refused, and reads neither name nor amount of ours."""
        message = self.assert_refused(self.stranger, model, method, *args, **kwargs)
        for secret in (CUSTOMER, self.financed.name, self.order.name, self.agreement.name):
            self.assertNotIn(secret, message)
        for secret in ("10000", "10,000", "500.0"):
            self.assertNotIn(secret, message)

    def test_wizards_tell_nothing_of_another_company_s_instalments(self):
        extension = {
            "installment_id": self.part.id,
            "kind": "extension",
            "date_due": "2026-12-31",
        }
        wizard = "vendor.financing.maintenance"
        spec = {name: {} for name in (*extension, "open_amount", "iof", "bank_interest")}
        self.assert_nothing_told(wizard, "create", [extension])
        self.assert_nothing_told(wizard, "onchange", [], extension, ["date_due"], spec)
        defaults = {f"default_{name}": value for name, value in extension.items()}
        self.assert_nothing_told(wizard, "create", [{}], context=defaults)
        self.assert_nothing_told(wizard, "onchange", [], {}, [], spec, context=defaults)
        rows = {"line_ids": [(0, 0, {"installment_id": self.part.id, "amount": 1})]}
        wizard = "vendor.financing.settlement"
        spec = {"line_ids": {"fields": {"open_amount": {}, "partner_id": {}}}}
        self.assert_nothing_told(wizard, "create", [rows])
        self.assert_nothing_told(wizard, "onchange", [], rows, ["line_ids"], spec)
        self.assert_nothing_told(
            wizard, "onchange", [], {}, [], spec, context={"default_line_ids": rows["line_ids"]}
        )
        for method in ("action_open_settlement", "action_open_default", "action_open_maintenance"):
            self.assert_nothing_told("vendor.financing.contract.installment", method, self.part.ids)

    def test_defaults_name_no_record_of_another_company(self):
        line, title = self.title.line_id, self.title
        for model, defaults in (
            ("maintenance", {"installment_id": self.part.id}),
            ("settlement", {"line_ids": [(0, 0, {"installment_id": self.part.id})]}),
            ("request", {"order_id": self.order.id}),
            ("contract", {"agreement_id": self.agreement.id}),
            ("contract", {"title_ids": [(0, 0, {"line_id": line.id})]}),
            ("contract", {"installment_ids": [(0, 0, {"title_id": title.id})]}),
            ("contract.title", {"line_id": line.id, "contract_id": self.contract.id}),
            ("contract.installment", {"title_id": title.id, "contract_id": self.contract.id}),
            ("rate", {"agreement_id": self.agreement.id}),
            ("simulation", {"company_id": self.company.id, "amount": 1000}),
            ("simulation", {"move_ids": [(6, 0, self.financed.ids)]}),
            ("charge.type", {"bearer_id": self.bearer.id}),
            ("report", {"agreement_id": self.agreement.id}),
            ("allocation", {"title_ids": [(6, 0, title.ids)]}),
            ("allocation", {"move_ids": [(6, 0, self.financed.ids)]}),
            ("allocation", {"contract_id": self.contract.id}),
            ("effectivation", {"contract_id": self.contract.id}),
            ("recalculation", {"contract_ids": [(6, 0, self.contract.ids)]}),
            ("day", {"company_id": self.company.id}),
            ("day", {"note_ids": [(0, 0, {"move_id": self.financed[:1].id})]}),
            ("day", {"bank_ids": [(0, 0, {"agreement_id": self.agreement.id})]}),
            ("matching", {"agreement_id": self.agreement.id}),
            ("repricing", {"installment_ids": [(6, 0, self.part.ids)]}),
        ):
            name = f"vendor.financing.{model}"
            spec = {key: {"fields": {"display_name": {}}} for key in defaults if key != "amount"}
            context = {f"default_{key}": value for key, value in defaults.items()}
            with self.subTest(name, **defaults):
                self.assert_nothing_told(name, "default_get", list(defaults), context=context)
                self.assert_nothing_told(name, "onchange", [], {}, [], spec, context=context)
                self.assert_nothing_told(name, "create", [{}], context=context)
                self.assert_nothing_told(name, "onchange", [], defaults, list(defaults), spec)

    def test_lines_of_an_invoice_s_onchange_name_no_title_of_another_company(self):
        line = {"vendor_title_id": self.title.id}
        inner = {"fields": {"vendor_title_id": {"fields": {"display_name": {}}}}}
        self.assert_nothing_told(
            "account.move",
            "onchange",
            [],
            {"move_type": "entry", "line_ids": [(0, 0, line)]},
            ["line_ids"],
            {"line_ids": inner},
        )

    def test_simulator_tells_nothing_of_another_company_s_banks(self):
        values = {"company_id": self.company.id, "amount": 1000}
        spec = {"amount": {}, "row_ids": {"fields": {"customer_total": {}}}}
        simulation = "vendor.financing.simulation"
        self.assert_nothing_told(simulation, "create", [values])
        self.assert_nothing_told(simulation, "onchange", [], values, ["amount"], spec)

    def test_requests_tell_nothing_of_another_company_s_orders(self):
        request = self.env["vendor.financing.request"].create({"order_id": self.order.id})
        requests = "vendor.financing.request"
        spec = {"order_amount": {}, "partner_id": {}, "display_name": {}}
        values = {"order_id": self.order.id}
        self.assert_nothing_told(requests, "create", [values])
        self.assert_nothing_told(
            requests, "create", [{}], context={"default_order_id": self.order.id}
        )
        self.assert_nothing_told(requests, "onchange", [], values, ["order_id"], spec)
        for method in ("action_propose", "action_request", "action_approve", "action_refuse"):
            self.assert_nothing_told(requests, method, request.ids)
        self.assert_nothing_told("sale.order", "action_request_vendor_approval", self.order.ids)
        self.assertEqual(request.state, "draft")

    def test_actions_on_another_company_s_contracts_are_refused(self):
        actions = {
            self.contract: ("action_undo", "action_view_entries"),
            self.draft: (
                "action_effect",
                "action_add_pending",
                "action_propose",
                "action_apply_expected",
                "action_cancel",
            ),
            self.operation: ("action_undo",),
            self.agreement: ("action_view_mismatches",),
        }
        for record, methods in actions.items():
            for method in methods:
                with self.subTest(model=record._name, method=method):
                    self.assert_nothing_told(record._name, method, record.ids)

    def test_iof_rates_are_changed_by_users_of_all_companies_only(self):
        rates = "vendor.financing.iof.rate"
        rate = self.env[rates].search([], limit=1)
        for user in (self.vendor_manager, self.stranger):
            message = self.assert_refused(user, rates, "write", rate.ids, {"daily": 0})
            self.assertIn("applies to all companies", message)
            self.assert_refused(user, rates, "unlink", rate.ids)
            self.assert_refused(
                user,
                rates,
                "create",
                [{"date_from": "2026-12-01", "daily": 0, "additional": 0, "source": "x"}],
            )
        everybody = self._create_user(
            "vendor_everywhere", "vendor_financing.vendor_financing_group_manager"
        )
        everybody.company_ids = self.env["res.company"].search([])
        self.call(everybody, rates, "write", rate.ids, {"source": "Dec. 1"})
        self.assertEqual(rate.source, "Dec. 1")

    def test_worth_of_financed_invoices_and_entries_stays(self):
        """The host lets invoicing users write these on posted documents."""
        self.env.flush_all()
        for move in (self.financed, self.operation.move_id):
            before = move.line_ids.read(["balance", "date_maturity", "partner_id", "account_id"])
            for name, value in (
                ("invoice_date_due", "2031-01-01"),
                ("date", "2026-01-01"),
                ("partner_id", self.partner_b.id),
                ("payment_state", "reversed"),
                ("amount_residual", 7654),
                ("line_ids", [(1, move.line_ids[0].id, {"balance": 1})]),
            ):
                with self.subTest(move=move.name, name=name):
                    self.assert_refused(
                        self.invoicing_user, "account.move", "write", move.ids, {name: value}
                    )
            for line in move.line_ids:
                for name, value in (
                    ("balance", 7654),
                    ("date_maturity", "2031-02-01"),
                    ("partner_id", self.partner_b.id),
                    ("price_unit", 1),
                    ("amount_residual", 7654),
                ):
                    with self.subTest(move=move.name, line=line.name, name=name):
                        self.assert_refused(
                            self.invoicing_user,
                            "account.move.line",
                            "write",
                            line.ids,
                            {name: value},
                        )
            self.assert_refused(
                self.invoicing_user, "account.move.line", "unlink", move.line_ids[0].ids
            )
            after = move.line_ids.read(["balance", "date_maturity", "partner_id", "account_id"])
            self.assertEqual(after, before)
        self.call(
            self.invoicing_user, "account.move", "write", self.financed.ids, {"narration": "ok"}
        )
        self.call(
            self.invoicing_user,
            "account.move",
            "write",
            self.plain.ids,
            {"invoice_date_due": "2031-01-01"},
        )

    def test_accounts_of_an_agreement_are_chosen_by_accountants_and_stay_while_used(self):
        """Locks and proofs believe them."""
        both = self._create_user(
            "vendor_accountant",
            "vendor_financing.vendor_financing_group_manager,account.group_account_manager",
        )
        write = ("vendor.financing.agreement", "write", self.agreement.ids)
        other = self.vendor_account.copy({"code": "V219"})
        receivable = self.company_data["default_account_receivable"]
        for name, account in (
            ("vendor_account_id", other),
            ("bank_account_id", receivable),
            ("interest_account_id", self.income_account),
        ):
            with self.subTest(name):
                message = self.assert_refused(self.vendor_manager, *write, {name: account.id})
                self.assertIn("chosen by accountants", message)
        for name, account in (
            ("vendor_account_id", other),
            ("bank_account_id", self.bank_account.copy({"code": "V119"})),
        ):
            with self.subTest(name):
                message = self.assert_refused(both, *write, {name: account.id})
                self.assertIn(self.contract.display_name, message)
        for name in ("interest_account_id", "expense_account_id", "iof_account_id"):
            with self.subTest(name):
                message = self.assert_refused(both, *write, {name: receivable.id})
                self.assertIn("of another type", message)
        self.call(both, *write, {"interest_account_id": self.income_account.id})
        self.call(self.vendor_manager, *write, {"tolerance": 6.0})

    def test_guarantee_is_settled_by_its_contract_only(self):
        item = self.operation.move_id.line_ids.filtered("vendor_installment_id")[:1]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    (0, 0, {"account_id": item.account_id.id, "balance": -item.balance}),
                    (
                        0,
                        0,
                        {
                            "account_id": self.company_data["default_account_expense"].id,
                            "balance": item.balance,
                        },
                    ),
                ],
            }
        )
        entry.action_post()
        pair = item | entry.line_ids.filtered(lambda line: line.account_id == item.account_id)
        self.assert_refused(self.invoicing_user, "account.move.line", "reconcile", pair.ids)
        self.assertFalse(item.reconciled)

    # -------------------------------------------------------------------------
    # FIGURES THAT THE HOST COMPUTES
    # -------------------------------------------------------------------------

    def test_approval_believes_no_total_that_a_salesman_says(self):
        self._approve(self.order)
        approved = self.order.amount_total
        line = self.order.order_line
        self.call(self.salesman, "sale.order.line", "write", line.ids, {"price_unit": 5e6})
        for values in ({"amount_total": approved}, {"amount_untaxed": approved}):
            with self.subTest(values):
                self.assert_refused(self.salesman, "sale.order", "write", self.order.ids, values)
        self.assert_refused(
            self.salesman, "sale.order.line", "write", line.ids, {"price_total": approved}
        )
        self.assert_refused(self.salesman, "sale.order", "action_confirm", self.order.ids)

    def test_bank_finances_no_more_than_is_owed(self):
        pending = self._create_vendor_invoice(1004.0)
        item = pending.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        forged = {"amount_residual": 9000, "amount_residual_currency": 9000}
        for name, value in forged.items():
            with self.subTest(name):
                self.assert_refused(
                    self.invoicing_user, "account.move.line", "write", item.ids, {name: value}
                )
                self.assert_refused(
                    self.invoicing_user,
                    "account.move",
                    "write",
                    pending.ids,
                    {"line_ids": [(1, item.id, {name: value})]},
                )
        self.assertEqual(item.amount_residual, pending.amount_total)

    def test_items_of_entries_stay_in_their_period_and_journal(self):
        for move in (self.financed, self.operation.move_id, self.plain):
            for name, value in (
                ("date", "2020-01-01"),
                ("journal_id", self.company_data["default_journal_misc"].id),
            ):
                with self.subTest(move=move.name, name=name):
                    self.assert_refused(
                        self.invoicing_user,
                        "account.move.line",
                        "write",
                        move.line_ids[:1].ids,
                        {name: value if move.journal_id.id != value else False},
                    )

    def test_pending_invoice_is_paid_by_open_items_only(self):
        pending = self._create_vendor_invoice(1004.0)
        debit = pending.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        entry = self.operation.move_id
        used_up = entry.line_ids.filtered(lambda line: line.account_id == debit.account_id)
        open_item = entry.line_ids - used_up
        for credit in (used_up | open_item)[:2]:
            for amount in (1004, -5):
                values = {
                    "debit_move_id": debit.id,
                    "credit_move_id": credit.id,
                    "amount": amount,
                    "debit_amount_currency": amount,
                    "credit_amount_currency": amount,
                }
                with self.subTest(credit=credit.account_id.name, amount=amount):
                    self.assert_refused(
                        self.invoicing_user, "account.partial.reconcile", "create", [values]
                    )
        self.assertEqual(pending.payment_state, "not_paid")

    def test_manager_without_accounting_changes_bearers_of_the_own_charge_type_only(self):
        manager = self._create_user(
            "manager_only", "vendor_financing.vendor_financing_group_manager"
        )
        lines = "account.payment.method.line"
        bank = self.company_data["default_journal_bank"]
        foreign_bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company_2.id)], limit=1
        )
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

    def test_list_of_no_card_is_refused_in_words(self):
        message = self.assert_refused(
            self.manager_user, "vendor.financing.overview", "action_open_list", []
        )
        self.assertIn("A list belongs to one card", message)

    def test_manager_without_accounting_renames_the_own_charge_type_only(self):
        manager = self._create_user(
            "charge_type_manager", "vendor_financing.vendor_financing_group_manager"
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

    def test_report_without_a_file_is_refused_in_words(self):
        wizard = "vendor.financing.report"
        (made,) = self.call(
            self.invoicing_user, wizard, "create", [{"agreement_id": self.contract.agreement_id.id}]
        )
        message = self.assert_refused(self.invoicing_user, wizard, "action_import", [made])
        self.assertIn("No file was chosen", message)

    def test_host_computes_totals_as_the_user_who_edits_taxes(self):
        """It calls the computation itself then, as `_inverse_tax_totals` does."""
        bill = self.init_invoice("in_invoice", partner=self.partner_a, amounts=[100.0])
        total = bill.amount_total
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET amount_total = 7 WHERE id = %s", bill.ids)
        self.env.invalidate_all()
        bill.with_user(self.invoicing_user)._compute_amount()
        self.assertEqual(bill.amount_total, total)
