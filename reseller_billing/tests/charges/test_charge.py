import time
from datetime import timedelta
from unittest.mock import patch

import requests
from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.test_cursor import TestCursor
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation
from urllib3.exceptions import NewConnectionError

from ..common import REQUEST_SEAM
from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestCharge(BillingCommon):
    """Requests to the receipts provider, and their failures."""

    def send_again(self, fatura):
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            self.send()

    def made(self):
        return self.asaas.count("POST", "payments")

    def test_timeout_after_processing_makes_no_second_charge(self):
        for failure in (
            requests.exceptions.ReadTimeout(),
            requests.exceptions.ConnectionError("reset"),
        ):
            with self.subTest(failure):
                self.asaas.calls.clear()
                fatura = self.make_fatura(month="07" if not self.asaas.payments else "08")
                self.asaas.fail_on["POST", "payments"] = [("after", failure)]
                self.send()
                self.assertEqual((fatura.charge_state, self.made()), ("processing", 1))
                self.assertTrue(fatura.charge_problem)
                self.send_again(fatura)
                self.assertEqual((fatura.charge_state, self.made()), ("awaiting", 1))
                self.assertFalse(fatura.charge_problem)

    def test_no_cursor_is_open_while_the_provider_is_asked(self):
        fatura, open_cursors = self.make_fatura(), set()

        def ask(*args, **kwargs):
            open_cursors.add(len(TestCursor._cursors_stack))
            return self.asaas(*args, **kwargs)

        with patch(REQUEST_SEAM, side_effect=ask), self.enter_registry_test_mode():
            charges = self.env["payment.transaction"]
            sent = list(charges._send_due(time.monotonic() + 60))
        self.assertEqual(sent, fatura.charge_id.ids)
        self.assertEqual(open_cursors, {0})

    def test_client_is_not_made_twice_either(self):
        self.asaas.fail = [None, ("after", requests.exceptions.ReadTimeout())]
        fatura = self.make_fatura()
        self.send()
        self.send_again(fatura)
        self.assertEqual(self.asaas.count("POST", "customers"), 1)
        self.assertEqual(fatura.charge_state, "awaiting")

    def test_lost_request_is_sent_again(self):
        for number, failure in enumerate(
            (
                requests.exceptions.ConnectTimeout(),
                requests.exceptions.ConnectionError(
                    requests.packages.urllib3.exceptions.MaxRetryError(
                        None, "/", NewConnectionError(None, "refused")
                    )
                ),
                500,
                503,
                429,
            )
        ):
            with self.subTest(failure):
                self.asaas.fail_on["POST", "payments"] = [failure]
                fatura = self.make_fatura(month=f"{number + 1:02}")
                self.send()
                self.assertEqual(
                    (fatura.charge_state, len(self.asaas.payments)), ("processing", number)
                )
                self.send_again(fatura)
                self.assertEqual(
                    (fatura.charge_state, len(self.asaas.payments)), ("awaiting", number + 1)
                )

    def test_refusal_ends_in_an_error_that_can_be_tried_again(self):
        self.asaas.fail = [400]
        fatura = self.make_fatura()
        self.send()
        self.assertEqual((fatura.state, fatura.charge_state), ("posted", "error"))
        self.assertIn("Failed on purpose", fatura.charge_problem)
        self.assertEqual(fatura.activity_ids.user_id, self.contract.user_id)
        fatura.with_user(self.accountant).action_register_charge()
        self.send()
        self.assertEqual((fatura.charge_state, self.made()), ("awaiting", 1))
        self.assertFalse(fatura.charge_problem)

    def test_refusal_is_told_in_the_language_of_who_reads_it(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        modules = self.env["ir.module.module"].search([("name", "=", "reseller_billing")])
        modules._update_translations(["pt_BR"])
        self.contract.user_id.lang = "pt_BR"
        self.asaas.fail = [400]
        fatura = self.make_fatura()
        self.send()
        self.assertIn("recusou a requisição", fatura.charge_problem)
        self.assertEqual(fatura.activity_ids.summary, "Cobrança recusada")

    def test_wrong_key_waits_for_the_administrator(self):
        self.asaas.fail = [401]
        fatura = self.make_fatura()
        self.send()
        self.assertEqual(fatura.charge_state, "processing")
        self.assertIn("API key", fatura.charge_problem)
        self.assertNotIn(self.provider.asaas_api_key, fatura.charge_problem)

    def test_nothing_is_sent_for_what_was_rolled_back(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.make_fatura()
            raise ZeroDivisionError
        self.send()
        self.assertEqual(self.made(), 0)

    def test_changed_due_date_and_value_change_the_charge(self):
        fatura = self.make_charged()
        reference, line = fatura.charge_id.provider_reference, fatura.slip_line
        fatura.with_user(self.accountant)._change_fatura(120.0, self.day("2026-07-20"))
        self.asaas.payments[reference]["nossoNumero"] = "777"
        self.send()
        held = self.asaas.payments[reference]
        self.assertEqual((held["value"], held["dueDate"]), (120.0, "2026-07-20"))
        self.assertEqual((fatura.amount_total, fatura.amount_residual), (120.0, 120.0))
        self.assertNotEqual(fatura.slip_line, line)
        self.assertEqual(self.made(), 1)

    def test_paid_charge_is_not_changed(self):
        fatura = self.make_charged()
        fatura.with_user(self.accountant)._change_fatura(100.0, self.day("2026-07-20"))
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.send()
        self.assertEqual(fatura.charge_state, "received")
        self.assertEqual(
            self.asaas.count("PUT", f"payments/{fatura.charge_id.provider_reference}"), 0
        )

    def test_cancelled_fatura_cancels_the_charge(self):
        fatura = self.make_charged()
        fatura.with_user(self.accountant).button_cancel_fatura()
        self.send()
        self.assertTrue(self.asaas.payments[fatura.charge_id.provider_reference]["deleted"])
        self.assertEqual((fatura.state, fatura.charge_state), ("cancel", "cancelled"))
        self.assertEqual(fatura.charge_id.state, "cancel")

    def test_fatura_cancelled_before_its_charge_left_is_never_charged(self):
        fatura = self.make_fatura()
        fatura.with_user(self.accountant).button_cancel_fatura()
        self.send()
        self.assertEqual((fatura.charge_state, self.made()), ("cancelled", 0))

    def test_charge_that_was_made_while_its_fatura_was_cancelled_is_cancelled_too(self):
        failure = ("after", requests.exceptions.ReadTimeout())
        self.asaas.fail_on["POST", "payments"] = [failure]
        fatura = self.make_fatura()
        self.send()
        fatura.with_user(self.accountant).button_cancel_fatura()
        self.send()
        (held,) = self.asaas.payments.values()
        self.assertEqual((held["deleted"], fatura.charge_state), (True, "cancelled"))

    def test_live_charge_keeps_its_fatura_from_being_deleted(self):
        fatura = self.make_charged()
        fatura.button_draft()
        with self.assertRaisesRegex(UserError, "has a charge at the provider"):
            fatura.unlink()

    def test_fatura_that_can_be_paid_is_never_charged_twice(self):
        fatura = self.make_charged()
        with self.assertRaisesRegex(UserError, f"{fatura.name}.*has a charge that can be paid"):
            fatura.with_user(self.accountant).action_register_charge()
        self.asaas.pay(fatura.charge_id.provider_reference, status="CONFIRMED")
        self.receive_event(fatura)
        with self.assertRaisesRegex(UserError, fatura.name):
            fatura.with_user(self.accountant).action_register_charge()
        self.send()
        self.assertEqual(self.made(), 1)

    def test_second_live_charge_of_a_fatura_cannot_even_be_written(self):
        fatura = self.make_charged()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            fatura.charge_id.create(fatura._prepare_charge())

    def test_register_again_forgets_no_cancellation(self):
        fatura = self.make_fatura()
        fatura.with_user(self.accountant).button_cancel_fatura()
        with self.assertRaisesRegex(UserError, "not posted"):
            fatura.with_user(self.accountant).action_register_charge()
        self.send()
        self.assertEqual((fatura.charge_state, self.made()), ("cancelled", 0))

    def test_change_that_no_hook_saw_is_told_later(self):
        fatura = self.make_charged()
        reference = fatura.charge_id.provider_reference
        self.env["account.move"].flush_model()
        self.env.cr.execute(
            "UPDATE account_move SET invoice_date_due = '2026-07-25' WHERE id = %s", [fatura.id]
        )
        self.env.invalidate_all()
        self.run_cron("reconcile_charges")
        self.send()
        self.assertEqual(self.asaas.payments[reference]["dueDate"], "2026-07-25")

    def test_second_charge_under_our_reference_is_told(self):
        fatura = self.make_charged()
        first = fatura.charge_id.provider_reference
        twin = {**self.asaas.payments[first], "id": "pay_twin"}
        self.asaas.payments["pay_twin"] = twin
        self.asaas.pay("pay_twin")
        self.receive_event(reference="pay_twin")
        self.assertEqual(fatura.charge_id.provider_reference, first)
        self.assertEqual(len(fatura.activity_ids), 1)
        self.assertEqual((self.balance("outstanding"), fatura.amount_residual), (98.01, 0.0))
        self.send()
        self.assertTrue(self.asaas.payments[first]["deleted"], "it must not be paid again")
        self.assertEqual(fatura.charge_state, "cancelled")

    def test_second_charge_that_is_not_paid_is_only_told(self):
        fatura = self.make_charged()
        first = self.asaas.payments[fatura.charge_id.provider_reference]
        self.asaas.payments["pay_twin"] = {**first, "id": "pay_twin"}
        self.receive_event(reference="pay_twin", name="PAYMENT_CREATED")
        self.assertIn("pay_twin", fatura.activity_ids.note)
        self.assertEqual((fatura.charge_state, first["deleted"]), ("awaiting", False))

    def test_both_charges_paid_leave_the_second_as_the_clients_credit(self):
        fatura = self.make_charged()
        first = fatura.charge_id.provider_reference
        self.asaas.payments["pay_twin"] = {**self.asaas.payments[first], "id": "pay_twin"}
        for number, reference in enumerate((first, "pay_twin")):
            self.asaas.pay(reference)
            self.receive_event(reference=reference, event=f"evt_{number}")
        self.assertEqual((self.balance("outstanding"), fatura.amount_residual), (196.02, 0.0))
        self.assertEqual(-self.client_partner.credit, 100.0)
        self.asaas.refund("pay_twin", 100.0)
        self.receive_event(reference="pay_twin", name="PAYMENT_REFUNDED", event="evt_3")
        self.assertEqual(self.client_partner.credit, 0.0)
        self.assertFalse(fatura.reversal_move_ids, "the fatura itself stays paid")

    def test_provider_that_lacks_an_account_is_named_before_anything_is_posted(self):
        self.provider.write({"billing_fee_account_id": False, "billing_interest_account_id": False})
        with (
            self.assertRaisesRegex(UserError, "Provider's Fee, Interest Income"),
            self.env.cr.savepoint(),
        ):
            self.make_fatura()
        self.assertFalse(self.contract.fatura_ids)
