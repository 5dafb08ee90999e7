from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestRequest(VendorFinancingContractCommon):
    """Seed 004: "Pede-se uma aprovação via planilha para o pedido ser emitido"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_salesman = cls._create_user("vendor_sales_2", "sales_team.group_sale_salesman")
        cls.order = cls._sell(10000.0)

    @classmethod
    def _sell(cls, amount, **values):
        return (
            cls.env["sale.order"]
            .with_user(cls.salesman)
            .create(
                {
                    "partner_id": cls.partner_a.id,
                    "preferred_payment_method_line_id": cls.bearer.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": cls.product_a.id,
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                    **values,
                }
            )
        )

    def _request(self, order=None):
        action = (order or self.order).with_user(self.salesman).action_request_vendor_approval()
        return self.env[action["res_model"]].with_user(self.salesman).browse(action["res_id"])

    def _requested(self, order=None):
        request = self._request(order)
        request.action_request()
        return request

    def _refuse(self, requests, reason, user=None):
        action = requests.with_user(user or self.manager_user).action_refuse()
        with Form(
            self.env[action["res_model"]]
            .with_user(user or self.manager_user)
            .with_context(**action["context"])
        ) as form:
            form.reason = reason
        form.record.action_confirm()

    def test_order_goes_from_request_to_confirmation(self):
        self.quote(1.8, 2.3)
        self.assertEqual(self.order.vendor_approval_state, "missing")
        with self.assertRaisesRegex(UserError, f"(?s){self.order.name}.*needs an approval"):
            self.order.action_confirm()
        request = self._request()
        self.assertEqual(
            (request.rate, request.customer_total, request.requester_id, request.amount),
            (2.3, 10292.6, self.salesman, 10000.0),
        )
        self.assertEqual(self.order.vendor_approval_state, "draft")
        with Form(request) as form:
            form.reason = "Customer of ten years"
        request.action_request()
        with self.assertRaisesRegex(UserError, f"(?s){self.order.name}.*not given yet"):
            self.order.action_confirm()
        request.with_user(self.manager_user).action_approve()
        self.assertEqual((request.state, request.approver_id), ("approved", self.manager_user))
        self.assertEqual(self.order.vendor_approval_state, "approved")
        self.order.action_confirm()
        self.assertEqual(self.order.state, "sale")

    def test_cheapest_bank_for_the_customer_is_proposed(self):
        self.quote(1.8, 2.3)
        other = self.agreement.copy({"name": "Vendor Banco B"})
        self.quote(1.8, 1.2, agreement_id=other.id)
        request = self._request()
        self.assertEqual((request.rate, request.customer_total), (1.2, 10182.6))

    def test_terms_are_proposed_anew_for_other_days(self):
        self.quote(1.8, 1.2)
        request = self._request()
        request.plan = "31"
        request.action_propose()
        # 10,124.02 and 10,000.00 x (0.0082 % x 31 + 0.38 %) of IOF
        self.assertEqual(request.customer_total, 10187.44)
        with self.assertRaisesRegex(UserError, "no list of days"):
            request.plan = "a month"

    def test_total_follows_an_order_that_changed_before_it_was_requested(self):
        self.quote(1.8, 2.3)
        request = self._request()
        self.order.order_line.price_unit = 20000.0
        request.action_request()
        self.assertEqual((request.amount, request.customer_total), (20000.0, 20585.2))
        request.with_user(self.manager_user).action_approve()
        self.assertEqual(self.order.vendor_approval_state, "approved")

    def test_request_without_a_quote_is_filled_in_by_hand(self):
        request = self._request()
        self.assertEqual((request.rate, request.customer_total), (0.0, 0.0))
        request.write({"rate": 2.0, "customer_total": 10300.0})
        request.action_request()
        request.with_user(self.manager_user).action_approve()
        self.assertEqual(self.order.vendor_approval_state, "approved")

    def test_terms_that_no_bank_has_are_refused(self):
        request = self._request()
        total = request.order_id.amount_total
        for values in (
            {"rate": -5.0},
            {"rate": 100.0},
            {"customer_total": 1.0},
            {"customer_total": -total},
            {"customer_total": total - 0.01},
            {"customer_total": 10 * total},
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, request.order_id.name),
                self.cr.savepoint(),
            ):
                request.write(values)
        request.write({"rate": 0.0, "customer_total": total})

    def test_refusal_names_its_reason(self):
        request = self._requested()
        self._refuse(request, "Over the customer's limit")
        self.assertEqual((request.state, request.approver_id), ("refused", self.manager_user))
        with self.assertRaisesRegex(UserError, "Over the customer's limit"):
            self.order.action_confirm()
        self.assertIn("Over the customer's limit", self.order.message_ids[0].body)
        again = self._requested()
        self.assertNotEqual(again, request)
        again.with_user(self.manager_user).action_approve()
        self.order.action_confirm()
        self.assertEqual(self.order.state, "sale")

    def test_managers_decide_on_many(self):
        requests = self._requested() | self._requested(self._sell(50.0))
        requests.with_user(self.manager_user).action_approve()
        self.assertEqual(set(requests.mapped("state")), {"approved"})
        others = self._requested(self._sell(60.0)) | self._requested(self._sell(70.0))
        self._refuse(others, "Too small")
        self.assertEqual(set(others.mapped("refusal")), {"Too small"})
        with self.assertRaisesRegex(UserError, "is Refused"):
            others.with_user(self.manager_user).action_approve()

    def test_approval_falls_when_the_amount_grows_not_when_it_drops(self):
        self._requested().with_user(self.manager_user).action_approve()
        self.order.order_line.price_unit = 9000.0
        self.assertEqual(self.order.vendor_approval_state, "approved")
        self.order.order_line.price_unit = 10000.01
        self.assertEqual(self.order.vendor_approval_state, "outgrown")
        self.assertTrue(self.order.vendor_request_ids.is_outgrown)
        with self.assertRaisesRegex(UserError, f"(?s){self.order.name}.*Request it again"):
            self.order.action_confirm()
        self._requested().with_user(self.manager_user).action_approve()
        self.order.action_confirm()
        self.assertEqual(self.order.state, "sale")

    def test_approval_falls_when_the_bearer_changes(self):
        self._requested().with_user(self.manager_user).action_approve()
        self.order.preferred_payment_method_line_id = self._create_bearer(
            self.journal, "Vendor Banco A, 60 dias"
        )
        with self.assertRaisesRegex(UserError, "Request it again"):
            self.order.action_confirm()

    def test_request_that_the_order_outgrew_is_not_approved(self):
        request = self._requested()
        self.order.order_line.price_unit = 12000.0
        with self.assertRaisesRegex(UserError, f"(?s){self.order.name}.*has grown"):
            request.with_user(self.manager_user).action_approve()
        self.assertEqual(request.state, "requested")

    def test_order_that_grew_after_confirmation_is_not_invoiced(self):
        self.product_a.invoice_policy = "order"
        self._requested().with_user(self.manager_user).action_approve()
        self.order.action_confirm()
        self.order.order_line.write({"product_uom_qty": 2, "price_unit": 10000.0})
        with self.assertRaisesRegex(UserError, "has grown"):
            self.order.sudo()._create_invoices()
        self._requested().with_user(self.manager_user).action_approve()
        self.assertEqual(self.order.sudo()._create_invoices().amount_total, 20000.0)

    def test_setting_switches_approvals_off(self):
        self.company.vendor_approval_required = False
        self.assertEqual(self.order.vendor_approval_state, "none")
        self.order.action_confirm()
        self.assertEqual(self.order.state, "sale")

    def test_order_of_another_bearer_needs_none(self):
        order = self._sell(10.0, preferred_payment_method_line_id=self.manual_line.id)
        self.assertEqual(order.vendor_approval_state, "none")
        request = self._request(order)
        with self.assertRaisesRegex(UserError, f"(?s){order.name}.*no Vendor bearer"):
            request.action_request()
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    # === Access === #

    def test_salesman_decides_nothing(self):
        request = self._requested()
        with self.assertRaisesRegex(AccessError, "manager"):
            request.action_approve()
        with self.assertRaisesRegex(AccessError, "manager"):
            request.action_refuse()
        with self.assertRaisesRegex(AccessError, "kept by the system"):
            request.state = "approved"
        with self.assertRaisesRegex(AccessError, "kept by the system"):
            request.amount = 1000000.0
        with self.assertRaisesRegex(UserError, "is Requested"):
            request.customer_total = 1.0
        self.assertEqual(request.state, "requested")

    def test_salesman_creates_no_approved_request(self):
        Request = self.env["vendor.financing.request"].with_user(self.salesman)
        with self.assertRaisesRegex(AccessError, "kept by the system"):
            Request.create({"order_id": self.order.id, "state": "approved"})
        request = Request.with_context(default_state="approved").create({"order_id": self.order.id})
        self.assertEqual(request.state, "draft")
        self.assertEqual(self.order.vendor_approval_state, "draft")

    def test_salesman_sees_own_requests_only(self):
        request = self._requested()
        domain = [("id", "=", request.id)]
        Request = self.env["vendor.financing.request"]
        self.assertEqual(Request.with_user(self.salesman).search(domain), request)
        self.assertFalse(Request.with_user(self.other_salesman).search(domain))
        self.assertEqual(Request.with_user(self.invoicing_user).search(domain), request)
        with self.assertRaises(AccessError):
            Request.with_user(self.other_salesman).create({"order_id": self.order.id})
        with self.assertRaises(AccessError):
            request.with_user(self.invoicing_user).reason = "Mine"

    def test_manager_of_another_company_decides_nothing(self):
        request = self._requested()
        self.assertFalse(
            self.env["vendor.financing.request"].with_user(self.foreign_user).search([])
        )
        with self.assertRaises(AccessError):
            request.with_user(self.foreign_user).action_approve()
        self.assertEqual(request.state, "requested")

    def test_manager_corrects_terms_before_deciding(self):
        request = self._requested()
        request.with_user(self.manager_user).write({"rate": 2.5, "customer_total": 10350.0})
        request.with_user(self.manager_user).action_approve()
        with self.assertRaisesRegex(UserError, "is Approved"):
            request.with_user(self.manager_user).customer_total = 1.0

    def test_lists_and_forms_load_for_every_role(self):
        self._requested()
        for user in (self.salesman, self.invoicing_user, self.manager_user):
            with self.subTest(user=user.login):
                form = Form(
                    self.env["vendor.financing.request"]
                    .with_user(user)
                    .browse(self.order.vendor_request_ids.id)
                )
                self.assertEqual(form.amount, 10000.0)
                self.assertEqual(form.state, "requested")
