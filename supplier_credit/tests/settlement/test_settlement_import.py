from datetime import date
from decimal import Decimal
from unittest.mock import patch

import requests
from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.test_cursor import TestCursor
from odoo.tools import mute_logger

from ...tools.api.settlement import StatementEntry
from .common import FIRST_TRANSFER, SupplierCreditSettlementCommon

OPERATION = "/conciliacao$"


@tagged("post_install", "-at_install")
class TestSettlementImport(SupplierCreditSettlementCommon):
    """Seed 000, "conciliação financeira": entries are stored once and confirmed."""

    def confirmed(self):
        return sorted(
            call["url"].split("/conciliacao/")[1].split("/")[0]
            for call in self.supplier.calls("PUT", "/confirmacao$")
        )

    def test_effective_entries_of_a_day_make_one_statement_and_are_confirmed(self):
        entries = self.run_import(
            [self.statement_line(), self.statement_line("LC-2", 2)],
            day="2026-12-24",
        )
        self.assertEqual(len(entries.settlement_id), 1)
        self.assertEqual(entries.settlement_id.date, date(2026, 12, 23))
        self.assertEqual(entries.mapped("acknowledged"), [True, True])
        self.assertEqual(self.confirmed(), ["LC-1", "LC-2"])
        self.run_import(
            [self.statement_line(confirmado=True), self.statement_line("LC-2", 2, confirmado=True)]
        )
        self.assertEqual(self.confirmed(), ["LC-1", "LC-2"], "none is confirmed twice")

    def test_period_is_asked_for_in_windows_the_service_takes(self):
        self.run_import([])
        asked = [call["params"] for call in self.supplier.calls("GET", OPERATION)]
        self.assertGreater(len(asked), 1)
        for query in asked:
            days = date.fromisoformat(query["dataFinal"]) - date.fromisoformat(query["dataInicial"])
            self.assertLess(days.days, 90)
            self.assertEqual(query["tamanho"], 500)
        self.assertGreaterEqual(asked[-1]["dataFinal"], "2027-03-23")
        self.supplier.requests.clear()
        self.run_import([], day="2026-12-30")
        (first, *_rest) = self.supplier.calls("GET", OPERATION)
        self.assertEqual(first["params"]["dataInicial"], "2026-12-16", "a week for latecomers")

    def test_accountant_imports_from_the_list_of_statements(self):
        statements = self.env["supplier.credit.settlement"]
        with self.assertRaises(AccessError):
            statements.with_user(self.salesman).action_import()
        self.agreement.enabled = False
        with self.assertRaisesRegex(UserError, "No agreement is active"):
            statements.with_user(self.accountant).action_import()
        self.agreement.enabled = True
        statements.with_user(self.accountant).action_import()
        self.assertTrue(self.agreement.settlement_requested)

    def test_problems_are_told_in_the_language_of_who_answers_for_the_agreement(self):
        """A cron has no user's language; the responsible of the agreement reads its texts."""
        self.env["res.lang"]._activate_lang("pt_BR")
        self.manager.lang = "pt_BR"
        self.agreement.user_id = self.manager
        entry = self.run_import([self.statement_line(tipoEvento="XPTO")])
        self.assertIn("tabela de eventos", entry.problem)

    def test_repetitions_change_nothing(self):
        once = self.run_import(
            [self.statement_line(), self.statement_line()],
            [self.statement_line(), self.statement_line("LC-2", 2)],
        )
        self.assertEqual(once.mapped("external_id"), ["LC-1", "LC-2"])
        before = once.sudo().read(["state", "value", "settlement_id", "conflict"])
        self.run_import([self.statement_line(), self.statement_line("LC-2", 2)])
        self.assertEqual(self.find().sudo().read(list(before[0])[1:]), before)
        self.assertFalse(any(once.mapped("conflict")))

    def test_same_number_with_other_values_is_kept_as_it_was_and_shown(self):
        entry = self.run_import([self.statement_line()])
        self.run_import([self.statement_line(valorPrincipal="303.43", valorLancamento="298.34")])
        self.assertEqual((entry.value, entry.principal), (198.34, 203.43))
        self.assertIn("298.34", entry.conflict)
        attention = self.env["supplier.credit.attention"].with_user(self.accountant)
        self.assertIn("298.34", attention.search([("kind", "=", "settlement")]).problem)

    def test_future_entry_forecasts_and_becomes_effective_on_its_day(self):
        announced = self.statement_line(lancamentoFuturo=True, valorPrincipal="203.00")
        entry = self.run_import([announced], day="2026-12-01")
        self.assertEqual((entry.state, entry.amount), ("future", 198.34))
        self.assertFalse(entry.settlement_id)
        self.assertFalse(self.confirmed())
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "supplier_credit.supplier_credit_settlement_entry_action_forecast"
        )
        self.assertIn("future", str(action["domain"]))
        again = self.run_import([self.statement_line()], day="2026-12-23")
        self.assertEqual(again, entry)
        self.assertEqual((entry.principal, entry.settlement_id.state), (203.43, "imported"))
        self.assertEqual(self.confirmed(), ["LC-1"])
        self.run_import([announced])
        self.assertEqual((entry.state, entry.principal), ("open", 203.43), "no way back")

    def test_failed_page_keeps_what_came_before_and_the_cursor(self):
        self.run_import([], day="2026-12-01")
        self.assertEqual(self.agreement.settlement_cursor, date(2026, 12, 1))
        self.run_import([self.statement_line()], requests.exceptions.ReadTimeout())
        self.assertEqual(self.find().mapped("external_id"), ["LC-1"])
        self.assertEqual(self.agreement.settlement_cursor, date(2026, 12, 1))
        self.assertIn("tried again", self.agreement.settlement_error)
        attention = self.env["supplier.credit.attention"].with_user(self.accountant)
        self.assertIn("tried again", attention.search([("kind", "=", "agreement")]).problem)
        self.assertEqual(self.confirmed(), ["LC-1"])
        # The next run comes by itself: the import is still due.
        self.run_import([self.statement_line()], [self.statement_line("LC-2", 2)], again=True)
        self.assertEqual(self.find().mapped("external_id"), ["LC-1", "LC-2"])
        self.assertEqual(self.agreement.settlement_cursor, date(2026, 12, 23))
        self.assertFalse(self.agreement.settlement_error)

    def test_killed_between_storing_and_confirming_confirms_in_the_next_run(self):
        agreement = type(self.agreement)
        killed = patch.object(agreement, "_match_settlements", side_effect=RuntimeError("killed"))
        with killed, mute_logger("odoo.addons.base.models.ir_cron"):
            self.run_import([self.statement_line(), self.statement_line("LC-2", 2)])
        self.env.invalidate_all()
        self.assertEqual(self.find().mapped("to_acknowledge"), [True, True])
        self.assertFalse(self.confirmed())
        self.supplier.requests.clear()
        self.run_import([], again=False)
        self.assertFalse(self.supplier.calls("GET", OPERATION))
        self.assertEqual(self.confirmed(), ["LC-1", "LC-2"])
        self.assertEqual(self.find().mapped("acknowledged"), [True, True])

    def test_each_stored_page_counts_as_progress_of_the_job(self):
        done = []

        def answer(options):
            self.env.cr.execute("SELECT done FROM ir_cron_progress ORDER BY id DESC LIMIT 1")
            done.append(self.env.cr.fetchone()[0])
            return self._answer_page(options)

        self.supplier.on("GET", OPERATION, answer)
        self.run_import([self.statement_line()], [self.statement_line("LC-2", 2)])
        # Killed while the second page comes, the job has got something done and is not given up.
        self.assertEqual(done[:2], [0, 1])

    def test_unreachable_confirmation_is_made_later_and_a_refused_one_with_the_next_import(self):
        self.supplier.on("PUT", "/LC-1/confirmacao$", "", 503)
        self.supplier.on("PUT", "/LC-2/confirmacao$", {"codigo": "SITUACAO_NAO_PERMITE"}, 409)
        page = [
            self.statement_line(),
            self.statement_line("LC-2", 2),
            self.statement_line("LC-3", 3),
        ]
        first, second, third = self.run_import(page)
        self.assertEqual(
            [entry.acknowledged for entry in (first, second, third)], [False, False, True]
        )
        self.assertTrue(first.to_acknowledge)
        self.assertIn("SITUACAO_NAO_PERMITE", second.acknowledgement_error)
        self.supplier.on("PUT", "/confirmacao$", "", 204)
        self.run_import([], again=False)
        self.assertEqual((first.acknowledged, second.acknowledged), (True, False))
        self.run_import(page)
        self.assertEqual((second.acknowledged, second.acknowledgement_error), (True, False))

    def test_confirmations_that_fail_are_shown_until_they_go_on(self):
        self.supplier.on("PUT", "/confirmacao$", "", 503)
        entry = self.run_import([self.statement_line()])
        self.assertFalse(entry.acknowledged)
        self.assertIn("cannot be reached", self.agreement.confirmation_error)
        rows = self.env["supplier.credit.attention"].search([("kind", "=", "agreement")])
        self.assertIn("confirmation of settlement entries", rows.problem)
        self.supplier.on("PUT", "/confirmacao$", "", 204)
        self.run_import([], again=False)
        self.assertTrue(entry.acknowledged)
        self.assertFalse(self.agreement.confirmation_error)

    def test_refused_credentials_stop_the_agreement_once(self):
        self.supplier.on("GET", OPERATION, "", 401)
        self.run_import([])
        self.assertTrue(self.agreement.queue_stopped)
        self.supplier.requests.clear()
        self.run_import([])
        self.assertFalse(self.supplier.requests)

    def test_unreadable_entry_is_listed_and_stops_nothing(self):
        """Whatever is wrong with one entry, the others of its page are stored and confirmed."""
        wrongs = (
            {"tipoLancamento": "NOVO"},
            {"dataLancamento": "9999-12-31"},
            {"dataLancamento": "0001-01-01"},
            {"valorLancamento": "1" + "0" * 18},
            {"valorLancamento": "NaN"},
            {"valorTaxa": None},
            {"numeroParcela": 10**9},
            {"lancamentoFuturo": "sim"},
            {"codigoTransacao": "\0"},
        )
        lines = [
            self.statement_line(f"LC-{number}", **wrong)
            for number, wrong in enumerate(wrongs, start=2)
        ]
        entry = self.run_import([*lines, self.statement_line(), None, {"lancamentoId": 7}])
        self.assertFalse(self.agreement.settlement_error)
        self.assertEqual((entry.external_id, entry.acknowledged), ("LC-1", True))
        findings = self.env["supplier.credit.finding"].search([])
        named = findings.filtered(lambda finding: finding.code.startswith("LC-"))
        self.assertEqual(len(named), len(wrongs))
        self.assertEqual(len(findings), len(wrongs) + 2, findings.mapped("code"))
        self.assertIn("dataLancamento", findings.filtered(lambda f: f.code == "LC-3").problem)
        self.assertEqual(len(self.agreement.activity_ids), 1, "told once")
        attention = self.env["supplier.credit.attention"]
        rows = attention.search([("res_model", "=", findings._name), ("kind", "=", "settlement")])
        self.assertEqual(set(rows.mapped("res_id")), set(findings.ids))

        self.run_import([*lines, self.statement_line("LC-2")])
        self.assertEqual(len(self.agreement.activity_ids), 1)
        self.assertEqual(findings.filtered(lambda f: f.code == "LC-2").state, "done")
        self.assertEqual(findings.filtered(lambda f: f.code == "LC-3").state, "open")

    def test_a_date_of_another_century_makes_no_thousands_of_requests(self):
        """As an older release stored it: in the calendar, and announced for a day long over."""
        entry = self.run_import([self.statement_line("LC-9", lancamentoFuturo=True)])
        entry.sudo().date = date(1900, 1, 1)
        self.supplier.requests.clear()
        self.run_import([])
        self.assertLess(len(self.supplier.calls("GET", OPERATION)), 60)

    def test_import_follows_its_interval_and_the_button_asks_at_once(self):
        self.run_import([])
        self.supplier.requests.clear()
        self.run_import([], again=False)
        self.assertFalse(self.supplier.calls("GET", OPERATION))
        self.agreement.settlement_interval_hours = 0
        self.run_import([], day="2027-01-20", again=False)
        self.assertFalse(self.supplier.calls("GET", OPERATION))
        self.agreement.with_user(self.accountant).action_import_settlements()
        self.run_import([], again=self.agreement.settlement_requested)
        self.assertTrue(self.supplier.calls("GET", OPERATION))
        self.agreement.enabled = False
        with self.assertRaisesRegex(UserError, "not active"):
            self.agreement.with_user(self.accountant).action_import_settlements()

    def test_no_transaction_is_open_while_supplier_answers(self):
        open_ones = []

        def answer(options):
            # A cursor's savepoint stands for its transaction here.
            open_ones.append([cr for cr in TestCursor._cursors_stack if cr._savepoint])
            return self._answer_page(options) if options["params"] else ""

        self.supplier.on("GET", OPERATION, answer)
        self.supplier.on("PUT", "/confirmacao$", answer, 204)
        self.run_import([self.statement_line()])
        self.assertTrue(self.find().acknowledged)
        self.assertGreater(len(open_ones), 2)
        self.assertFalse([cursors for cursors in open_ones if cursors])

    def test_latecomer_to_a_posted_day_makes_another_statement(self):
        self.register()
        entry = self.run_import([self.statement_line()])
        entry.settlement_id.action_post()
        self.assertEqual(entry.settlement_id.state, "posted")
        self.run_import([self.statement_line(), self.fee()])
        late = self.find("LC-9")
        self.assertNotEqual(late.settlement_id, entry.settlement_id)
        self.assertEqual(late.settlement_id.date, entry.settlement_id.date)
        self.assertEqual((late.settlement_id.state, late.state), ("matched", "matched"))

    def test_only_accountants_settle_and_other_companies_see_nothing(self):
        self.register()
        entry = self.run_import([self.statement_line()])
        mine = entry.settlement_id.with_user(self.salesman)
        for attempt in (
            lambda: mine.read(["state"]),
            mine.action_post,
            mine.action_match,
            entry.with_user(self.salesman).action_accept,
            entry.with_user(self.salesman).action_decide,
            self.agreement.with_user(self.salesman).action_import_settlements,
            entry.settlement_id.with_user(self.accountant).action_undo,
            lambda: entry.with_user(self.accountant).write({"value": 1}),
            lambda: self.upload("lancamentoId", user=self.salesman),
        ):
            with self.assertRaises(AccessError):
                attempt()
        other = self.setup_other_company(name="Outra Empresa Ltda")
        stranger = self._create_user("stranger", "account.group_account_manager", other["company"])
        for model in ("settlement", "settlement.entry", "settlement.proof"):
            self.assertFalse(self.env[f"supplier.credit.{model}"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            entry.settlement_id.with_user(stranger).action_post()

    def test_statement_stays_with_its_day_across_time_zones(self):
        with freeze_time("2026-12-24 01:30:00"):
            # In São Paulo it is still the 23rd.
            entry = self.run_import([self.statement_line()], day=None)
        self.assertEqual(entry.settlement_id.date, date(2026, 12, 23))
        self.assertEqual(self.agreement.settlement_cursor, date(2026, 12, 23))

    def test_matching_costs_the_same_queries_for_few_and_for_many(self):
        calendar = [
            (place, Decimal("10.00"), FIRST_TRANSFER, Decimal("0.25")) for place in range(1, 301)
        ]
        self.approve_sale("TR-N", calendar)
        net = {"valorPrincipal": "10.00", "valorTaxa": "0.25", "valorLancamento": "9.75"}
        counts = []
        for first, last in ((1, 20), (21, 300)):
            page = [
                self.statement_line(f"N-{place}", place, codigoTransacao="TR-N", **net)
                for place in range(first, last + 1)
            ]
            lines = [StatementEntry.from_wire(entry) for entry in page]
            entries = self.env["supplier.credit.settlement.entry"].sudo()
            before = self.env.cr.sql_log_count
            stored = entries._store(self.agreement, lines, "api")
            stored._match()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(stored.mapped("state")), {"matched"})
            self.env.invalidate_all()
        # The host writes a hundred rows at a time; what is read is read at once.
        self.assertLess(counts[1] - counts[0], 20, counts)
        self.assertLess(counts[0], 25, counts)
