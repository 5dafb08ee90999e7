from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import tagged

from .common_billing import BillingCommon

MIGRATIONS = Path(__file__).parents[1] / "migrations"


@tagged("post_install", "-at_install")
class TestMigration(BillingCommon):
    """Databases of before keep what they agreed, and write what they mean."""

    def migrate(self, version):
        script = load_script(str(MIGRATIONS / version / "post-migrate.py"), "post_migrate")
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()

    def test_charges_keep_the_terms_of_their_provider(self):
        open_one, cancelled = self.make_fatura(), self.make_fatura(is_one_off_fatura=True)
        cancelled.button_cancel_fatura()
        self.send()
        self.env.cr.execute(
            "UPDATE payment_transaction SET charge_fine_rate = NULL, charge_cancel_wanted = NULL"
        )
        self.migrate("19.0.1.3.0")
        self.assertEqual(open_one.charge_id.charge_fine_rate, 2.0)
        self.assertEqual(
            (open_one.charge_id.charge_cancel_wanted, cancelled.charge_id.charge_cancel_wanted),
            (False, True),
        )

    def test_reminders_before_the_due_date_accuse_nobody(self):
        old = self.env.ref("reseller_billing.mail_template_reminder")
        reminders = self.env["reseller.billing.reminder"]
        before, after = (
            reminders.create(
                {
                    "name": str(days),
                    "days": days,
                    "template_id": old.id,
                    "company_id": self.company.id,
                }
            )
            for days in (-3, 3)
        )
        self.migrate("19.0.1.3.0")
        new = self.env.ref("reseller_billing.mail_template_reminder_before")
        self.assertEqual((before.template_id, after.template_id), (new, old))

    def test_keys_in_use_need_not_be_proved(self):
        self.make_charged()
        self.env.cr.execute("UPDATE payment_provider SET billing_account_digest = NULL")
        self.env.invalidate_all()
        self.assertFalse(self.provider._is_account_proved())
        self.migrate("19.0.1.4.0")
        self.assertTrue(self.provider._is_account_proved())
