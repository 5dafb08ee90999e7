from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.common.restore import PARAMETER
from ..common import NFE_FILE, SupplierCreditCommon

NFE_KEY = NFE_FILE.partition("-")[0]


@tagged("post_install", "-at_install")
class TestComparison(SupplierCreditCommon):
    """What lives at Supplier and is unknown here is listed, what is different is queried."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user("manager", "supplier_credit.supplier_credit_group_manager")
        cls.at_supplier = {"/pre-autorizacoes": [], "/transacoes": [], "/pos-vendas": []}
        for path, items in cls.at_supplier.items():
            cls.supplier.on("GET", f"{path}$", cls._make_list(items))

    @staticmethod
    def _make_list(items):
        def answer(options):
            state = (options.get("params") or {}).get("situacao")
            found = [item for item in items if state in (None, item["situacao"])]
            return {"itens": found, "temMais": False}

        return answer

    def setUp(self):
        super().setUp()
        for items in self.at_supplier.values():
            items.clear()

    def compare(self):
        self.agreement.with_user(self.manager).action_compare()
        self.run_cron()

    def run_cron(self):
        with self.supplier.listening(), self.registry_test_mode():
            self.env.ref("supplier_credit.ir_cron_compare").method_direct_trigger()

    def unknown_reservation(self, order, code="PA-7"):
        values = {"code": code, "numeroPedido": order.name if order else "S99999"}
        self.at_supplier["/pre-autorizacoes"].append(self.reservation_answer(**values))
        self.supplier.on("GET", f"/pre-autorizacoes/{code}$", self.reservation_answer(**values))
        return values

    def find(self):
        return self.env["supplier.credit.finding"].search([])

    def test_unknown_reservation_is_listed_and_serves_its_order(self):
        order = self.create_order()
        self.unknown_reservation(order)
        self.compare()
        (finding,) = self.find()
        self.assertEqual(
            (finding.code, finding.reference, finding.partner_id, finding.amount),
            ("PA-7", order.name, self.customer, 610.37),
        )
        self.assertIn("1 are unknown here", self.agreement.comparison_result)
        (row,) = self.env["supplier.credit.attention"].search([("res_id", "=", finding.id)])
        self.assertEqual(row.action_open_record()["res_id"], finding.id)
        self.compare()
        self.assertEqual(self.find(), finding, "listed once")

        finding.with_user(self.manager).action_take_over()
        self.deliver()
        reservation = order.sudo().supplier_preauthorization_id
        self.assertEqual((reservation.state, reservation.code), ("active", "PA-7"))
        self.assertEqual(finding.state, "done")
        self.assertFalse(self.supplier.calls("POST", "/pre-autorizacoes$"))

    def test_reservation_that_no_order_needs_is_cancelled_at_supplier(self):
        self.unknown_reservation(None)
        self.compare()
        answer = self.reservation_answer(code="PA-7", state="CANCELADA")
        self.supplier.on("POST", "/pre-autorizacoes/PA-7/cancelamento$", answer)
        self.find().with_user(self.manager).action_take_over()
        self.deliver()
        with self.supplier.listening(), self.registry_test_mode():
            self.env.ref("supplier_credit.ir_cron_follow_orders").method_direct_trigger()
        self.deliver_by_cron()
        reservation = self.env["supplier.credit.preauthorization"].search([("code", "=", "PA-7")])
        self.assertEqual(reservation.state, "cancelled")

    def test_customer_without_contact_is_named(self):
        self.at_supplier["/pre-autorizacoes"].append(
            self.reservation_answer(code="PA-8", cnpjCpf="11222333000181")
        )
        self.compare()
        with self.assertRaises(UserError) as caught:
            self.find().with_user(self.manager).action_take_over()
        self.assertIn("PA-8", str(caught.exception))
        self.find().with_user(self.manager).action_set_aside()
        self.assertEqual(self.find().state, "done")
        self.compare()
        self.assertEqual(self.find().state, "done", "what was decided stays decided")

    def test_transaction_without_invoice_is_named(self):
        self.at_supplier["/transacoes"].append(self.transaction_answer(chaveNFe=NFE_KEY))
        self.at_supplier["/transacoes"].append(
            self.transaction_answer("REJEITADA", codigoTransacao="TR-9", chaveNFe=NFE_KEY)
        )
        self.compare()
        (finding,) = self.find()
        self.assertEqual((finding.kind, finding.reference), ("transaction", NFE_KEY))
        with self.assertRaises(UserError) as caught:
            finding.with_user(self.manager).action_take_over()
        self.assertIn(NFE_KEY, str(caught.exception))

    def test_what_is_different_or_gone_there_is_queried(self):
        expired, gone = self.create_order(), self.create_order()
        self.reserve(expired, code="PA-1")
        self.reserve(gone, code="PA-2")
        cancelled = self.reservation_answer(code="PA-2", state="CANCELADA")
        self.supplier.on("GET", "/pre-autorizacoes/PA-2$", cancelled)
        used = self.reservation_answer(code="PA-1", state="UTILIZADA_PARCIAL")
        self.at_supplier["/pre-autorizacoes"].append(used)
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", used)
        self.compare()
        self.deliver_by_cron()
        self.assertIn("2 differ", self.agreement.comparison_result)
        self.assertEqual(gone.sudo().supplier_preauthorization_id.state, "cancelled")
        self.assertEqual(expired.sudo().supplier_preauthorization_id.state, "partially_used")
        self.assertFalse(self.find())

    def test_failed_comparison_is_shown_and_tried_again(self):
        self.supplier.on("GET", "/transacoes$", "", 503)
        self.compare()
        self.assertIn("tried again", self.agreement.comparison_result)
        self.assertTrue(self.agreement.comparison_wanted)
        self.supplier.answers.pop(0)
        self.run_cron()
        self.assertFalse(self.agreement.comparison_wanted)

    def test_restored_database_is_compared_by_itself_and_told_once(self):
        self.run_cron()
        parameters = self.env["ir.config_parameter"].sudo()
        self.assertTrue(parameters.get_param(PARAMETER))
        self.assertFalse(self.agreement.compared_at, "the first look is no restore")
        parameters.set_param(PARAMETER, "1/1/1/1")
        for _run in range(2):
            self.run_cron()
        self.assertTrue(self.agreement.compared_at)
        self.assertEqual(len(self.agreement.activity_ids), 1)
        self.assertIn("restored", self.agreement.activity_ids.summary)

    def test_only_managers_decide(self):
        self.unknown_reservation(None)
        self.compare()
        for action in ("action_take_over", "action_set_aside"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(self.find().with_user(self.salesman), action)()
        with self.assertRaises(AccessError):
            self.agreement.with_user(self.salesman).action_compare()

    def test_everything_that_lives_is_asked_about_once_a_day(self):
        """Also what no event tells of: it may have been lost."""
        orders = [self.create_order() for _number in range(30)]
        for number, order in enumerate(orders):
            self.reserve(order, code=f"PA-{number}")
        asked = []
        self.supplier.on(
            "GET",
            "/pre-autorizacoes/PA-",
            lambda _options: asked.append(1) or self.reservation_answer(),
        )
        cron = self.env.ref("supplier_credit.ir_cron_ask_by_turns")
        start = fields.Datetime.now()
        queries = [("operation", "=", "preauthorization_query")]
        for hour in range(24):
            with freeze_time(start + timedelta(hours=hour)), self.registry_test_mode():
                cron.method_direct_trigger()
            messages = self.env["supplier.credit.message"].search(queries)
            self.assertLessEqual(len(messages), 2 * (hour + 1), "slowly")
        self.assertEqual(len(messages.mapped("res_id")), 30)
        self.assertEqual(len(set(messages.mapped("res_id"))), 30)

    def test_stopped_work_is_told_and_seen_until_it_runs(self):
        cron = self.env.ref("supplier_credit.ir_cron_deliver_messages")
        for values in (
            {"active": False},
            {"active": True, "nextcall": fields.Datetime.now() - timedelta(hours=1)},
        ):
            with self.subTest(values=values), patch.object(type(cron), "_notifydb"):
                cron.write(values)
                self.run_cron()
                self.assertEqual(len(self.agreement.activity_ids), 1)
                self.assertIn(cron.cron_name, self.agreement.activity_ids.note)
                card = self.overview(self.manager)
                self.assertIn(cron.cron_name, card.stopped_work)
                cron.write({"active": True, "nextcall": fields.Datetime.now()})
                self.run_cron()
                self.assertFalse(self.agreement.activity_ids)
