import threading

import psycopg2.errors
from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import LockError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestLimitOfTwoTransactions(TransactionCase):
    """Two users make contracts effective under one agreement, in transactions of their own.

    All records are committed, so that both transactions see them, and deleted at the end.
    """

    def setUp(self):
        super().setUp()
        self.made = []
        self.addCleanup(self._delete)
        with self.registry.cursor() as cr:
            self.agreement_id = self._make_agreement(api.Environment(cr, SUPERUSER_ID, {}))

    def _make(self, env, model, **values):
        record = env[model].create(values)
        self.made.append((model, record.id))
        return record.id

    def _make_agreement(self, env):
        bank = self._make(env, "res.partner", name="Concurrent bank")
        # Without an account of its own the host would make one, and a name that stays.
        cash = self._make(
            env, "account.account", name="VF bank", code="VFC110", account_type="asset_cash"
        )
        journals = {
            kind: self._make(
                env, "account.journal", name=f"VF {kind}", code=code, type=kind, **values
            )
            for kind, code, values in (
                ("bank", "VFCB", {"default_account_id": cash}),
                ("general", "VFCG", {}),
            )
        }
        accounts = [
            self._make(
                env,
                "account.account",
                name=f"VF {kind}",
                code=code,
                account_type=kind,
                reconcile=kind == "liability_current",
            )
            for kind, code in (
                ("liability_current", "VFC210"),
                ("income_other", "VFC410"),
                ("expense", "VFC510"),
            )
        ]
        return self._make(
            env,
            "vendor.financing.agreement",
            name="Concurrent",
            partner_id=bank,
            journal_id=journals["bank"],
            entry_journal_id=journals["general"],
            vendor_account_id=accounts[0],
            interest_account_id=accounts[1],
            expense_account_id=accounts[2],
            limit_amount=1000,
        )

    def _make_receivable(self, env):
        """Return a receivable item for two contracts."""
        agreement = env["vendor.financing.agreement"].browse(self.agreement_id)
        move_id = self._make(
            env,
            "account.move",
            journal_id=agreement.entry_journal_id.id,
            line_ids=[Command.create({"account_id": agreement.vendor_account_id.id})],
        )
        return env["account.move"].browse(move_id).line_ids.id

    def _make_contract(self, env, number):
        return self._make(
            env,
            "vendor.financing.contract",
            agreement_id=self.agreement_id,
            number=number,
            date="2026-03-03",
            credit_date="2026-03-03",
        )

    def _delete(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for model, record_id in reversed(self.made):
                env[model].browse(record_id).exists().unlink()

    def _open_transaction(self):
        """Return the agreement in a transaction that begins now."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        agreement = api.Environment(cr, SUPERUSER_ID, {})["vendor.financing.agreement"]
        agreement = agreement.browse(self.agreement_id)
        self.assertEqual(agreement._get_used_amount(), 0)
        return agreement

    def test_second_waits_for_the_first(self):
        first, second = self._open_transaction(), self._open_transaction()
        first._lock_limit()
        with self.assertRaises(LockError):
            second._lock_limit()

    def test_second_click_on_a_contract_is_answered_in_words(self):
        with self.registry.cursor() as cr:
            contract_id = self._make_contract(api.Environment(cr, SUPERUSER_ID, {}), "TWICE")
        contracts = [
            agreement.env["vendor.financing.contract"].browse(contract_id)
            for agreement in (self._open_transaction(), self._open_transaction())
        ]
        contracts[0]._take_turn()
        with self.assertRaisesRegex(UserError, "TWICE is being changed by another request"):
            contracts[1]._take_turn()

    @mute_logger("odoo.sql_db")
    def test_one_receivable_is_live_in_one_contract_only(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            line_id = self._make_receivable(env)
            contract_ids = [self._make_contract(env, number) for number in ("ONE", "TWO")]
        first, second = self._open_transaction(), self._open_transaction()
        ended = []

        def take(agreement, contract_id):
            titles = agreement.env["vendor.financing.contract.title"]
            try:
                titles.create({"contract_id": contract_id, "line_id": line_id})
            except psycopg2.Error as error:
                ended.append(type(error))
                agreement.env.cr.rollback()
            else:
                ended.append(None)

        take(first, contract_ids[0])
        waiting = threading.Thread(target=take, args=(second, contract_ids[1]))
        waiting.start()
        waiting.join(0.5)
        # It waits for the first to end, instead of believing what it read before.
        self.assertEqual((waiting.is_alive(), ended), (True, [None]))
        first.env.cr.commit()
        waiting.join(30)
        self.assertEqual(ended, [None, psycopg2.errors.UniqueViolation])

    @mute_logger("odoo.sql_db")
    def test_second_does_not_count_on_what_it_read_before_the_first_ended(self):
        first, second = self._open_transaction(), self._open_transaction()
        first._lock_limit()
        first.env.cr.commit()
        # The host tries a request again on this error; then it reads anew.
        with self.assertRaises(psycopg2.errors.SerializationFailure):
            second._lock_limit()
        self._open_transaction()._lock_limit()
