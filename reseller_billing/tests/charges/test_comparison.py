from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.sql_db import BaseCursor
from odoo.tests import tagged

from ...tools.asaas import client as asaas_client
from ..common_billing import BillingCommon

MARK = "reseller_billing.database_mark"


@tagged("post_install", "-at_install")
class TestComparison(BillingCommon):
    """What lives at Asaas and is unknown here, because a backup was restored, is found and told."""

    def setUp(self):
        super().setUp()
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(MARK, "elsewhere")
        # Others have providers of their own in this database, which have no key.
        others = self.env["payment.provider"].sudo().search([("code", "=", "asaas")])
        (others - self.provider).state = "disabled"

    def compare(self, minutes=0):
        with freeze_time(fields.Datetime.now() + timedelta(minutes=minutes)):
            self.run_cron("compare_providers")

    def findings(self):
        return self.env["reseller.billing.finding"].search(
            [("provider_id", "=", self.provider.id)], order="id"
        )

    def make_lost(self, name="Padaria Perdida"):
        """Charge a client of whom nothing is left here; return the charge at Asaas."""
        with self.env.cr.savepoint() as backup:
            client = self._create_client(name)
            self._create_contract(client)
            self.make_charged(partner=client)
            backup.rollback()
        self.env.invalidate_all()
        return self.asaas.payments[list(self.asaas.payments)[-1]]

    def test_server_whose_clock_is_ahead_begins_a_comparison_that_any_server_goes_on_with(self):
        """Due is what is due by the clock of the database."""
        now = fields.Datetime.now()
        with (
            freeze_time(now + timedelta(minutes=10)),
            patch.object(BaseCursor, "now", lambda _cursor: now),
        ):
            comparison = (
                self.env["reseller.billing.comparison"].sudo()._begin(self.provider, "hand")
            )
        self.assertEqual(comparison.next_attempt, now)
        cron = self.env.ref("reseller_billing.ir_cron_compare_providers")
        triggers = self.env["ir.cron.trigger"].sudo().search([("cron_id", "=", cron.id)])
        self.assertIn(now, triggers.mapped("call_at"))

    def test_lost_charge_and_its_client_are_listed_and_told_once(self):
        lost = self.make_lost()
        self.compare()
        client, charge = self.findings()
        self.assertEqual((client.kind, client.name), ("customer", "Padaria Perdida"))
        self.assertEqual((charge.kind, charge.reference), ("unknown", lost["id"]))
        self.assertEqual((charge.amount, charge.due_date), (100.0, self.day("2026-07-10")))
        comparison = charge.comparison_id
        self.assertEqual((comparison.state, comparison.reason), ("done", "restore"))
        self.assertEqual(
            comparison.activity_ids.mapped("summary"),
            ["Database restored", "Unknown at the provider"],
        )
        self.compare(60)
        self.assertEqual((len(self.findings()), len(comparison.activity_ids)), (2, 2))

    def test_known_charges_are_listed_nowhere(self):
        self.make_charged()
        self.compare()
        self.assertFalse(self.findings())

    def test_database_that_stays_where_it_is_is_not_compared(self):
        self.compare()
        calls = len(self.asaas.calls)
        self.compare(60)
        self.assertEqual(len(self.asaas.calls), calls)

    def test_each_of_the_crons_sees_that_the_database_was_restored(self):
        for cron in ("compare_providers", "bill_contracts", "reconcile_charges"):
            with self.subTest(cron):
                self.env["ir.config_parameter"].sudo().set_param(MARK, "elsewhere")
                self.env["reseller.billing.comparison"].sudo().search([]).state = "done"
                before = self.env["reseller.billing.comparison"].search_count([])
                self.run_cron(cron)
                self.assertEqual(
                    self.env["reseller.billing.comparison"].search_count([]), before + 1
                )

    def test_lost_charge_is_cancelled_at_the_provider(self):
        lost = self.make_lost()
        self.compare()
        charge = self.findings()[1]
        with self.assertRaises(AccessError):
            charge.with_user(self.billing_user).action_cancel_there()
        charge.with_user(self.billing_manager).action_cancel_there()
        self.compare()
        self.assertEqual((lost["deleted"], charge.state), (True, "done"))
        self.assertIn("Cancelled", charge.error)

    def test_lost_charge_that_is_paid_meanwhile_is_not_cancelled(self):
        lost = self.make_lost()
        self.compare()
        charge = self.findings()[1]
        charge.with_user(self.billing_manager).action_cancel_there()
        self.asaas.pay(lost["id"])
        self.compare()
        self.assertEqual((lost["deleted"], charge.state), (False, "done"))
        self.assertIn("events", charge.error)
        self.run_cron("reconcile_charges")
        self.process()
        event = self.env["reseller.billing.event"].search([("charge_reference", "=", lost["id"])])
        self.assertEqual((event.state, event.amount), ("orphan", 100.0))

    def test_cancellation_that_fails_is_tried_again(self):
        lost = self.make_lost()
        self.compare()
        charge = self.findings()[1]
        charge.with_user(self.billing_manager).action_cancel_there()
        self.asaas.fail_on["DELETE", f"payments/{lost['id']}"] = [503]
        self.compare()
        self.assertEqual(charge.state, "cancelling")
        self.assertIn("503", charge.error)
        self.compare(10)
        self.assertEqual((lost["deleted"], charge.state), (True, "done"))

    def test_client_has_nothing_to_cancel(self):
        self.make_lost()
        self.compare()
        client = self.findings()[0].with_user(self.billing_manager)
        with self.assertRaisesRegex(UserError, "Padaria Perdida is a client"):
            client.action_cancel_there()
        client.action_set_done()
        self.assertEqual(client.state, "done")

    def test_second_charge_of_a_fatura_is_listed_with_ours(self):
        fatura = self.make_charged()
        first = self.asaas.payments[fatura.charge_id.provider_reference]
        self.asaas.payments["pay_twin"] = {**first, "id": "pay_twin"}
        self.compare()
        (twin,) = self.findings()
        self.assertEqual((twin.kind, twin.charge_id), ("double", fatura.charge_id))

    def test_charge_that_waits_to_be_made_is_found_by_its_reference_instead(self):
        with self.env.cr.savepoint() as backup:
            fatura = self.make_fatura()
            number, charge = fatura.name, fatura.charge_id
            copied = charge.read(["reference"])[0]["reference"]
            self.send()
            backup.rollback()
        self.env.invalidate_all()
        again = self.make_fatura()
        self.assertEqual(again.name, number)
        again.charge_id.sudo().reference = copied
        self.compare()
        self.assertFalse(self.findings())
        self.send()
        self.assertEqual((again.charge_state, len(self.asaas.payments)), ("awaiting", 1))

    def test_what_ended_at_the_provider_since_the_backup_ends_here(self):
        fatura = self.make_charged()
        with self.env.cr.savepoint() as backup:
            fatura.with_user(self.accountant).button_cancel_fatura()
            self.send()
            backup.rollback()
        self.env.invalidate_all()
        # Charges are stamped by the clock of PostgreSQL.
        with freeze_time(self.env.cr.now() + timedelta(days=24)):
            self.compare()
            self.send()
        self.assertEqual(fatura.charge_state, "cancelled")
        self.assertIn("deleted", fatura.charge_problem)

    def test_what_was_cancelled_here_and_lives_there_is_cancelled_again(self):
        fatura = self.make_charged()
        fatura.with_user(self.accountant).button_cancel_fatura()
        self.send()
        (held,) = self.asaas.payments.values()
        held["deleted"] = False
        self.compare()
        self.process()
        self.send()
        self.assertTrue(held["deleted"])

    def test_contract_of_a_client_with_an_unknown_charge_is_not_billed_twice(self):
        contract = self.contract
        with freeze_time("2026-08-01 12:00:00"):
            with self.env.cr.savepoint() as backup:
                self.run_cron("bill_contracts")
                self.assertEqual(len(contract.fatura_ids), 0, "held while it is compared")
                self.compare()
                self.run_cron("bill_contracts")
                self.send()
                made = len(contract.fatura_ids)
                self.assertGreater(made, 0)
                backup.rollback()
            self.env.invalidate_all()
            # A database is restored under a server that is started anew.
            self.env.registry.clear_all_caches()
            self.assertEqual(len(self.asaas.payments), made)
            self.compare()
            self.run_cron("bill_contracts")
            self.send()
            self.assertFalse(contract.fatura_ids)
            self.assertIn("unknown here", contract.billing_error)
            with self.assertRaisesRegex(UserError, "unknown here"):
                contract.action_bill_now()
            findings = self.findings().filtered(lambda one: one.kind == "unknown")
            self.assertEqual(findings.partner_id, self.client_partner)
            findings.with_user(self.billing_manager).action_cancel_there()
            self.compare()
            self.run_cron("bill_contracts")
            self.send()
        self.assertFalse(contract.billing_error)
        living = [one for one in self.asaas.payments.values() if not one["deleted"]]
        self.assertEqual(len(living), made)

    def test_provider_that_does_not_answer_is_compared_later(self):
        self.make_lost()
        self.asaas.fail = [503]
        self.compare()
        comparison = self.env["reseller.billing.comparison"].search(
            [("provider_id", "=", self.provider.id)]
        )
        self.assertEqual(comparison.state, "running")
        self.assertIn("503", comparison.problem)
        self.compare(10)
        self.assertEqual((comparison.state, len(self.findings())), ("done", 2))

    def test_pages_are_read_one_after_another(self):
        for number in range(3):
            self.make_lost(f"Padaria {number}")
        with patch.object(asaas_client, "PAGE", 2):
            self.compare()
        self.assertEqual(len(self.findings()), 6)

    def test_unreadable_charge_keeps_no_other_from_being_found(self):
        lost = self.make_lost()
        self.asaas.payments["pay_poison"] = {**lost, "id": "pay_poison", "value": "much"}
        self.compare()
        self.assertIn(lost["id"], self.findings().mapped("reference"))

    def test_comparison_begun_by_hand_tells_only_what_it_found(self):
        self.env["ir.config_parameter"].sudo().set_param(MARK, False)
        self.make_charged()
        action = self.provider.action_compare()
        comparison = self.env["reseller.billing.comparison"].browse(action["res_id"])
        self.compare()
        self.assertEqual((comparison.state, comparison.reason), ("done", "hand"))
        self.assertFalse(comparison.activity_ids)

    def test_panels_are_read_before_anything_is_sent_to_them(self):
        panel = self.env["reseller.billing.panel"].create(
            {"name": "Painel", "url": "https://painel.example.com", "company_id": self.company.id}
        )
        panel.sudo().first_success = "2026-01-01 00:00:00"
        self.compare()
        self.assertFalse(panel.first_success)

    def test_old_charges_that_ended_are_requested_by_turns(self):
        fatura = self.make_charged()
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        self.asaas.payments[fatura.charge_id.provider_reference]["status"] = "CHARGEBACK_REQUESTED"
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = '2026-01-01' WHERE id = %s",
            [fatura.charge_id.id],
        )
        self.asaas.payments[fatura.charge_id.provider_reference]["dateCreated"] = "2026-01-01"
        self.env.invalidate_all()
        self.run_cron("reconcile_charges")
        self.send()
        self.assertEqual(fatura.charge_state, "charged_back")
