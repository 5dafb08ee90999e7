from odoo.exceptions import UserError
from odoo.tests import tagged

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestInquiry(VendorFinancingContractCommon):
    """Seed 004: "Clientes - Consulta Contrato Vendor", the pending report, and billed charges."""

    def test_customer_shows_what_is_financed(self):
        partner = self.partner_a.with_user(self.invoicing_user)
        self.assertFalse(partner.has_vendor_contract)
        contract = self.make_effective(self._create_vendor_invoice(900.0), plan="30/60/90")
        partner.invalidate_recordset()
        self.assertTrue(partner.has_vendor_contract)
        self.assertEqual(partner.vendor_exposure, 900.0)
        contract.sudo()._settle({contract.installment_ids[0].sudo(): 300.0}, self.day("2026-04-02"))
        partner.invalidate_recordset()
        self.assertEqual(partner.vendor_exposure, 600.0)
        action = partner.action_view_vendor_installments()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, contract.installment_ids.with_env(found.env))

    def test_form_of_a_customer_opens_for_every_role(self):
        for user in (self.invoicing_user, self.manager_user, self.salesman):
            with self.subTest(user.login):
                self.partner_a.with_user(user).get_views([(False, "form")])

    def test_pending_list_is_printed_with_totals(self):
        self._create_vendor_invoice(100.0)
        self._create_vendor_invoice(250.0)
        financed = self._create_vendor_invoice(7777.0)
        self.make_effective(financed)
        moves = self.env["account.move"].with_user(self.invoicing_user)
        action = moves.browse().action_print_vendor_pending()
        ids = action["context"]["active_ids"]
        self.assertNotIn(financed.id, ids)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "vendor_financing.vendor_financing_pending_report", ids
        )
        self.assertIn(b"350.00", html)
        self.assertNotIn(b"7,777", html)

    def test_nothing_to_print_is_said(self):
        moves = self.env["account.move"].with_user(self.foreign_user)
        with self.assertRaisesRegex(UserError, "nothing to print"):
            moves.browse().action_print_vendor_pending()

    def test_charges_are_billed_to_the_customer(self):
        self.agreement.charge_product_id = self.product_a
        contract = self.make_effective(self._create_vendor_invoice(1000.0))
        wizard = self._open_default(contract)
        wizard.write({"charges": 45.5, "bill_charges": True})
        wizard.action_confirm()
        bill = self.env["account.move"].search([("ref", "like", "Charges of%")], limit=1)
        self.assertEqual((bill.state, bill.partner_id), ("draft", self.partner_a))
        self.assertEqual(bill.invoice_line_ids.price_unit, 45.5)
        self.assertFalse(bill.is_vendor)

    def test_charges_without_a_product_change_nothing(self):
        contract = self.make_effective(self._create_vendor_invoice(1000.0))
        wizard = self._open_default(contract)
        wizard.write({"charges": 45.5, "bill_charges": True})
        with self.assertRaisesRegex(UserError, "product of charges"), self.env.cr.savepoint():
            wizard.action_confirm()
        self.assertEqual(contract.state, "effective")

    def _open_default(self, contract):
        action = contract.installment_ids.with_user(self.invoicing_user).action_open_default()
        wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
        return wizard.browse(action["res_id"])
