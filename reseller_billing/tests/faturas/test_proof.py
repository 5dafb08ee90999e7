from odoo.tests import tagged
from odoo.tools import SQL

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestProof(BillingCommon):
    """What the charges own is compared with what faturas and payments say of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fatura = cls.make_registered()
        cls.charge = cls.fatura.charge_id

    def pay(self):
        self.asaas.pay(self.charge.provider_reference)
        self.receive_event(self.fatura)

    def break_column(self, record, name, value):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = %s",
                SQL.identifier(record._table),
                SQL.identifier(name),
                value,
                record.id,
            )
        )
        self.env.invalidate_all()

    def find(self):
        return self.env["account.move"]._find_charge_differences()

    def test_nothing_differs_through_the_life_of_a_charge(self):
        self.assertFalse(self.find())
        self.pay()
        self.assertFalse(self.find())
        self.charge._request_refund(40.0)
        self.send()
        self.assertFalse(self.find())
        self.asaas.payments[self.charge.provider_reference]["status"] = "CHARGEBACK_REQUESTED"
        self.receive_event(self.fatura, event="evt_2")
        self.assertFalse(self.find())
        self.fatura.action_register_charge()
        self.send()
        self.assertFalse(self.find())
        other = self.make_charged(month="08")
        other.button_cancel_fatura()
        self.send()
        self.assertFalse(self.find())

    def test_each_broken_mark_is_noticed(self):
        self.pay()
        other = self.make_charged(month="08")
        for record, name, value in (
            (self.fatura, "charge_state", "awaiting"),
            (self.fatura, "charge_state", None),
            (self.fatura, "charge_id", None),
            (self.fatura, "charge_id", other.charge_id.id),
            (self.charge, "charge_state", "refunded"),
            (self.charge, "fatura_id", None),
            (self.charge.payment_id, "charge_id", None),
            (self.charge.payment_id, "charge_id", other.charge_id.id),
            (self.charge.payment_id, "partner_id", self.company.partner_id.id),
            (other, "charge_id", None),
            (other, "charge_state", None),
            (other.charge_id, "fatura_id", self.fatura.id),
        ):
            with self.subTest(record=record, field=name, value=value):
                savepoint = self.env.cr.savepoint()
                self.break_column(record, name, value)
                self.assertTrue(self.find())
                savepoint.close(rollback=True)
                self.env.invalidate_all()
        self.assertFalse(self.find())

    def test_difference_is_shown_to_the_responsible(self):
        self.break_column(self.fatura, "charge_state", "received")
        self.run_cron("reconcile_charges")
        self.assertIn("do not agree", self.fatura.charge_problem)
        self.assertIn("do not agree", self.fatura.activity_ids.summary)
        self.run_cron("reconcile_charges")
        self.assertEqual(len(self.fatura.activity_ids), 1)
