from odoo.addons.point_of_sale.tests.common import TestPoSCommon
from odoo.addons.supplier_credit.tests.common import SupplierCreditCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSettledAtTill(SupplierCreditCommon, TestPoSCommon):
    """What the customer pays at a till is neither Supplier's nor a bank's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor_bearer = cls.env["account.payment.method.line"].create(
            {
                "name": "Vendor",
                "payment_method_id": cls.env.ref(
                    "vendor_financing.account_payment_method_vendor"
                ).id,
                "journal_id": cls.company_data["default_journal_bank"].id,
            }
        )

    def setUp(self):
        super().setUp()
        self.config = self.basic_config
        self.goods = self.create_product("Produto", self.categ_basic, 100.0, 5)
        self.goods.taxes_id = False

    def make_order(self, bearer, quantity=2, reserved=None):
        order = self.create_order(bearer=bearer)
        order.order_line.write({"product_id": self.goods.id, "product_uom_qty": quantity})
        order.order_line.price_unit = 100.0
        if reserved:
            self.reserve(order, amount=reserved)
        return order

    def settle(self, order, quantity, uuid="00200-010-0001"):
        """Have the till sell a quantity of the order's item for cash."""
        self.open_new_session()
        data = self.create_ui_order_data(
            [(self.goods, quantity)],
            customer=self.customer,
            payments=[(self.cash_pm1, 100.0 * quantity)],
            uuid=uuid,
        )
        for _command, _number, line in data["lines"]:
            line["sale_order_origin_id"] = order.id
            line["sale_order_line_id"] = order.order_line.id
        self.env["pos.order"].sync_from_ui([data])
        self.env.invalidate_all()

    def test_confirmed_order_releases_its_reservation(self):
        order = self.make_order(self.bearer, reserved="200.00")
        order.action_confirm()
        reservation = order.sudo().supplier_preauthorization_id
        answer = self.reservation_answer(amount="200.00", state="CANCELADA")
        self.supplier.on("POST", "/pre-autorizacoes/PA-1/cancelamento$", answer)
        self.settle(order, 2)
        self.deliver()
        self.assertEqual(reservation.state, "cancelled")
        self.assertFalse(order.preferred_payment_method_line_id)
        self.assertIn("paid at the till", str(order.message_ids.mapped("body")))
        self.assertEqual(order.invoice_status, "invoiced")

    def test_quotation_that_was_blocked_after_it_was_loaded_is_confirmed(self):
        for number, bearer in enumerate((self.bearer, self.vendor_bearer)):
            with self.subTest(bearer.name):
                self.company.vendor_approval_required = True
                order = self.make_order(bearer)
                self.settle(order, 2, f"00200-020-000{number}")
                self.assertEqual(order.state, "sale")
                self.assertFalse(order.preferred_payment_method_line_id)
                self.pos_session.action_pos_session_closing_control()

    def test_rest_of_an_order_may_be_supplier_s_again(self):
        order = self.make_order(self.bearer, quantity=5, reserved="500.00")
        order.action_confirm()
        answer = self.reservation_answer(amount="500.00", state="CANCELADA")
        self.supplier.on("POST", "/pre-autorizacoes/PA-1/cancelamento$", answer)
        self.settle(order, 2)
        self.deliver()
        order.preferred_payment_method_line_id = self.bearer
        self.assertEqual(order._get_supplier_reservable_amount(), 300.0)
        self.reserve(order, code="PA-2", amount="300.00")
        invoice = order.with_user(self.accountant)._create_invoices()
        self.assertEqual(invoice.amount_total, 300.0)
        values = self.env["supplier.credit.transaction"].sudo()._prepare_values(invoice.sudo())
        self.assertTrue(values["release_rest"])
