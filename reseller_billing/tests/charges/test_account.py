from freezegun import freeze_time
from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestAccount(BillingCommon):
    """One account at Asaas: shared by companies, with money that nobody asked for, and limits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fatura = cls.make_registered()
        cls.other_company = cls.env["res.company"].create({"name": "Irmã"})
        cls.sibling = cls.provider.copy({"company_id": cls.other_company.id})
        cls.sibling.sudo().write({"asaas_api_key": cls.provider.asaas_api_key, "state": "test"})

    def events(self, provider):
        return self.env["reseller.billing.event"].search([("provider_id", "=", provider.id)])

    def add_deposit(self, value=50.0, method="TRANSFER"):
        """Put money into the account that no charge asked for; return its id."""
        customer = next(iter(self.asaas.customers))
        body = {
            "customer": customer,
            "billingType": "PIX",
            "value": value,
            "dueDate": "2026-07-10",
        }
        made = self.asaas._route("POST", "payments", {}, body)[1]["id"]
        self.asaas.pay(made, method=method, fee=0)
        return made

    def test_money_of_another_companys_charge_goes_there(self):
        reference = self.fatura.charge_id.provider_reference
        self.asaas.pay(reference)
        events = self.env["reseller.billing.event"]
        body = b'{"id": "evt_1", "event": "PAYMENT_RECEIVED", "payment": {"id": "%s"}}'
        events._receive(self.sibling, [events._read_payload(body % reference.encode())])
        self.process()
        self.process()
        self.assertEqual(self.events(self.sibling).mapped("state"), ["done"])
        self.assertFalse(sum(self.events(self.sibling).mapped("amount")))
        self.assertEqual(
            (self.fatura.charge_state, self.balance("outstanding")), ("received", 98.01)
        )
        self.assertFalse(self.fatura.name in (self.events(self.sibling).error or ""))

    def test_comparison_of_a_sibling_lists_nothing_of_ours(self):
        self.asaas.pay(self.fatura.charge_id.provider_reference)
        self.sibling.with_user(SUPERUSER_ID)._compare_charges()
        self.process()
        self.process()
        self.assertNotIn("orphan", self.events(self.sibling).mapped("state"))

    def test_holder_of_the_account_is_compared(self):
        self.company.vat = "24971563792"
        params = self.provider.action_asaas_test_connection()["params"]
        self.assertEqual((params["type"], params["sticky"]), ("warning", True))
        self.assertIn("11222333000181", params["message"])
        self.asaas.taxpayer = "24971563792"
        params = self.provider.action_asaas_test_connection()["params"]
        self.assertEqual(params["type"], "success")
        self.asaas.pix_key = False
        self.assertIn("Pix key", self.provider.action_asaas_test_connection()["params"]["message"])

    def test_transfer_is_listed_and_booked_for_a_client(self):
        made = self.add_deposit(150.0)
        self.receive_event(reference=made)
        event = self.events(self.provider).filtered(lambda one: one.charge_reference == made)
        self.assertEqual((event.state, event.amount), ("orphan", 150.0))
        wizard = self.env["reseller.billing.orphan.booking"].with_context(active_id=event.id)
        values = {"partner_id": self.client_partner.id, "fatura_ids": [(6, 0, self.fatura.ids)]}
        with self.assertRaises(AccessError):
            wizard.with_user(self.billing_manager).create(values).action_confirm()
        wizard.with_user(self.accountant).create(values).action_confirm()
        self.assertEqual((event.state, event.payment_id.amount), ("done", 150.0))
        self.assertEqual((self.fatura.amount_residual, self.client_partner.credit), (0.0, -50.0))
        self.assertEqual(self.balance("outstanding"), 150.0)
        with self.assertRaisesRegex(UserError, "no unidentified payment"):
            wizard.with_user(self.accountant).create(values).action_confirm()

    def test_documents_of_another_client_are_not_settled(self):
        made = self.add_deposit()
        self.receive_event(reference=made)
        event = self.events(self.provider).filtered(lambda one: one.charge_reference == made)
        other = self._create_client("Padaria Lua")
        wizard = self.env["reseller.billing.orphan.booking"].with_user(self.accountant)
        wizard = wizard.with_context(active_id=event.id).create(
            {"partner_id": other.id, "fatura_ids": [(6, 0, self.fatura.ids)]}
        )
        with self.assertRaisesRegex(UserError, "no issued document"):
            wizard.action_confirm()
        self.assertEqual(event.state, "orphan")

    def test_daily_limit_is_waited_for_and_told_once(self):
        self.asaas.is_limit_reached = True
        clients = [self._create_client(f"Padaria {number}") for number in range(3)]
        faturas = self.env["account.move"]
        for client in clients:
            self._create_contract(client)
            faturas |= self.make_fatura(partner=client)
        self.send()
        self.assertEqual(set(faturas.mapped("charge_state")), {"processing"})
        self.assertEqual(len(faturas.activity_ids), 1)
        self.assertIn("today", faturas.filtered("activity_ids").charge_problem)
        self.asaas.is_limit_reached = False
        with freeze_time("2026-07-02 03:05:00"):
            self.send()
        self.assertEqual(set(faturas.mapped("charge_state")), {"awaiting"})

    def test_conflict_is_tried_again(self):
        fatura = self.make_fatura(month="08")
        self.asaas.fail_on["POST", "payments"] = [409]
        self.send()
        self.assertEqual(
            (fatura.charge_state, fatura.charge_id.charge_task), ("processing", "register")
        )

    def test_one_request_without_permission_does_not_stop_the_others(self):
        self.asaas.pay(self.fatura.charge_id.provider_reference)
        self.receive_event(self.fatura)
        self.fatura.charge_id._request_refund(10.0)
        reference = self.fatura.charge_id.provider_reference
        self.asaas.fail_on["POST", f"payments/{reference}/refund"] = [403]
        later = self.make_fatura(month="08")
        self.send()
        self.assertEqual(later.charge_state, "awaiting")

    def test_charge_that_has_no_job_does_not_stop_the_others(self):
        broken, later = self.make_fatura(month="08"), self.make_fatura(month="09")
        broken.charge_id.flush_recordset()
        self.env.cr.execute(
            "UPDATE payment_transaction SET charge_kind = 'cheque' WHERE id = %s",
            [broken.charge_id.id],
        )
        self.env.invalidate_all()
        self.send()
        self.assertEqual((later.charge_state, broken.charge_state), ("awaiting", "processing"))
