from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import VendorFinancingCommon


@tagged("post_install", "-at_install")
class TestOrderTerm(VendorFinancingCommon):
    """Seed 004: "com o prazo de pagamento alterado para à vista (ou 1 dia)"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.at_sight = cls.env.ref("account.account_payment_term_immediate")
        cls.one_day = cls.env.ref("vendor_financing.account_payment_term_one_day")
        cls.thirty_days = cls.env.ref("account.account_payment_term_30days")
        cls.sixty_days = cls.env.ref("account.account_payment_term_45days")
        cls.partner_a.property_payment_term_id = cls.thirty_days
        cls.partner_a.property_inbound_payment_method_line_id = False
        cls.vendor_customer = cls.env["res.partner"].create(
            {
                "name": "Cliente Vendor",
                "property_payment_term_id": cls.sixty_days.id,
                "property_inbound_payment_method_line_id": cls.bearer.id,
            }
        )

    def _order(self, **values):
        return (
            self.env["sale.order"]
            .with_user(self.salesman)
            .create({"partner_id": self.partner_a.id, **values})
        )

    def test_company_starts_at_sight(self):
        self.assertEqual(self.company.vendor_payment_term_id, self.at_sight)
        self.assertEqual(self.company_2.vendor_payment_term_id, self.at_sight)
        self.assertEqual(self.one_day.line_ids.nb_days, 1)

    def test_form_changes_the_term_and_brings_it_back(self):
        with Form(self._order()) as form:
            form.payment_term_id = self.sixty_days
            form.preferred_payment_method_line_id = self.bearer
            self.assertEqual(form.payment_term_id, self.at_sight)
            self.assertEqual(form.vendor_earlier_payment_term_id, self.sixty_days)
        order = form.record
        self.assertEqual(order.payment_term_id, self.at_sight)
        self.assertEqual(order.vendor_collection, "carteira")
        with Form(order) as form:
            form.preferred_payment_method_line_id = self.manual_line
            self.assertEqual(form.payment_term_id, self.sixty_days)
        self.assertEqual(order.payment_term_id, self.sixty_days)
        self.assertFalse(order.is_vendor_term or order.vendor_earlier_payment_term_id)
        self.assertFalse(order.vendor_collection)

    def test_user_is_told_about_the_term(self):
        order = self._order()
        spec = {"preferred_payment_method_line_id": {}, "payment_term_id": {}}
        told = order.onchange(
            {"preferred_payment_method_line_id": self.bearer.id},
            ["preferred_payment_method_line_id"],
            spec,
        )["warning"]
        self.assertEqual(told["type"], "notification")
        self.assertIn(self.at_sight.name, told["message"])
        self.assertIn("Carteira", told["message"])

    def test_setting_of_one_day(self):
        with Form(self.env["res.config.settings"].with_company(self.company)) as form:
            form.vendor_payment_term_id = self.one_day
        form.record.execute()
        order = self._order(preferred_payment_method_line_id=self.bearer.id)
        self.assertEqual(order.payment_term_id, self.one_day)
        self.assertEqual(order.vendor_earlier_payment_term_id, self.thirty_days)

    def test_write_without_a_form_does_the_same(self):
        order = self._order(payment_term_id=self.sixty_days.id)
        order.preferred_payment_method_line_id = self.bearer
        self.assertEqual(order.payment_term_id, self.at_sight)
        self.assertIn("Carteira", order.message_ids[0].body)
        order.preferred_payment_method_line_id = False
        self.assertEqual(order.payment_term_id, self.sixty_days)

    def test_term_that_was_none_comes_back_as_none(self):
        order = self._order(payment_term_id=False)
        order.preferred_payment_method_line_id = self.bearer
        self.assertEqual(order.payment_term_id, self.at_sight)
        order.preferred_payment_method_line_id = self.manual_line
        self.assertFalse(order.payment_term_id)

    def test_customers_own_bearer_counts_on_form_and_creation(self):
        form = Form(self.env["sale.order"].with_user(self.salesman))
        form.partner_id = self.vendor_customer
        self.assertEqual(form.payment_term_id, self.at_sight)
        created = self._order(partner_id=self.vendor_customer.id)
        for order in (form.save(), created):
            self.assertEqual(order.payment_term_id, self.at_sight)
            self.assertEqual(order.vendor_earlier_payment_term_id, self.sixty_days)

    def test_form_takes_the_terms_of_another_customer_and_keeps_those_by_hand(self):
        other = self.vendor_customer.copy(
            {
                "property_payment_term_id": self.thirty_days.id,
                "property_inbound_payment_method_line_id": self.bearer.id,
            }
        )
        form = Form(self.env["sale.order"].with_user(self.salesman))
        form.partner_id = self.vendor_customer
        form.partner_id = other
        self.assertEqual(form.payment_term_id, self.at_sight)
        self.assertEqual(form.vendor_earlier_payment_term_id, self.thirty_days)
        form.payment_term_id = self.one_day
        form.preferred_payment_method_line_id = self._create_bearer(self.journal, "Vendor 60")
        self.assertEqual(form.payment_term_id, self.one_day)
        form.preferred_payment_method_line_id = self.manual_line
        self.assertEqual(form.payment_term_id, self.thirty_days)

    def test_form_takes_the_term_of_a_customer_outside_vendor(self):
        form = Form(self.env["sale.order"].with_user(self.salesman))
        form.partner_id = self.vendor_customer
        self.assertEqual(form.payment_term_id, self.at_sight)
        form.partner_id = self.partner_a
        self.assertEqual(form.payment_term_id, self.thirty_days)
        self.assertFalse(form.save().is_vendor_term)

    def test_another_customer_brings_terms_of_its_own(self):
        order = self._order()
        order.partner_id = self.vendor_customer
        self.assertEqual(order.payment_term_id, self.at_sight)
        self.assertEqual(order.vendor_earlier_payment_term_id, self.sixty_days)
        order.partner_id = self.partner_a
        self.assertEqual(order.payment_term_id, self.thirty_days)
        self.assertFalse(order.is_vendor_term)

    def test_other_bearers_keep_a_term_entered_by_hand(self):
        order = self._order(payment_term_id=self.sixty_days.id)
        order.preferred_payment_method_line_id = self.manual_line
        self.assertEqual(order.payment_term_id, self.sixty_days)

    def test_term_entered_on_a_vendor_order_stays(self):
        order = self._order(preferred_payment_method_line_id=self.bearer.id)
        order.payment_term_id = self.one_day
        other = self._create_bearer(self.journal, "Vendor Banco A, 60 dias")
        order.preferred_payment_method_line_id = other
        self.assertEqual(order.payment_term_id, self.one_day)

    def test_invoice_carries_the_term_and_orders_are_not_grouped(self):
        self.product_a.invoice_policy = "order"
        orders = self._create_order(self.bearer) | self._create_order(self.bearer)
        plain = self._create_order(self.manual_line) | self._create_order(self.manual_line)
        for order in orders:
            self._approve(order)
        (orders | plain).action_confirm()
        invoices = (orders | plain)._create_invoices()
        self.assertEqual(len(invoices), 3)
        of_vendor = invoices.filtered("is_vendor")
        self.assertEqual(of_vendor.vendor_order_id, orders)
        self.assertEqual(of_vendor.invoice_payment_term_id, self.at_sight)
        self.assertEqual((invoices - of_vendor).vendor_order_id, self.env["sale.order"])
        self.assertEqual(orders.vendor_invoice_ids, of_vendor)

    def test_copy_of_a_vendor_order_brings_the_earlier_term_back_too(self):
        copy = self._order(preferred_payment_method_line_id=self.bearer.id).copy()
        self.assertEqual(copy.payment_term_id, self.at_sight)
        copy.write({"preferred_payment_method_line_id": self.manual_line.id})
        self.assertEqual(copy.payment_term_id, self.thirty_days)

    def test_other_orders_cost_no_query_more(self):
        order = self._order(
            order_line=[Command.create({"product_id": self.product_a.id})],
            preferred_payment_method_line_id=self.manual_line.id,
        )
        order.vendor_collection  # noqa: B018
        order.mapped("preferred_payment_method_line_id.name")
        with self.assertQueryCount(0):
            self.assertFalse(order._get_vendor_approval_error())
            order._check_vendor_approval()
