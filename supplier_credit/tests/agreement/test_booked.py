from ast import literal_eval

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...tools.booked import filter_rebooked
from ..common import SupplierCreditCommon

# Another meaning of what is booked there.
OTHERS = {
    "account.account": {"account_type": "equity"},
    "account.journal": {"type": "purchase"},
}


@tagged("post_install", "-at_install")
class TestBooked(SupplierCreditCommon):
    """What an agreement books on stays as it is while the agreement needs it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adviser = cls._create_user("adviser", "account.group_account_manager")

    def choose_all(self):
        """Return the names of the agreement's fields that name an account or journal; all do."""
        names = self.agreement._get_booking_fields()
        for name in names:
            if not self.agreement[name]:
                field = self.agreement._fields[name]
                domain = [*literal_eval(field.domain or "[]"), ("active", "=", True)]
                company = [("company_ids", "in", self.company.ids)]
                if field.comodel_name == "account.journal":
                    company = [("company_id", "=", self.company.id)]
                chosen = self.env[field.comodel_name].search(domain + company, limit=1)
                self.agreement[name] = chosen
        return [name for name in names if self.agreement[name]]

    def test_all_stay_while_the_agreement_is_active(self):
        names = self.choose_all()
        self.assertGreater(len(names), 20)
        for name in names:
            booked = self.agreement[name].with_user(self.adviser)
            for values in ({"active": False}, OTHERS[booked._name]):
                with (
                    self.subTest(name, values=values),
                    self.assertRaisesRegex(UserError, f"{self.agreement.name}|{self.bearer.name}"),
                    self.cr.savepoint(),
                ):
                    booked.write(values)

    def test_what_is_open_keeps_them_when_it_is_switched_off(self):
        account = self.agreement.receivable_account_id
        entries = self.env["account.move"].sudo()
        entry = entries.create(
            {
                "is_supplier_entry": True,
                "line_ids": [
                    Command.create({"account_id": account.id, "debit": 10.0}),
                    Command.create(
                        {"account_id": self.agreement.fee_account_id.id, "credit": 10.0}
                    ),
                ],
            }
        )
        entry.action_post()
        self.agreement.enabled = False
        with self.assertRaisesRegex(UserError, entry.name):
            account.with_user(self.adviser).active = False

    def test_they_are_free_afterwards_and_what_means_the_same_always_was(self):
        account = self.agreement.fee_account_id.with_user(self.adviser)
        account.write({"name": "Tarifas", "account_type": account.account_type, "active": True})
        self.agreement.enabled = False
        account.account_type = "expense_direct_cost"
        account.active = False

    def test_other_accounts_and_journals_are_free(self):
        account = self.env["account.account"].create(
            {"code": "987654", "name": "Outra", "account_type": "expense"}
        )
        journal = self.env["account.journal"].create(
            {"name": "Outro", "code": "OUT", "type": "bank"}
        )
        with self.assertQueryCount(0):
            agreements = self.env["supplier.credit.agreement"]
            agreements._check_booked_kept(filter_rebooked(account, {"name": "Outra despesa"}))
        account.with_user(self.adviser).account_type = "equity"
        journal.with_user(self.adviser).currency_id = self.env.ref("base.USD")
        journal.with_user(self.adviser).active = False

    def test_a_journal_keeps_its_bearers(self):
        """The host makes all payment methods of a journal anew for another type or currency."""
        self.agreement.enabled = False
        journal = self.bearer.journal_id.with_user(self.adviser)
        for values in ({"type": "cash"}, {"currency_id": self.env.ref("base.USD").id}):
            with (
                self.subTest(values),
                self.assertRaisesRegex(UserError, self.bearer.name),
                self.cr.savepoint(),
            ):
                journal.write(values)
        self.assertEqual(self.bearer.journal_id, journal.sudo(False))
        journal.write({"type": "bank", "name": "Banco"})
        self.assertEqual(self.bearer.journal_id.name, "Banco")
