from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestChargeType(VendorFinancingContractCommon):
    """Seed 004, "Mudança do Tipo de Cobrança"."""

    def _change(self, invoices, bearer, reason="The customer asked for 60 days", user=None):
        action = (
            self.env["ir.actions.act_window"]
            .with_user(user or self.invoicing_user)
            ._for_xml_id("vendor_financing.vendor_financing_charge_type_action")
        )
        form = Form(
            self.env[action["res_model"]]
            .with_user(user or self.invoicing_user)
            .with_context(active_model="account.move", active_ids=invoices.ids)
        )
        if bearer:
            form.bearer_id = bearer
        form.reason = reason
        form.save().action_confirm()

    def _pay(self, invoice, amount):
        return (
            self.env["account.payment.register"]
            .with_user(self.invoicing_user)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"amount": amount})
            ._create_payments()
        )

    def test_invoice_becomes_pending_and_says_who_and_why(self):
        invoice = self._create_vendor_invoice(bearer=self.manual_line)
        due = invoice.invoice_date_due
        self.assertEqual(invoice.vendor_state, "none")
        self._change(invoice, self.bearer)
        self.assertEqual((invoice.vendor_state, invoice.vendor_collection), ("pending", "carteira"))
        self.assertEqual(invoice.invoice_date_due, due)
        body = invoice.message_ids[0].body
        for text in (self.invoicing_user.name, "60 days", "Vendor Banco A", self.manual_line.name):
            self.assertIn(text, body)

    def test_partly_paid_invoice_keeps_its_payment(self):
        invoice = self._create_vendor_invoice(300.0, bearer=self.manual_line)
        self._pay(invoice, 100.0)
        matched = invoice.line_ids.matched_credit_ids
        self._change(invoice, self.bearer)
        self.assertEqual((invoice.vendor_state, invoice.amount_residual), ("pending", 200.0))
        self.assertEqual(invoice.line_ids.matched_credit_ids, matched)
        self.assertTrue(matched)

    def test_invoice_goes_out_of_vendor_with_or_without_a_bearer(self):
        invoices = self._create_vendor_invoice() | self._create_vendor_invoice()
        self._change(invoices[0], self.manual_line)
        self._change(invoices[1], None)
        self.assertEqual(invoices.mapped("vendor_state"), ["none", "none"])
        self.assertEqual(invoices[0].preferred_payment_method_line_id, self.manual_line)
        self.assertFalse(invoices[1].preferred_payment_method_line_id)

    def test_many_at_once_or_none(self):
        invoices = self._create_vendor_invoice(bearer=self.manual_line)
        invoices |= self._create_vendor_invoice(bearer=self.manual_line)
        draft = self._create_vendor_invoice(bearer=self.manual_line, post=False)
        paid = self._create_vendor_invoice(bearer=self.manual_line)
        self._pay(paid, 1000.0)
        with self.assertRaises(UserError) as refused:
            self._change(invoices | draft | paid, self.bearer)
        message = str(refused.exception)
        self.assertIn(f"{draft.display_name}: only posted", message)
        self.assertIn(f"{paid.display_name}: nothing of it is open", message)
        self.assertNotIn(invoices[0].name, message)
        self.assertEqual(set(invoices.mapped("vendor_state")), {"none"})
        self._change(invoices, self.bearer)
        self.assertEqual(set(invoices.mapped("vendor_state")), {"pending"})

    def test_financed_invoice_is_refused(self):
        invoice = self._create_vendor_invoice(10000.0)
        contract = self.make_effective(invoice)
        with self.assertRaisesRegex(UserError, f"(?s){invoice.name}.*{contract.number}"):
            self._change(invoice, self.manual_line)
        self.assertEqual(invoice.vendor_state, "financed")
        contract.with_user(self.manager_user).action_undo()
        self._change(invoice, self.manual_line)
        self.assertEqual(invoice.vendor_state, "none")

    def test_invoice_in_a_draft_contract_is_refused(self):
        invoice = self._create_vendor_invoice(10000.0)
        self.make_contract(invoice)
        with self.assertRaisesRegex(UserError, f"(?s){invoice.name}.*CT-1; take it out there"):
            self._change(invoice, self.manual_line)

    def test_live_charge_is_refused(self):
        invoice = self._create_vendor_invoice(bearer=self.manual_line)
        provider = self.env["payment.provider"].create(
            {"name": "Boleto", "code": "none", "state": "test", "company_id": self.company.id}
        )
        method = self.env["payment.method"].create({"name": "Boleto", "code": "boleto_test"})
        charge = self.env["payment.transaction"].create(
            {
                "reference": "BOLETO-1",
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "partner_id": invoice.partner_id.id,
                "amount": invoice.amount_total,
                "currency_id": invoice.currency_id.id,
                "invoice_ids": [(6, 0, invoice.ids)],
            }
        )
        for state in ("pending", "authorized"):
            # The provider of the test does not authorize by itself.
            self.env.cr.execute(
                "UPDATE payment_transaction SET state = %s WHERE id = %s", (state, charge.id)
            )
            charge.invalidate_recordset(["state"])
            with self.assertRaisesRegex(UserError, f"(?s){invoice.name}.*BOLETO-1"):
                self._change(invoice, self.bearer)
        charge.state = "cancel"
        self._change(invoice, self.bearer)
        self.assertEqual(invoice.vendor_state, "pending")

    def test_bearer_of_the_wrong_kind_is_refused(self):
        invoice = self._create_vendor_invoice()
        wizard = (
            self.env["vendor.financing.charge.type"]
            .with_user(self.invoicing_user)
            .create(
                {
                    "move_ids": invoice.ids,
                    "company_id": self.company.id,
                    "direction": "from_vendor",
                    "bearer_id": self.bearer.id,
                    "reason": "x",
                }
            )
        )
        with self.assertRaisesRegex(UserError, "of the charge type Vendor"):
            wizard.action_confirm()
        wizard.write({"direction": "to_vendor", "bearer_id": self.manual_line.id})
        with self.assertRaisesRegex(UserError, "Choose a bearer of the charge type Vendor"):
            wizard.action_confirm()

    def test_bearer_of_another_company_is_refused(self):
        invoice = self._create_vendor_invoice(bearer=self.manual_line)
        wizard = self.env["vendor.financing.charge.type"].create(
            {
                "move_ids": invoice.ids,
                "company_id": self.company.id,
                "direction": "to_vendor",
                "bearer_id": self.bearer_2.id,
                "reason": "x",
            }
        )
        with self.assertRaisesRegex(UserError, f"(?s){invoice.name}.*is of company"):
            wizard.action_confirm()

    def test_others_may_not_use_it(self):
        invoice = self._create_vendor_invoice(bearer=self.manual_line)
        for user in (self.salesman, self.foreign_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._change(invoice, self.bearer, user=user)
        self.assertEqual(invoice.vendor_state, "none")
