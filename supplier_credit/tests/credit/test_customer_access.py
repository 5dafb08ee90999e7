from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SupplierCreditCustomerCommon

MODELS = (
    "supplier.credit.customer",
    "supplier.credit.customer.request",
    "supplier.credit.customer.position",
)


@tagged("post_install", "-at_install")
class TestCustomerAccess(SupplierCreditCustomerCommon):
    """Access rights on customers' credit."""

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
        cls.credit_record = cls.register()

    def test_nobody_writes_what_supplier_said(self):
        for user in (self.salesman, self.manager):
            mine = self.credit_record.with_user(user)
            self.assertEqual(mine.state, "approved")
            self.assertEqual(mine.request_ids.state, "approved")
            for attempt in (
                lambda mine=mine: mine.write({"limit_total": 1e6}),
                lambda mine=mine: mine.request_ids.write({"state": "approved"}),
                lambda mine=mine: mine.position_ids.write({"limit_total": 1e6}),
                lambda mine=mine: mine.copy({"vat": "1"}),
                lambda mine=mine: mine.unlink(),
            ):
                with self.assertRaises(AccessError):
                    attempt()

    def test_employee_without_role_sees_and_sends_nothing(self):
        for attempt in (
            lambda: self.credit_record.with_user(self.employee).read(["limit_total"]),
            lambda: self.credit_record.with_user(self.employee).action_refresh(),
            lambda: self.customer.with_user(self.employee).action_send_for_supplier_credit(),
            lambda: self.customer.with_user(self.employee).read(["supplier_customer_ids"]),
            lambda: self.open_wizard().with_user(self.employee).action_send(),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.assertNotIn(
            "supplier_customer_ids", self.customer.with_user(self.employee).fields_get()
        )

    def test_user_of_another_company_sees_and_sends_nothing(self):
        for model in MODELS:
            self.assertTrue(self.env[model].with_user(self.salesman).search([("id", ">", 0)]))
            self.assertFalse(self.env[model].with_user(self.stranger).search([("id", ">", 0)]))
        for attempt in (
            lambda: self.credit_record.with_user(self.stranger).action_refresh(),
            lambda: self.credit_record.with_user(self.stranger).action_change_limit(),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_partner_shows_the_credit_of_the_users_companies_only(self):
        mine = self.customer.with_user(self.salesman)
        self.assertEqual(mine.supplier_credit_state, "approved")
        contact = self.env["res.partner"].create({"name": "Ana", "parent_id": self.customer.id})
        action = contact.with_user(self.salesman).action_view_supplier_customers()
        self.assertEqual(action["res_id"], self.credit_record.id)
        self.env.invalidate_all()
        theirs = self.customer.with_user(self.stranger)
        self.assertFalse(theirs.supplier_credit_state)
        self.assertFalse(theirs.supplier_customer_ids)

    def test_agreement_of_another_company_is_refused(self):
        agreement = self._create_agreement(self.other)
        partner = self.customer.copy({"name": "Empório", "vat": "11.222.333/0001-81"})
        wizard = self.open_wizard(partner)
        wizard.sudo().agreement_id = agreement
        with self.assertRaises(AccessError):
            wizard.with_user(self.salesman).action_send()

    def test_own_limit_is_for_accounting_only(self):
        self.assertNotIn("own_limit", self.credit_record.with_user(self.salesman).fields_get())
        self.assertIn("own_limit", self.credit_record.with_user(self.accountant).fields_get())

    def test_wizard_made_by_hand_does_not_get_past_the_denial(self):
        denied = self.customer.copy({"name": "Empório", "vat": "11.222.333/0001-81"})
        answer = self.decision("NEGADO", reanaliseAPartirDe="2099-01-01")
        customer = self.register(denied, answer=answer)
        contact = self.env["res.partner"].create(
            {"name": "Ana", "parent_id": denied.id, **self.address()}
        )
        wizard = self.open_wizard(denied)
        wizard.line_ids.partner_id = contact
        wizard.line_ids.customer_id = False
        self.assertFalse(wizard.line_ids.problem)
        with self.assertRaisesRegex(UserError, "01/01/2099"):
            wizard.action_send()
        self.assertEqual(customer.state, "denied")
