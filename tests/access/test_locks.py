from odoo.addons.reseller_billing.tests.common_billing import BillingCommon
from odoo.addons.supplier_credit.tests.settlement.common import SupplierCreditSettlementCommon
from odoo.addons.supplier_credit.tools.worth import (
    HOST_MODULES,
    OPEN_ENTRY_FIELDS,
    OPEN_LINE_FIELDS,
    OPEN_MOVE_FIELDS,
)
from odoo.addons.vendor_financing.tests.contract.common import VendorFinancingContractCommon
from odoo.tests import new_test_user, tagged

from .locks import DOCUMENT, LockSweep

# What the host computes from the name and the references of an entry.
FOLLOWING = {"move_name", "sequence_number", "sequence_prefix", "made_sequence_gap"}


class LockCommon(LockSweep):
    """What stays of a locked document, whoever writes whatever the host lets write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # May do all that Billing may, too.
        cls.bookkeeper = new_test_user(
            cls.env,
            "sweep",
            groups="account.group_account_user",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def assert_kept(self, move, opened):
        # Fields of other apps are theirs to defend.
        others = {
            name
            for model in DOCUMENT
            for name, field in self.env[model]._fields.items()
            if field._modules[:1] and field._modules[0] not in HOST_MODULES
        }
        opened = opened | OPEN_LINE_FIELDS | others
        changed = self.find_changed(move, self.bookkeeper, opened)
        self.assertFalse(changed, "\n" + "\n".join(changed))


@tagged("post_install", "-at_install")
class TestVendorLocks(LockCommon, VendorFinancingContractCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.financed = cls._create_vendor_invoice(10000.0)
        cls.entry = cls.make_effective(cls.financed).operation_ids.move_id

    def test_financed_invoice(self):
        self.assert_kept(self.financed, OPEN_MOVE_FIELDS)

    def test_entry_of_a_contract(self):
        self.assert_kept(self.entry, OPEN_ENTRY_FIELDS | FOLLOWING)


@tagged("post_install", "-at_install")
class TestSupplierLocks(LockCommon, SupplierCreditSettlementCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]

    def setUp(self):
        super().setUp()
        self.transaction = self.register()

    def test_approved_invoice(self):
        self.assert_kept(self.transaction.invoice_id, OPEN_MOVE_FIELDS)

    def test_entry_of_an_approval(self):
        self.assert_kept(self.transaction.move_id, OPEN_ENTRY_FIELDS | FOLLOWING)


@tagged("post_install", "-at_install")
class TestBillingLocks(LockCommon, BillingCommon):
    def test_charged_fatura(self):
        opened = {"date_maturity", "invoice_date_due", "payment_reference", "ref"}
        # Until something is received, Change resets a fatura as its user does.
        opened |= {"state", "parent_state", "made_sequence_gap"}
        self.assert_kept(self.make_charged(), OPEN_MOVE_FIELDS | opened)

    def test_receipt_of_a_charge(self):
        fatura = self.make_charged()
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        self.assert_kept(fatura.charge_id.payment_id.move_id, OPEN_ENTRY_FIELDS | FOLLOWING)
