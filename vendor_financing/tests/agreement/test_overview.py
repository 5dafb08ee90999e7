from freezegun import freeze_time
from lxml import etree
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestOverview(VendorFinancingContractCommon):
    """The first screen: open work, each number one click from its list."""

    def card(self, record, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        name = "agreement_id" if record._name == "vendor.financing.agreement" else "company_id"
        domain = [(name, "=", record.id), ("kind", "=", name.removesuffix("_id"))]
        overview = self.env["vendor.financing.overview"].with_user(user or self.invoicing_user)
        return overview.search(domain)

    def assert_listed(self, card, name):
        """Assert that a number counts the list that it opens; return the list."""
        action = card.with_context(overview=name).action_open_list()
        found = self.env[action["res_model"]].with_env(card.env).search(action["domain"])
        self.assertEqual(card[name], len(found), name)
        return found

    def request(self):
        order = (
            self.env["sale.order"]
            .with_user(self.salesman)
            .create(
                {
                    "partner_id": self.partner_a.id,
                    "preferred_payment_method_line_id": self.bearer.id,
                    "order_line": [Command.create({"product_id": self.product_a.id})],
                }
            )
        )
        request = self.env[order.action_request_vendor_approval()["res_model"]]
        request = request.with_user(self.salesman).search([("order_id", "=", order.id)])
        request.action_request()
        return request

    def test_unknown_number_is_refused(self):
        card = self.card(self.company)
        for context in ({}, {"overview": "no_such_number"}, {"overview": "draft_count"}):
            with self.subTest(context), self.assertRaisesRegex(UserError, card.name):
                card.with_context(**context).action_open_list()

    def test_company_shows_invoices_to_finance_and_requests(self):
        card = self.card(self.company)
        self.assertFalse(self.assert_listed(card, "pending_count"))
        pending = self._create_vendor_invoice(100.0) | self._create_vendor_invoice(250.5)
        self._create_vendor_invoice(7.0, bearer=self.manual_line)
        self.make_effective(self._create_vendor_invoice(1000.0))
        request = self.request()
        card = self.card(self.company)
        self.assertEqual(
            self.assert_listed(card, "pending_count").ids, pending.sorted("id").ids[::-1]
        )
        self.assertEqual(card.pending_amount, 350.5)
        self.assertEqual(self.assert_listed(card, "request_count").ids, request.ids)
        request.with_user(self.manager_user).action_approve()
        self.assertFalse(self.assert_listed(self.card(self.company), "request_count"))

    def test_agreement_shows_what_is_due_at_the_bank(self):
        self.make_contract(self._create_vendor_invoice(50.0), number="CT-DRAFT")
        contract = self.make_effective(self._create_vendor_invoice(900.0), plan="30/36/60")
        first, second, third = contract.installment_ids.sorted("number")
        card = self.card(self.agreement)
        self.assertEqual(self.assert_listed(card, "draft_count").number, "CT-DRAFT")
        for name in ("due_count", "week_count", "recourse_count"):
            self.assertFalse(self.assert_listed(card, name))
        with freeze_time(f"{first.date_due} 12:00:00"):
            card = self.card(self.agreement)
            self.assertEqual(self.assert_listed(card, "due_count").ids, first.ids)
            self.assertEqual(self.assert_listed(card, "week_count").ids, second.ids)
            self.assertEqual((card.due_amount, card.week_amount), (300.0, 300.0))
            self.assertFalse(self.assert_listed(card, "recourse_count"))
        with freeze_time("2026-04-24 12:00:00"):
            card = self.card(self.agreement)
            self.assertEqual(self.assert_listed(card, "recourse_count").ids, (first | second).ids)
            self.assertEqual(card.recourse_amount, 600.0)
            self.assertNotIn(third.id, self.assert_listed(card, "due_count").ids)

    def test_agreement_shows_the_rows_of_the_banks_report(self):
        self.make_effective(self._create_vendor_invoice(1000.0))
        invoice = self.env["account.move"].search([("vendor_financing_state", "=", "financed")])
        values = {"agreement_id": self.agreement.id, "date": "2026-04-02", "kind": "settlement"}
        rows = (
            self.env["vendor.financing.report.line"]
            .sudo()
            .create(
                [
                    {**values, "key": "1", "document": invoice.name, "amount": 10.0},
                    {**values, "key": "2", "document": "99999999", "amount": 10.0},
                    {**values, "key": "3", "document": "99999998", "amount": 10.0},
                ]
            )
        )
        rows._match()
        card = self.card(self.agreement)
        self.assertEqual(len(self.assert_listed(card, "problem_count")), 2)
        self.assertEqual(self.assert_listed(card, "booking_count").key, "1")
        rows[1:].with_user(self.invoicing_user).action_ignore()
        self.assertFalse(self.assert_listed(self.card(self.agreement), "problem_count"))

    def test_agreement_shows_limit_and_validity(self):
        self.agreement.write({"limit_amount": 2000.0, "valid_until": "2026-03-03"})
        self.make_effective(self._create_vendor_invoice(500.0))
        card = self.card(self.agreement)
        self.assertEqual(
            (card.used_amount, card.limit_amount, card.used_percent), (500.0, 2000.0, 25)
        )
        self.assertFalse(card.is_expired)
        with freeze_time("2026-03-04 12:00:00"):
            self.assertTrue(self.card(self.agreement).is_expired)
        self.assertEqual(card.action_open_agreement()["res_id"], self.agreement.id)
        self.agreement.limit_amount = 0.0
        self.assertEqual(self.card(self.agreement).used_percent, 0)

    def test_difference_of_the_ledger_opens_the_entry_that_makes_it(self):
        self.make_effective(self._create_vendor_invoice(500.0))
        card = self.card(self.agreement)
        self.assertEqual(card.proof_difference, 0.0)
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create({"account_id": self.vendor_account.id, "credit": 12.34}),
                    Command.create({"account_id": self.expense_account.id, "debit": 12.34}),
                ],
            }
        )
        entry.action_post()
        card = self.card(self.agreement)
        self.assertEqual(card.proof_difference, 12.34)
        found = self.env["account.move.line"].search(card.action_open_difference()["domain"])
        self.assertEqual(found.move_id, entry)

    def test_other_companies_and_salesmen_see_nothing_of_it(self):
        self._create_vendor_invoice(100.0)
        self.assertFalse(self.card(self.agreement, self.foreign_user))
        self.assertFalse(self.card(self.company, self.foreign_user))
        card = self.card(self.company_2, self.foreign_user)
        self.assertEqual((card.pending_count, card.request_count), (0, 0))
        with self.assertRaises(AccessError):
            self.card(self.company, self.salesman)

    def test_manager_without_accounting_opens_it_too(self):
        self._create_vendor_invoice(100.0)
        request = self.request()
        manager = self._create_user(
            "only_manager", "vendor_financing.vendor_financing_group_manager"
        )
        card = self.card(self.company, manager)
        self.assertEqual(card.pending_count, 0)
        self.assertEqual(self.assert_listed(card, "request_count").ids, request.ids)
        self.assertNotIn("pending_count", self.arch(manager))
        self.assertIn("pending_count", self.arch(self.invoicing_user))

    def arch(self, user):
        overview = self.env["vendor.financing.overview"].with_user(user)
        return overview.get_view(view_type="kanban")["arch"]

    def test_every_link_of_the_card_opens(self):
        card = self.card(self.agreement)
        company = self.card(self.company)
        links = etree.fromstring(self.arch(self.invoicing_user)).findall(".//a")
        self.assertGreater(len(links), 9)
        names = set()
        for link in links:
            if link.get("name") != "action_open_list":
                self.assertTrue(getattr(card, link.get("name"))())
                continue
            name = link.get("context").split("'")[3]
            names.add(name)
            kind = company if name in ("pending_count", "request_count") else card
            self.assert_listed(kind, name)
        self.assertEqual(names, {name for name, _amount in card._get_lists()})

    def test_more_agreements_cost_no_more_queries(self):
        def count_queries():
            overview = self.env["vendor.financing.overview"].with_user(self.invoicing_user)
            cards = self.card(self.company) | overview.search([])
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            cards.read()
            return len(cards), self.env.cr.sql_log_count - before

        count_queries()
        cards, queries = count_queries()
        for name in ("B", "C", "D"):
            self.agreement.copy({"name": name})
        more_cards, more_queries = count_queries()
        self.assertEqual(more_cards, cards + 3)
        self.assertLessEqual(more_queries, queries)

    def test_overview_is_the_first_entry(self):
        menu = self.env.ref("vendor_financing.vendor_financing_menu")
        children = self.env["ir.ui.menu"].search([("parent_id", "=", menu.id)])
        self.assertEqual(
            children[0], self.env.ref("vendor_financing.vendor_financing_overview_menu")
        )
