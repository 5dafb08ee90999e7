from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestCollection(VendorFinancingContractCommon):
    """Seed 004: "O sistema não gera boleto ao cliente, somente nota fiscal"; cobrança Carteira."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        cls.provider = cls.env["payment.provider"].create(
            {"name": "Boleto", "code": "none", "state": "test", "company_id": cls.company.id}
        )
        cls.payment_method = cls.env["payment.method"].create(
            {"name": "Boleto", "code": "boleto_test", "provider_ids": [(4, cls.provider.id)]}
        )

    def _transact(self, **values):
        return (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.payment_method.id,
                    "partner_id": self.partner_a.id,
                    "amount": 10.0,
                    "currency_id": self.company.currency_id.id,
                    **values,
                }
            )
        )

    def _link(self, document, user):
        return Form(
            self.env["payment.link.wizard"]
            .with_user(user)
            .with_context(active_model=document._name, active_id=document.id)
        )

    def test_vendor_invoice_is_not_charged_online(self):
        invoice = self._create_vendor_invoice()
        plain = self._create_vendor_invoice(bearer=self.manual_line)
        self.assertEqual((invoice.vendor_collection, plain.vendor_collection), ("carteira", False))
        self.assertFalse(invoice._has_to_be_paid())
        self.assertTrue(plain._has_to_be_paid())
        self.assertIn("bank", invoice._get_online_payment_error())
        self.assertNotIn("bank", plain._get_online_payment_error())
        with self.assertRaisesRegex(UserError, f"(?s){invoice.name}.*Carteira"):
            self._link(invoice, self.invoicing_user)
        with self.assertRaisesRegex(UserError, f"(?s){invoice.name}.*Carteira"):
            self._transact(invoice_ids=[(6, 0, (invoice + plain).ids)])
        self.assertTrue(self._link(plain, self.invoicing_user).link)
        self.assertEqual(self._transact(invoice_ids=[(6, 0, plain.ids)]).invoice_ids, plain)

    def test_refund_of_an_earlier_charge_goes_on(self):
        invoice = self._create_vendor_invoice(bearer=self.manual_line)
        charge = self._transact(invoice_ids=[(6, 0, invoice.ids)])
        charge.state = "done"
        invoice.preferred_payment_method_line_id = self.bearer
        refund = charge._create_child_transaction(10.0, is_refund=True)
        self.assertEqual(refund.source_transaction_id, charge)

    def test_vendor_order_is_not_charged_online(self):
        order = self._create_order(self.bearer)
        order.require_payment = True
        plain = self._create_order(self.manual_line)
        plain.require_payment = True
        self.assertFalse(order._has_to_be_paid())
        self.assertTrue(plain._has_to_be_paid())
        with self.assertRaisesRegex(UserError, f"(?s){order.name}.*Carteira"):
            self._link(order, self.env.user)
        with self.assertRaisesRegex(UserError, f"(?s){order.name}.*Carteira"):
            self._transact(sale_order_ids=[(4, order.id)])

    def test_what_the_bank_debited_may_be_charged_again(self):
        invoice = self._create_vendor_invoice(10000.0)
        contract = self.make_effective(invoice)
        self.assertEqual(invoice.vendor_collection, "carteira")
        self.assertEqual(invoice.vendor_contract_id, contract)
        contract = contract.sudo()
        contract._default({contract.installment_ids: 10000.0}, self.day("2026-04-20"))
        self.assertEqual((invoice.vendor_state, invoice.vendor_collection), ("debited", False))
        self.assertTrue(invoice._has_to_be_paid())

    def test_undo_returns_the_invoice_to_carteira(self):
        invoice = self._create_vendor_invoice(10000.0)
        self.make_effective(invoice).with_user(self.manager_user).action_undo()
        self.assertEqual((invoice.vendor_state, invoice.vendor_collection), ("pending", "carteira"))

    def test_invoice_form_shows_contract_and_instalments(self):
        invoice = self._create_vendor_invoice(10000.0)
        contract = self.make_effective(invoice, plan="30/60")
        form = Form(invoice.with_user(self.invoicing_user))
        self.assertEqual(form.vendor_state, "financed")
        self.assertEqual(form.vendor_contract_id, contract)
        self.assertEqual(
            [line["date_due"] for line in form.vendor_installment_ids._records],
            ["2026-04-02", "2026-05-04"],
        )
        action = invoice.with_user(self.invoicing_user).action_view_vendor_contract()
        self.assertEqual((action["res_model"], action["res_id"]), (contract._name, contract.id))
