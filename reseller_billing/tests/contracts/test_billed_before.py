import runpy

from odoo.tests import tagged
from odoo.tools import file_path

from .test_dues import DuesCommon

SCRIPT = "reseller_billing/migrations/19.0.1.3.0/post-migrate.py"


@tagged("post_install", "-at_install")
class TestBilledBefore(DuesCommon):
    """Faturas from before there were dues: what they billed is not billed again."""

    def migrate(self):
        """Update a database in which faturas have a month, and no dues."""
        self.env["reseller.billing.due"].sudo().search([]).unlink()
        self.env.flush_all()
        runpy.run_path(file_path(SCRIPT))["migrate"](self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()

    def bill_july_again(self):
        self.contract.next_month = "2026-07-01"
        self.bill("2026-07-31")

    def test_billed_months_are_not_billed_again(self):
        self.add_plan("Anual", 1200.0, "yearly")
        self.bill("2026-07-01")
        self.migrate()
        self.bill_july_again()
        self.assertEqual(len(self.contract.fatura_ids), 1)
        self.assert_billed({("Emissor NF-e", "2026-07"): 99.9, ("Anual", "2026-07"): 1200.0})

    def test_fatura_at_an_older_price_billed_its_month(self):
        self.bill("2026-07-01")
        self.contract.line_ids.price = 150.0
        self.migrate()
        self.bill_july_again()
        self.assertEqual(self.contract.fatura_ids.amount_total, 99.9)

    def test_plan_that_a_fatura_by_hand_swallowed_is_shown(self):
        yearly = self.add_plan("Anual", 1200.0, "yearly")
        fatura = self.make_fatura(99.9)
        # As it was before: not marked as something else, it took the whole month.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET is_one_off_fatura = FALSE WHERE id = %s", [fatura.id]
        )
        self.env.invalidate_all()
        self.contract.next_month = "2026-08-01"
        self.migrate()
        due = self.contract.due_ids.filtered(lambda due: due.state == "open")
        self.assertEqual((due.plan_id, due.amount), (yearly, 1200.0))
        self.bill("2026-07-31")
        self.assertEqual(self.contract.fatura_ids, fatura)

    def test_fatura_of_a_contract_without_plan_took_its_month(self):
        self.contract.action_cancel()
        contract = self._create_contract(self.client_partner, plan=False)
        self.make_fatura(30.0)
        self.migrate()
        self.assertEqual((contract.due_ids.state, contract.due_ids.amount), ("billed", 30.0))

    def test_one_off_and_cancelled_faturas_have_billed_nothing(self):
        self.make_fatura(40.0)
        self.make_fatura(99.9).button_cancel_fatura()
        self.migrate()
        self.assertFalse(self.contract.due_ids)
