from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestAccess(SupplierCreditCommon):
    """Who sees and may do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Outra Empresa Ltda")
        cls.stranger = cls._create_user(
            "stranger",
            "sales_team.group_sale_salesman_all_leads,account.group_account_manager",
            cls.other["company"],
        )
        cls.manager = cls._create_user("manager", "supplier_credit.supplier_credit_group_manager")
        cls.employee = cls._create_user("employee", "base.group_user")

    def setUp(self):
        super().setUp()
        self.order = self.create_order()
        self.reservation = self.reserve(self.order)

    def test_salesman_works_but_cannot_write_what_supplier_answered(self):
        mine = self.reservation.with_user(self.salesman)
        self.assertEqual(mine.state, "active")
        for attempt in (
            lambda: mine.write({"amount": 1e6}),
            lambda: mine.create({"order_number": "X"}),
            lambda: mine.unlink(),
            lambda: self.agreement.with_user(self.salesman).write({"tolerance_percent": 50}),
            lambda: self.agreement.with_user(self.salesman).action_test_connection(),
            lambda: self.messages(self.reservation).with_user(self.salesman).read(["request"]),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_manager_sets_parameters_but_never_reads_the_secret(self):
        agreement = self.agreement.with_user(self.manager)
        agreement.tolerance_percent = 5
        with self.assertRaises(AccessError):
            agreement.read(["client_secret"])
        self.assertNotIn("client_secret", agreement.fields_get())
        self.assertTrue(self.messages(self.reservation).with_user(self.manager).read(["request"]))

    def test_user_of_another_company_sees_nothing(self):
        for model in (
            "supplier.credit.agreement",
            "supplier.credit.preauthorization",
            "supplier.credit.transaction",
            "supplier.credit.transaction.installment",
            "supplier.credit.message",
        ):
            self.assertFalse(self.env[model].with_user(self.stranger).search([]), model)
        with self.assertRaises(AccessError):
            self.reservation.with_user(self.stranger).read(["amount"])
        with self.assertRaises(AccessError):
            self.order.with_user(self.stranger).action_send_supplier_preauthorization()

    def test_employee_without_role_sees_nothing(self):
        with self.assertRaises(AccessError):
            self.reservation.with_user(self.employee).read(["amount"])
        with self.assertRaises(AccessError):
            self.agreement.with_user(self.employee).read(["name"])

    def test_bearers_and_journals_of_another_company_are_refused(self):
        other_bearer = self._create_bearer(self.other, self.env["supplier.credit.agreement"])
        with self.assertRaisesRegex(ValidationError, "belongs to"):
            other_bearer.supplier_agreement_id = self.agreement
        with self.assertRaises(UserError):
            self.agreement.journal_id = self.other["default_journal_misc"]

    def test_secret_is_in_no_message_and_no_chatter(self):
        texts = self.messages(self.reservation).mapped(
            lambda m: f"{m.request}{m.response}{m.error}"
        )
        texts += self.agreement.message_ids.mapped("body")
        texts += self.agreement.message_ids.tracking_value_ids.mapped("new_value_char")
        self.assertFalse([text for text in texts if text and "very-secret" in text])
