from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common_billing import BillingCommon

# In cents; with 17 % on top 99.90 is 99.89 or 99.91.
PRICES = (9990, 507, 501, 3333, 4999, 8990, 14990, 19999, 120000, 500, 123457)


@tagged("post_install", "-at_install")
class TestPrices(BillingCommon):
    """The client pays the price, to the cent, whatever the taxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        taxes = cls.env["account.tax"]
        values = {"type_tax_use": "sale", "company_id": cls.company.id}
        cls.on_top = taxes.create({**values, "name": "ICMS 17 %", "amount": 17.0})
        cls.small = taxes.create({**values, "name": "PIS 0.65 %", "amount": 0.65})
        cls.cofins = taxes.create({**values, "name": "COFINS 3 %", "amount": 3.0, "sequence": 20})
        cls.inside = taxes.create(
            {
                **values,
                "name": "ISS 5 % inside",
                "amount": 5.0,
                "amount_type": "division",
                "price_include_override": "tax_included",
            }
        )
        cls.division = taxes.create(
            {**values, "name": "Por dentro 12 %", "amount": 12.0, "amount_type": "division"}
        )
        cls.withheld = taxes.create({**values, "name": "IR -1.5 %", "amount": -1.5})
        cls.compound = taxes.create(
            {
                **values,
                "name": "Base 7 %",
                "amount": 7.0,
                "include_base_amount": True,
                "sequence": 1,
            }
        )
        cls.group = taxes.create(
            {
                **values,
                "name": "PIS and COFINS",
                "amount_type": "group",
                "children_tax_ids": [Command.set((cls.small + cls.cofins).ids)],
            }
        )

    def bill(self, plans):
        """Return the fatura of a contract of these plans, (price in cents, quantity) each."""
        client = self._create_client("Lua")
        lines = []
        for number, (cents, quantity) in enumerate(plans):
            plan = self.plan.copy({"name": f"{number}", "price": cents / 100})
            lines.append(Command.create({"plan_id": plan.id, "quantity": quantity}))
        contract = self._create_contract(client, line_ids=lines)
        contract._bill_due()
        return contract, contract.fatura_ids

    def test_every_price_is_billed_with_every_tax(self):
        for taxes in (
            self.on_top,
            self.inside,
            self.division,
            self.group,
            self.compound + self.on_top,
            self.on_top + self.withheld,
            self.small + self.cofins + self.on_top,
        ):
            self.product.taxes_id = taxes
            for cents in PRICES:
                with self.subTest(taxes=taxes.mapped("name"), cents=cents):
                    fatura = self.make_fatura(cents / 100, is_one_off_fatura=True)
                    self.assertEqual(round(fatura.amount_total * 100), cents)
                    self.assertEqual(fatura.state, "posted")

    def test_missing_cent_is_in_the_base_and_the_tax_is_that_inside_the_price(self):
        self.product.taxes_id = self.on_top
        fatura = self.make_fatura(99.9, is_one_off_fatura=True)
        # 99.90 - 99.90 / 1.17 = 14.515
        self.assertIn(fatura.amount_tax, (14.51, 14.52))
        self.assertEqual(round(fatura.amount_untaxed + fatura.amount_tax, 2), 99.9)
        items = fatura.line_ids
        self.assertEqual(round(sum(items.mapped("balance")), 2), 0.0)
        tax = items.filtered("tax_line_id")
        self.assertEqual(-tax.balance, fatura.amount_tax)
        fatura.button_draft()
        fatura.action_post()
        self.assertEqual(fatura.amount_total, 99.9)

    def test_several_plans_and_quantities_add_up_however_the_company_rounds(self):
        self.product.taxes_id = self.on_top
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            with self.subTest(method):
                contract, fatura = self.bill([(9990, 3), (8990, 1), (3333, 7), (4999, 1)])
                owed = 3 * 99.9 + 89.9 + 7 * 33.33 + 49.99
                self.assertEqual(fatura.amount_total, round(owed, 2))
                self.assertEqual(
                    fatura.invoice_line_ids.mapped("price_total"),
                    contract.line_ids.mapped("subtotal"),
                )
                contract.action_cancel()

    def test_refund_gives_back_to_the_cent(self):
        self.product.taxes_id = self.on_top
        fatura = self.make_charged(99.9, is_one_off_fatura=True)
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        with freeze_time("2026-07-20 12:00:00"):
            note = fatura._create_refund_note(49.99, "2026-07-20", fatura.charge_id)
        self.assertEqual(note.amount_total, 49.99)

    def test_plan_says_what_it_bills(self):
        with Form(self.plan) as form:
            form.price = 99.9
            self.assertIn("without taxes", form.billing_preview)
        self.product.taxes_id = self.on_top
        self.env.invalidate_all()
        self.assertRegex(self.plan.billing_preview, "99.90: .*85.3.* and .*14.5.* of ICMS 17 %")
        self.plan.product_id = False
        self.assertIn("income account", self.plan.billing_preview)

    def test_price_of_which_taxes_leave_nothing_is_refused_with_the_plan(self):
        self.product.taxes_id = self.env["account.tax"].create(
            {"name": "Selo", "amount_type": "fixed", "amount": 5.0, "type_tax_use": "sale"}
        )
        self.plan.price = 5.01
        with self.assertRaisesRegex(UserError, "Emissor NF-e.*more than its price"):
            self.plan.price = 4.99

    def test_product_made_on_the_plans_form_is_a_service_without_the_taxes_of_goods(self):
        self.company.account_sale_tax_id = self.on_top
        arch = self.plan.get_view(view_type="form")["arch"]
        self.assertIn("default_taxes_id", arch)
        context = {
            "default_type": "service",
            "default_taxes_id": [Command.clear()],
            "default_supplier_taxes_id": [Command.clear()],
        }
        products = self.env["product.product"].with_context(**context)
        made = products.browse(products.name_create("Suporte")[0])
        self.assertEqual((made.type, made.taxes_id.ids), ("service", []))
        self.assertTrue(self.env["product.product"].create({"name": "Bem"}).taxes_id)

    def test_what_is_billed_without_a_product_needs_an_account_and_says_so_before(self):
        contract = self._create_contract(self._create_client("Lua"), plan=False)
        self.assertFalse(contract.billing_obstacle or self.contract.billing_obstacle)
        journal = self.provider._get_billing_journal()
        account, journal.default_account_id = journal.default_account_id, False
        self.env.invalidate_all()
        self.assertIn(journal.display_name, contract.billing_obstacle)
        self.assertFalse(self.contract.billing_obstacle)
        context = {"is_fatura": True, "default_move_type": "out_invoice"}
        moves = self.env["account.move"].with_user(self.accountant).with_context(**context)
        form = Form(moves, view="reseller_billing.fatura_view_form")
        form.partner_id = contract.partner_id
        self.assertIn(journal.display_name, form.fatura_obstacle)
        with self.assertRaisesRegex(UserError, "no plan with a product.*journal"):
            self.make_fatura(30.0, partner=contract.partner_id)
        chief = self._create_user(
            "chief",
            "account.group_account_manager,reseller_billing.reseller_billing_group_manager",
        )
        action = contract.with_user(chief).action_open_billing_journal()
        self.assertEqual(action["res_id"], journal.id)
        journal.default_account_id = account
        fatura = self.make_fatura(30.0, partner=contract.partner_id)
        self.assertEqual(fatura.invoice_line_ids.account_id, account)
