from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...models.charges.payment_provider_booking import BOOKED, CHOSEN
from ...tools.booked import filter_rebooked
from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestBooked(BillingCommon):
    """Where receipts are booked stays as it is while the provider needs it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adviser = cls._create_user("adviser", "account.group_account_manager")
        cls.provider._get_billing_journal()

    def list_booked(self):
        """Return what the provider books on, with values that would give it another meaning."""
        for name in BOOKED["account.account"]:
            yield self.provider[name], {"account_type": "equity"}
        for name in BOOKED["account.journal"]:
            yield self.provider[name], {"type": "purchase"}
        yield self.accounts["outstanding"], {"reconcile": False}

    def test_all_stay_while_the_provider_charges(self):
        for booked, other in self.list_booked():
            for values in ({"active": False}, other):
                with (
                    self.subTest(booked.display_name, values=values),
                    self.assertRaisesRegex(UserError, self.provider.name),
                    self.cr.savepoint(),
                ):
                    booked.with_user(self.adviser).write(values)

    def test_what_can_be_paid_keeps_them_when_it_is_disabled(self):
        self.make_registered()
        self.provider.state = "disabled"
        with self.assertRaisesRegex(UserError, self.provider.name):
            self.accounts["fee"].with_user(self.adviser).active = False

    def test_they_are_free_afterwards(self):
        self.provider.state = "disabled"
        self.accounts["fee"].with_user(self.adviser).active = False

    def test_accounts_of_another_type_are_refused(self):
        for name in CHOSEN:
            wrong = (
                self.bank_journal if name == "billing_journal_id" else self.accounts["outstanding"]
            )
            with (
                self.subTest(name),
                self.assertRaisesRegex(ValidationError, "another type"),
                self.cr.savepoint(),
            ):
                self.provider[name] = wrong

    def test_other_accounts_cost_nothing(self):
        account = self.accounts["fee"]
        with self.assertQueryCount(0):
            kept = filter_rebooked(account, {"name": "Tarifas"})
            self.env["payment.provider"]._check_booked_kept(kept)
