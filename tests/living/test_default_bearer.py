from odoo.addons.point_of_sale.tests.common import TestPoSCommon
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

METHODS = {
    "Supplier": "supplier_credit.account_payment_method_supplier",
    "Vendor": "vendor_financing.account_payment_method_vendor",
}


@tagged("post_install", "-at_install")
class TestDefaultBearer(TestPoSCommon):
    """How a customer usually pays is no decision about sales of a shop or a till."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.company_data["default_journal_bank"]
        agreement = cls.env["supplier.credit.agreement"].create(
            {
                "name": "Supplier",
                "card_name": "Card",
                "company_id": cls.company.id,
                "journal_id": cls.company_data["default_journal_misc"].id,
                "receivable_account_id": cls.company_data["default_account_receivable"].copy().id,
                "fee_account_id": cls.company_data["default_account_expense"].id,
                "partner_id": cls.env["res.partner"].create({"name": "Supplier"}).id,
            }
        )
        cls.bearers = {
            name: cls.env["account.payment.method.line"].create(
                {
                    "name": name,
                    "payment_method_id": cls.env.ref(method).id,
                    "journal_id": cls.journal.id,
                    "supplier_agreement_id": name == "Supplier" and agreement.id,
                }
            )
            for name, method in METHODS.items()
        }
        cls.usual = cls.journal.inbound_payment_method_line_ids.filtered(
            lambda line: line.code == "manual"
        )
        cls.website = cls.env["website"].create({"name": "Loja", "company_id": cls.company.id})

    def setUp(self):
        super().setUp()
        self.config = self.basic_config
        self.product = self.create_product("Produto", self.categ_basic, 10.0, 5)

    def set_default(self, bearer):
        self.customer.with_company(self.company).property_inbound_payment_method_line_id = bearer

    def make_order(self, **values):
        # A shop makes its orders as superuser.
        return (
            self.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "order_line": [Command.create({"product_id": self.product.id})],
                    **values,
                }
            )
        )

    def test_order_of_the_shop_ignores_it(self):
        for name, bearer in self.bearers.items():
            with self.subTest(name):
                self.set_default(bearer)
                order = self.make_order(website_id=self.website.id)
                self.assertFalse(order.preferred_payment_method_line_id)
                order.action_confirm()
                self.assertEqual(order.state, "sale")
                self.assertFalse(order._create_invoices().preferred_payment_method_line_id)

    def test_order_of_the_shop_takes_what_is_chosen_on_it(self):
        for name, bearer in self.bearers.items():
            with self.subTest(name):
                self.set_default(bearer)
                order = self.make_order(website_id=self.website.id)
                order.preferred_payment_method_line_id = bearer
                self.assertEqual(order.preferred_payment_method_line_id, bearer)

    def test_quotation_of_a_salesman_follows_it(self):
        for name, bearer in self.bearers.items():
            with self.subTest(name):
                self.set_default(bearer)
                self.assertEqual(self.make_order().preferred_payment_method_line_id, bearer)

    def test_another_default_stays_in_the_shop(self):
        self.set_default(self.usual)
        order = self.make_order(website_id=self.website.id)
        self.assertEqual(order.preferred_payment_method_line_id, self.usual)

    def test_sale_at_the_till_is_invoiced_and_paid(self):
        for number, (name, bearer) in enumerate(self.bearers.items(), 1):
            with self.subTest(name):
                self.set_default(bearer)
                order = self.sell_at_till(f"00100-010-000{number}")
                invoice = order.account_move
                self.assertFalse(invoice.preferred_payment_method_line_id)
                self.assertEqual((invoice.state, invoice.amount_residual), ("posted", 0.0))
                self.pos_session.action_pos_session_closing_control()

    def test_till_loads_no_quotation_that_could_not_be_confirmed_after_it_is_paid(self):
        self.company.vendor_approval_required = True
        for name, bearer in self.bearers.items():
            order = self.make_order(preferred_payment_method_line_id=bearer.id)
            self.open_new_session()
            load = self.env["sale.order"].browse(order.id).load_sale_order_from_pos
            with self.subTest(name):
                with self.assertRaisesRegex(UserError, f"(?s)till.*{order.name}.*bearer"):
                    load(self.config.id)
                order.preferred_payment_method_line_id = self.usual
                (loaded,) = load(self.config.id)["sale.order"]
                self.assertEqual(loaded["id"], order.id)
                self.pos_session.action_pos_session_closing_control()

    def sell_at_till(self, uuid):
        """Return the till's order of one product, paid by card and invoiced."""
        self.open_new_session()
        orders = self._create_orders(
            [
                {
                    "pos_order_lines_ui_args": [(self.product, 1)],
                    "payments": [(self.bank_pm1, 10.0)],
                    "customer": self.customer,
                    "is_invoiced": True,
                    "uuid": uuid,
                }
            ]
        )
        return orders[uuid]
