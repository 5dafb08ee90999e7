from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SupplierCreditCommon

# Half past eleven in the evening in São Paulo; tomorrow already in Greenwich.
EVENING = "2026-11-23 02:30:00"
DAY = date(2026, 11, 22)


@tagged("post_install", "-at_install")
class TestEvening(SupplierCreditCommon):
    """Between nine and midnight the day is the company's, not Greenwich's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.users"].with_context(active_test=False).search([]).write({"tz": False})
        cls.payment_term.line_ids = [(5, 0, 0), (0, 0, {"value": "percent", "nb_days": 0})]
        cls.payment_term.line_ids.value_amount = 100
        cls.order = cls.create_order(amount=1000)
        cls.reservation = cls.reserve(cls.order, amount="1000.00")

    def run_cron(self, name):
        with self.supplier.listening(), self.enter_registry_test_mode():
            self.env.ref(f"supplier_credit.{name}").method_direct_trigger()

    def test_change_is_due_on_the_companys_day(self):
        answer = self.reservation_answer(amount="1200.00")
        self.supplier.on("PUT", "/pre-autorizacoes/PA-1$", answer)
        with freeze_time(EVENING):
            self.order.order_line.price_unit = 1200
            self.run_cron("ir_cron_follow_orders")
            self.deliver_by_cron()
        (call,) = self.supplier.calls("PUT", "/pre-autorizacoes/PA-1$")
        self.assertEqual([row["dataVencimento"] for row in call["json"]["parcelas"]], [str(DAY)])

    def test_reservation_of_today_is_in_force_until_midnight_here(self):
        self.reservation.valid_until = DAY
        with freeze_time(EVENING):
            self.run_cron("ir_cron_expire_preauthorizations")
            self.assertEqual(self.reservation.state, "active")
            self.assertFalse(self.order.is_supplier_blocked)

    def test_users_elsewhere_work_on_the_companys_day(self):
        """At half past midnight in Fernando de Noronha, half past ten in Manaus, four in Lisbon."""
        for number, zone in enumerate(("America/Noronha", "America/Manaus", "Europe/Lisbon")):
            for home, day in (("America/Sao_Paulo", DAY), ("Europe/Lisbon", date(2026, 11, 23))):
                with self.subTest(zone, home=home), freeze_time(EVENING):
                    self.company.partner_id.tz = home
                    self.salesman.tz = zone
                    order = self.create_order(user=self.salesman, amount=50)
                    self.supplier.requests.clear()
                    self.reserve(
                        order.with_user(self.salesman).with_context(tz=zone),
                        amount="50.00",
                        code=f"PA-{number}-{home}",
                    )
                    (call,) = self.supplier.calls("POST", "/pre-autorizacoes$")
                    days = [row["dataVencimento"] for row in call["json"]["parcelas"]]
                    self.assertEqual(days, [str(day)])

    def test_every_cron_asks_for_the_companys_day(self):
        """No cron of the addon reads the date of Greenwich, whoever it runs as."""
        crons = self.env["ir.cron"].search(
            [
                (
                    "id",
                    "in",
                    self.env["ir.model.data"].search(self._get_cron_domain()).mapped("res_id"),
                )
            ]
        )
        self.assertGreater(len(crons), 8)
        asked = []
        read = fields.Date.context_today

        def spy(record, timestamp=None):
            day = read(record, timestamp)
            asked.append(day)
            return day

        with freeze_time(EVENING), patch.object(fields.Date, "context_today", spy):
            for cron in crons:
                with self.subTest(cron.cron_name), self.supplier.listening():
                    with self.enter_registry_test_mode():
                        cron.method_direct_trigger()
        self.assertFalse([day for day in asked if day != DAY])

    def _get_cron_domain(self):
        return [("module", "=", "supplier_credit"), ("model", "=", "ir.cron")]


@tagged("post_install", "-at_install")
class TestReader(SupplierCreditCommon):
    """Refusals are in the language of who reads them, also where the host uses the customer's."""

    def test_refused_invoice_of_a_brazilian_customer_is_explained_to_its_english_user(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        self.customer.lang = "pt_BR"
        order = self.create_order()
        self.reserve(order)
        order.action_confirm()
        order.sudo().supplier_preauthorization_ids._move_to("cancelled")
        order._update_supplier_release_state()
        with self.assertRaisesRegex(UserError, "is sold on Supplier's credit and blocked"):
            order.with_user(self.accountant)._create_invoices()
