from lxml import etree
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestContractAccess(VendorFinancingContractCommon):
    """Access to contracts, agreements and rates."""

    def test_accountant_draws_a_contract_up_on_the_form(self):
        """From the menu to the entry, as a plain accountant."""
        self.quote(1.8, 2.3)
        invoice = self._create_vendor_invoice(10000.0)
        contracts = self.env["vendor.financing.contract"].with_user(self.invoicing_user)
        with Form(contracts) as form:
            form.number = "CT-77"
        contract = form.record
        self.assertEqual(contract.agreement_id, self.agreement, "the only one is proposed")
        self.assertEqual(contract.credit_date, self.day("2026-03-03"))
        contract.action_add_pending()
        self.assertIn(invoice, contract.title_ids.move_id)
        with Form(contract) as form:
            form.credited_amount = contract.expected_amount
        contract.action_effect()
        self.assertEqual(contract.state, "effective")

    def test_changing_a_title_asks_the_server_only_when_saved(self):
        """With thousands of titles each onchange would read them all."""
        self.quote(1.8, 2.3)
        contract = self.make_contract(self._create_vendor_invoice(10000.0))
        view = contract.with_user(self.invoicing_user).get_view(view_type="form")
        (titles,) = etree.fromstring(view["arch"]).xpath("//field[@name='installment_ids']")
        self.assertEqual(titles.get("on_change"), "0")
        with Form(contract.with_user(self.invoicing_user)) as form:
            with form.installment_ids.edit(0) as part:
                part.interest = 70.0
        self.assertEqual((contract.interest, contract.expected_amount), (70.0, 10070.0))

    def test_credit_comes_a_business_day_later_after_the_cut_off(self):
        """12:00 in UTC is 09:00 at the company; Friday's late closing is Monday's credit."""
        contracts = self.env["vendor.financing.contract"].with_user(self.invoicing_user)
        self.agreement.cutoff_time = 8.5
        self.assertEqual(Form(contracts).save().credit_date, self.day("2026-03-04"))
        self.assertEqual(
            self.agreement._get_credit_date(self.day("2026-03-07")), self.day("2026-03-09")
        )

    def test_plain_users(self):
        contract = self.make_contract(self._create_vendor_invoice())
        for user in (self.salesman, self.foreign_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                contract.with_user(user).read(["number"])
        with self.assertRaises(AccessError):
            self.agreement.with_user(self.invoicing_user).limit_amount = 1
        self.agreement.with_user(self.manager_user).limit_amount = 1000
        self.env["vendor.financing.rate"].with_user(self.invoicing_user).create(
            {"agreement_id": self.agreement.id, "bank_rate": 1, "customer_rate": 1}
        )

    def test_operations_are_nobodys_to_write(self):
        contract = self.make_effective(self._create_vendor_invoice())
        operation = contract.operation_ids
        for user in (self.invoicing_user, self.manager_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                operation.with_user(user).write({"state": "undone"})
        with self.assertRaises(AccessError):
            contract.with_user(self.invoicing_user).action_undo()

    def test_what_operations_write_is_not_written_by_hand(self):
        contract = self.make_effective(self._create_vendor_invoice())
        part = contract.installment_ids
        for record, values in (
            (contract, {"state": "settled"}),
            (part, {"state": "settled"}),
            (part, {"settled_amount": 1}),
            (contract.title_ids, {"is_live": False}),
        ):
            for user in (self.invoicing_user, self.manager_user):
                with self.subTest(values), self.assertRaises(AccessError):
                    record.with_user(user).write(values)
        with self.assertRaises(UserError):
            contract.credited_amount = 1
        for record in (part, contract.title_ids):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                record.with_user(self.manager_user).unlink()
        with self.assertRaises(AccessError):
            self.env["vendor.financing.contract"].with_user(self.invoicing_user).create(
                {"agreement_id": self.agreement.id, "state": "effective"}
            )

    def test_entered_plan_is_a_list_of_days(self):
        for plan in ("", "abc", "30/x", "0", "99999"):
            with self.subTest(plan), self.assertRaisesRegex(UserError, "list of days"):
                self.make_contract(self._create_vendor_invoice(), plan=plan)
