from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree
from lxml import html as html_parser
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ...models.receivables import receivable as vendor_financing_receivable
from ..contract.common import VendorFinancingContractCommon

REPORT = "vendor_financing.vendor_financing_receivable_report"


class VendorFinancingReceivableCommon(VendorFinancingContractCommon):
    """The rows of the report, and the ledger that they have to agree with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Receivable = cls.env["vendor.financing.receivable"].with_user(cls.invoicing_user)

    def rows(self, invoices, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.Receivable.with_user(user or self.invoicing_user).search(
            [("move_id", "in", invoices.ids)], order="installment_number, id"
        )

    def figures(self, invoices):
        return [(row.vendor_state, row.situation, row.residual) for row in self.rows(invoices)]

    def assert_adds_up(self):
        """Assert that the rows of each invoice add up to its receivable items."""
        self.env.flush_all()
        lines = self.env["account.move.line"].formatted_read_group(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
                ("move_id.move_type", "in", ("out_invoice", "out_refund")),
            ],
            ["move_id"],
            ["balance:sum", "amount_residual:sum"],
        )
        found = self.Receivable.formatted_read_group(
            [], ["move_id"], ["amount:sum", "residual:sum"]
        )
        self.assertTrue(lines)
        self.assertEqual(
            {group["move_id"][0]: (group["amount:sum"], group["residual:sum"]) for group in found},
            {
                group["move_id"][0]: (group["balance:sum"], group["amount_residual:sum"])
                for group in lines
            },
        )

    def book(self, parts, kind, amount=None, charges=0.0):
        action = getattr(
            parts.with_user(self.invoicing_user),
            "action_open_default" if kind == "default" else "action_open_settlement",
        )()
        wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
        wizard = wizard.browse(action["res_id"])
        wizard.write({"date": "2026-04-02", "kind": kind, "charges": charges})
        if amount:
            wizard.line_ids.amount = amount
        wizard.action_confirm()

    def pay(self, invoice, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {"payment_method_line_id": self.manual_line.id, "amount": amount}
        )._create_payments()


@tagged("post_install", "-at_install")
class TestReceivableReport(VendorFinancingReceivableCommon):
    """Seed 004, "Relatório Contas a Receber": receivables with the columns of vendor."""

    def test_invoice_that_no_bank_finances_is_one_row(self):
        plain = self._create_vendor_invoice(500.0, bearer=self.manual_line)
        pending = self._create_vendor_invoice(700.0)
        self.assertEqual(self.figures(plain), [("none", "open", 500.0)])
        self.assertEqual(self.figures(pending), [("pending", "open", 700.0)])
        row = self.rows(pending)
        self.assertTrue(row.is_vendor)
        self.assertFalse(self.rows(plain).is_vendor)
        self.assertEqual((row.bearer_id, row.charge_type_id), (self.bearer, self.vendor_method))
        self.assertFalse(row.bank_id | row.contract_id.agreement_id.partner_id)
        self.assert_adds_up()

    def test_draft_and_cancelled_invoices_and_bills_are_not_listed(self):
        draft = self._create_vendor_invoice(post=False)
        cancelled = self._create_vendor_invoice(post=False)
        cancelled.button_cancel()
        bill = self._create_invoice_one_line(
            move_type="in_invoice",
            price_unit=10.0,
            product_id=self.product_a,
            tax_ids=[],
            partner_id=self.partner_a,
            post=True,
        )
        self.assertFalse(self.rows(draft | cancelled | bill))

    def test_financed_invoice_has_a_row_an_instalment(self):
        invoice = self._create_vendor_invoice(9000.0)
        original = invoice.invoice_date_due
        contract = self.make_effective(invoice, plan="30/60/90")
        rows = self.rows(invoice)
        parts = contract.installment_ids.sorted("number")
        self.assertEqual(rows.mapped("date_due"), parts.mapped("date_due"))
        self.assertEqual(set(rows.mapped("date_due_original")), {original})
        self.assertEqual(rows.mapped("amount"), [3000.0] * 3)
        self.assertEqual(set(rows.mapped("vendor_state")), {"financed"})
        self.assertEqual(rows.bank_id, self.bank)
        self.assertEqual(rows.contract_id, contract.with_env(rows.env))
        self.assertEqual(len(set(rows.ids)), 3)
        self.assert_adds_up()

    def test_rows_follow_what_becomes_of_the_instalments(self):
        """Paid at the bank, debited in part and in full, then paid to the company."""
        invoice = self._create_vendor_invoice(9000.0)
        contract = self.make_effective(invoice, plan="30/60/90")
        first, second, third = contract.installment_ids.sorted("number")
        self.book(first, "settlement")
        self.book(second, "settlement", amount=1000.0)
        self.assertEqual(
            self.figures(invoice),
            [
                ("settled", "settled", 0.0),
                ("financed", "open", 2000.0),
                ("financed", "open", 3000.0),
            ],
        )
        self.assert_adds_up()
        self.book(second | third, "default", charges=10.0)
        original = self.rows(invoice)[0].date_due_original
        self.assertEqual(
            self.figures(invoice),
            [
                ("settled", "settled", 0.0),
                ("debited", "defaulted", 2000.0),
                ("debited", "defaulted", 3000.0),
            ],
        )
        self.assertEqual(set(self.rows(invoice)[1:].mapped("date_due")), {original})
        self.assert_adds_up()
        self.pay(invoice, 2500.0)
        self.assertEqual(
            self.figures(invoice)[1:],
            [("debited", "settled", 0.0), ("debited", "defaulted", 2500.0)],
        )
        self.assert_adds_up()
        self.pay(invoice, 2500.0)
        self.assertEqual({row.situation for row in self.rows(invoice)}, {"settled"})
        self.assert_adds_up()

    def test_partly_debited_instalment_keeps_the_rest_at_the_bank(self):
        invoice = self._create_vendor_invoice(1000.0)
        contract = self.make_effective(invoice)
        self.book(contract.installment_ids, "default", amount=400.0)
        self.assertEqual(self.figures(invoice), [("financed", "open", 1000.0)])
        self.assert_adds_up()

    def test_undone_contract_leaves_the_invoice_pending(self):
        invoice = self._create_vendor_invoice(1000.0)
        original = invoice.invoice_date_due
        contract = self.make_effective(invoice)
        contract.with_user(self.manager_user).action_undo()
        self.assertEqual(self.figures(invoice), [("pending", "open", 1000.0)])
        self.assertEqual(self.rows(invoice).date_due, original)
        self.assertFalse(self.rows(invoice).contract_id)

    def test_of_an_invoice_financed_again_the_latest_contract_counts(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.book(self.make_effective(invoice).installment_ids, "default")
        self.pay(invoice, 300.0)
        again = self.make_effective(invoice, number="CT-2")
        rows = self.rows(invoice)
        self.assertEqual(rows.contract_id, again.with_env(rows.env))
        self.assertEqual(
            sorted((row.vendor_state, row.amount, row.residual) for row in rows),
            [("financed", 700.0, 700.0), ("none", 300.0, 0.0)],
        )
        self.assert_adds_up()

    def test_what_was_paid_before_is_a_row_of_its_own(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.pay(invoice, 250.0)
        self.make_effective(invoice, plan="30/60")
        self.assertEqual(
            sorted(self.figures(invoice)),
            [("financed", "open", 375.0), ("financed", "open", 375.0), ("none", "settled", 0.0)],
        )
        self.assert_adds_up()

    def test_credit_note_is_negative(self):
        note = self._create_vendor_invoice(800.0, move_type="out_refund")
        row = self.rows(note)
        self.assertEqual((row.move_type, row.amount, row.residual), ("out_refund", -800.0, -800.0))
        self.assertEqual((row.vendor_state, row.is_vendor), ("none", False))
        self.assert_adds_up()

    def test_amounts_of_another_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        invoice = self._create_vendor_invoice(100.0, bearer=self.manual_line, currency_id=euro.id)
        row = self.rows(invoice)
        self.assertEqual((row.currency_id, row.residual_currency), (euro, 100.0))
        self.assertEqual((row.amount, row.residual), (200.0, 200.0))

    def test_age_is_counted_on_the_day_of_the_reader(self):
        invoice = self._create_vendor_invoice(
            100.0, bearer=self.manual_line, invoice_date="2026-03-03"
        )
        self.assertEqual(self.rows(invoice).date_due, self.day("2026-03-03"))
        for today, days, situation, band in (
            ("2026-03-03", 0, "open", "a_not_due"),
            ("2026-03-04", 1, "overdue", "b_30"),
            ("2026-04-02", 30, "overdue", "b_30"),
            ("2026-04-03", 31, "overdue", "c_60"),
            ("2026-05-02", 60, "overdue", "c_60"),
            ("2026-06-01", 90, "overdue", "d_90"),
            ("2026-06-02", 91, "overdue", "e_older"),
        ):
            with self.subTest(today), freeze_time(f"{today} 12:00:00"):
                row = self.rows(invoice)
                self.assertEqual(
                    (row.days_overdue, row.situation, row.age_band), (days, situation, band)
                )
        self.pay(invoice, 100.0)
        with freeze_time("2026-06-02 12:00:00"):
            row = self.rows(invoice)
            self.assertEqual((row.days_overdue, row.situation), (0, "settled"))
            self.assertFalse(row.age_band)

    def test_filters_of_the_list(self):
        plain = self._create_vendor_invoice(100.0, bearer=self.manual_line)
        pending = self._create_vendor_invoice(200.0)
        financed, settled, debited = (self._create_vendor_invoice(300.0) for _number in range(3))
        contract = self.make_effective(financed | settled | debited)
        parts = {part.move_id: part for part in contract.installment_ids}
        self.book(parts[settled], "settlement")
        self.book(parts[debited], "default")
        everything = plain | pending | financed | settled | debited
        expected = {
            "vendor": everything - plain,
            "not_vendor": plain,
            "pending": pending,
            "financed": financed,
            "vendor_settled": settled,
            "debited": debited,
            "open": everything - settled,
            "overdue": plain | pending | debited,
            "defaulted": debited,
            "settled": settled,
            "this_month": financed | settled,
        }
        self.env.flush_all()
        arch = self.env["vendor.financing.receivable"].get_view(view_type="search")["arch"]
        domains = {
            node.get("name"): safe_eval(node.get("domain"))
            for node in self._parse(arch).iterfind(".//filter[@domain]")
        }
        self.assertEqual(set(domains), set(expected))
        with freeze_time("2026-04-01 12:00:00"):
            for name, moves in expected.items():
                with self.subTest(name):
                    rows = self.Receivable.search(
                        [*domains[name], ("move_id", "in", everything.ids)]
                    )
                    self.assertEqual(rows.move_id, moves.with_env(rows.env))

    def test_pivot_agrees_with_the_ledger(self):
        self._create_vendor_invoice(100.0, bearer=self.manual_line)
        self._create_vendor_invoice(200.0)
        contract = self.make_effective(self._create_vendor_invoice(900.0), plan="30/60/90")
        self.book(contract.installment_ids.sorted("number")[0], "settlement")
        self.env.flush_all()
        groups = self.Receivable.formatted_read_group(
            [("date_due", "<", "2026-07-01")], ["vendor_state", "date_due:month"], ["residual:sum"]
        )
        found = {
            (group["vendor_state"], str(group["date_due:month"][0])): group["residual:sum"]
            for group in groups
        }
        self.assertEqual(
            {key: found[key] for key in found if key[0] == "financed"},
            {("financed", "2026-05-01"): 300.0, ("financed", "2026-06-01"): 300.0},
        )
        ((guaranteed,),) = self.Receivable._read_group(
            [("vendor_state", "=", "financed")], [], ["residual:sum"]
        )
        self.assertEqual(
            guaranteed,
            -sum(
                self.env["account.move.line"]
                .search(
                    [("account_id", "=", self.vendor_account.id), ("parent_state", "=", "posted")]
                )
                .mapped("balance")
            ),
        )
        self.assert_adds_up()

    def test_every_group_of_the_list_adds_up(self):
        self._create_vendor_invoice(100.0, bearer=self.manual_line)
        self.make_effective(self._create_vendor_invoice(900.0), plan="30/60/90")
        self.env.flush_all()
        ((total,),) = self.Receivable._read_group([], [], ["residual:sum"])
        arch = self.env["vendor.financing.receivable"].get_view(view_type="search")["arch"]
        filters = self._parse(arch).findall(".//group/filter")
        self.assertGreater(len(filters), 8)
        for node in filters:
            groupby = safe_eval(node.get("context"))["group_by"]
            with self.subTest(groupby):
                groups = self.Receivable.formatted_read_group([], [groupby], ["residual:sum"])
                self.assertAlmostEqual(sum(group["residual:sum"] for group in groups), total)

    def _parse(self, arch):
        return etree.fromstring(arch)


@tagged("post_install", "-at_install")
class TestReceivableReportDoors(VendorFinancingReceivableCommon):
    """Access to the report, on screen, on paper and in the host's own list."""

    def test_row_opens_invoice_and_contract(self):
        invoice = self._create_vendor_invoice(900.0)
        contract = self.make_effective(invoice)
        row = self.rows(invoice)
        self.assertEqual(row.action_open_invoice()["res_id"], invoice.id)
        self.assertEqual(row.action_open_contract()["res_id"], contract.id)

    def test_salesman_sees_nothing(self):
        with self.assertRaises(AccessError):
            self.Receivable.with_user(self.salesman).search([])
        for name in ("receivable", "receivable_report"):
            menu = self.env.ref(f"vendor_financing.vendor_financing_{name}_menu")
            self.assertFalse(self._sees(self.salesman, menu))
            self.assertTrue(self._sees(self.invoicing_user, menu))

    def test_rows_of_another_company_are_not_seen(self):
        invoice = self._create_vendor_invoice(900.0)
        self.assertTrue(self.rows(invoice))
        self.assertFalse(self.rows(invoice, self.foreign_user))

    def test_auditor_reads_it_with_banks_and_contracts(self):
        auditor = self._create_user("vendor_auditor", "account.group_account_readonly")
        contract = self.make_effective(self._create_vendor_invoice(900.0))
        rows = self.Receivable.with_user(auditor)
        self.env.flush_all()
        rows.get_views([(False, kind) for kind in ("list", "search", "pivot", "graph")])
        found = rows.search([("contract_id", "=", contract.id)])
        (values,) = found.web_read(
            {"contract_id": {"fields": {"display_name": {}}}, "bank_id": {"fields": {}}}
        )
        self.assertEqual(values["contract_id"]["display_name"], contract.display_name)
        groups = rows.formatted_read_group([], ["agreement_id"], ["residual:sum"])
        self.assertIn(
            ((self.agreement.id, self.agreement.name), 900.0),
            [(group["agreement_id"], group["residual:sum"]) for group in groups],
        )
        menu = self.env.ref("vendor_financing.vendor_financing_receivable_report_menu")
        self.assertTrue(self._sees(auditor, menu))

    def test_paper_has_totals_by_bank_and_customer(self):
        self.make_effective(self._create_vendor_invoice(900.0), plan="30/60")
        other = self._create_vendor_invoice(2000.0)
        other_customer = self._create_invoice_one_line(
            price_unit=70.25,
            product_id=self.product_a,
            tax_ids=[],
            partner_id=self.partner_b,
            post=True,
        )
        self.env.flush_all()
        rows = self.Receivable.search([])
        action = rows.action_print()
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.invoicing_user)
            ._render_qweb_html(REPORT, action["context"]["active_ids"])
        )
        page = self._cells(html)
        self.assertIn([f"Total of {self.partner_a.name}", "900.00", "900.00"], page)
        self.assertIn([f"Total of {self.bank.name}", "900.00", "900.00"], page)
        self.assertIn([f"Total of {self.partner_a.name}", "2,000.00", "2,000.00"], page)
        self.assertIn([f"Total of {self.partner_b.name}", "70.25", "70.25"], page)
        self.assertIn(["Total without a bank", "2,070.25", "2,070.25"], page)
        self.assertEqual(page[-1], ["Total", "2,970.25", "2,970.25"])
        text = html.decode()
        for printed in (other.name, other_customer.name, self.company.name, "03/03/2026", "450.00"):
            self.assertIn(printed, text)

    def test_paper_of_two_companies_does_not_mix_them(self):
        both = self._create_user("vendor_both", "account.group_account_invoice")
        both.company_ids = [Command.link(self.company_2.id)]
        self._create_vendor_invoice(100.0)
        self._create_invoice_one_line(
            price_unit=55.0,
            product_id=self.product_a,
            tax_ids=[],
            partner_id=self.partner_a,
            company_id=self.company_2.id,
            post=True,
        )
        companies = (self.company | self.company_2).ids
        rows = self.Receivable.with_user(both).with_context(allowed_company_ids=companies)
        self.env.flush_all()
        values = (
            self.env[f"report.{REPORT}"].with_env(rows.env)._get_report_values(rows.search([]).ids)
        )
        self.assertEqual(
            {section["company"].id: section["residual"] for section in values["sections"]},
            {self.company.id: 100.0, self.company_2.id: 55.0},
        )

    def test_without_a_selection_all_that_is_listed_is_printed(self):
        self._create_vendor_invoice(100.0)
        pending = self._create_vendor_invoice(200.0)
        self.env.flush_all()
        listed = self.Receivable.with_context(active_domain=[("move_id", "=", pending.id)])
        ids = listed.action_print()["context"]["active_ids"]
        self.assertEqual(self.Receivable.browse(ids).move_id.ids, pending.ids)
        with self.assertRaisesRegex(UserError, "nothing to print"):
            listed.with_context(active_domain=[("id", "=", 0)]).action_print()
        with (
            patch.object(vendor_financing_receivable, "PRINTED_ROWS", 1),
            self.assertRaisesRegex(UserError, "too many to print"),
        ):
            self.Receivable.action_print()

    def test_list_of_customer_invoices_shows_state_and_contract(self):
        invoice = self._create_vendor_invoice(900.0)
        contract = self.make_effective(invoice)
        view = self.env.ref("account.view_out_invoice_tree")
        moves = self.env["account.move"]
        arch = moves.with_user(self.invoicing_user).get_view(view.id)["arch"]
        for name in ("vendor_state", "vendor_marked_contract_id"):
            self.assertIn(name, arch)
            self.assertNotIn(name, moves.with_user(self.salesman).get_view(view.id)["arch"])
        (values,) = invoice.with_user(self.invoicing_user).read(
            ["vendor_state", "vendor_marked_contract_id"]
        )
        self.assertEqual(values["vendor_state"], "financed")
        self.assertEqual(values["vendor_marked_contract_id"][0], contract.id)
        contract.with_user(self.manager_user).action_undo()
        self.assertFalse(invoice.vendor_marked_contract_id)

    def test_list_of_other_invoices_costs_no_query_more(self):
        invoices = self._create_vendor_invoice(10.0, bearer=self.manual_line)
        invoices |= self._create_vendor_invoice(20.0, bearer=self.manual_line)
        self.env["account.payment.method.line"]._get_vendor_bearer_ids()
        self.env.flush_all()
        self.env.invalidate_all()
        invoices.fetch(["move_type", "state", "payment_state", "vendor_financing_state"])
        invoices.mapped("preferred_payment_method_line_id.id")
        with self.assertQueryCount(0):
            self.assertEqual(set(invoices.mapped("vendor_state")), {"none"})
            self.assertFalse(any(invoices.mapped("vendor_marked_contract_id.id")))

    def test_customer_invoices_are_filtered_by_state_and_contract(self):
        pending = self._create_vendor_invoice(100.0)
        financed = self._create_vendor_invoice(200.0)
        self.make_effective(financed, number="CT-4711")
        view = self.env.ref("account.view_account_invoice_filter")
        moves = self.env["account.move"].with_user(self.invoicing_user)
        self.env.flush_all()
        arch = moves.get_view(view.id)["arch"]
        for name, found in (("vendor_pending", pending), ("vendor_financed", financed)):
            with self.subTest(name):
                self.assertIn(f'name="{name}"', arch)
                state = name.removeprefix("vendor_")
                domain = [("vendor_state", "=", state), ("id", "in", (pending | financed).ids)]
                self.assertEqual(moves.search(domain).ids, found.ids)
        self.assertIn("vendor_title_ids.contract_id", arch)
        by_number = moves.search([("vendor_title_ids.contract_id", "ilike", "4711")])
        self.assertEqual(by_number.ids, financed.ids)

    def _sees(self, user, menu):
        return menu.id in self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()

    def _cells(self, html):
        """Return the texts of the rows of totals; amounts without their currency sign."""
        names = ("customer_total", "bank_total", "total")
        return [
            [" ".join(cell.text_content().replace("$", "").split()) for cell in row.findall("td")]
            for row in html_parser.fromstring(html).iter("tr")
            if row.get("name") in names
        ]
