"""Settlements beside as many lines reconciled by the host alone. Runs in Odoo's Python."""

import time
from decimal import Decimal

from odoo import sql_db
from odoo.fields import Command, Date
from odoo.tools import split_every

HOST = "bench-host"
# As many as the addon gives to one plan; the host gets slower with more and with fewer.
PAIRS_AT_ONCE = 500
AMOUNT = 100.0
BOOKS = (
    "supplier_credit_settlement",
    "supplier_credit_settlement_entry",
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "account_full_reconcile",
)


def prepare(env, base_url, codes, host_count):
    """Make approved sales with these codes, and `host_count` plain open items of Supplier's."""
    from tests.host import settlement_script
    from tests.host.demo_script import create_agreement

    bearer = create_agreement(env, env.company, base_url, "none", "secret")
    agreement = bearer.supplier_agreement_id
    settlement_script.prepare_agreement(env, agreement)
    partner = env["res.partner"].create({"name": "Cliente", "vat": "57647232000153"})
    settlement_script.make_sales(env, bearer, partner, codes)
    for chunk in split_every(PAIRS_AT_ONCE, range(host_count), list):
        _post_open_items(env, agreement, len(chunk))
        env.cr.commit()
        env.invalidate_all()


def _post_open_items(env, agreement, count):
    owed = {
        "account_id": agreement.receivable_account_id.id,
        "partner_id": agreement.partner_id.id,
        "date_maturity": Date.today(),
        "balance": AMOUNT,
        "analytic_distribution": False,
    }
    against = {"account_id": agreement.fee_account_id.id, "balance": -AMOUNT * count}
    lines = [{**owed, "name": f"Transfer {number}"} for number in range(count)]
    # Without looking for what analytic accounts apply to each line: faster, and none does.
    moves = env["account.move"].with_context(skip_analytic_sync=True)
    move = moves.create(
        {
            "move_type": "entry",
            "journal_id": agreement.journal_id.id,
            "ref": HOST,
            "line_ids": [Command.create(line) for line in [*lines, against]],
        }
    )
    move.action_post()


def settle(env, client_id):
    """Import, match, decide and post the statement of a client of the sandbox.

    Returns {step: [seconds, SQL queries]}; what the cron does is done as the cron, the rest as an
    accountant.
    """
    agreement = _switch_client(env, client_id)
    accountant = env["res.users"].search([("login", "=", "accountant")])
    entries = env["supplier.credit.settlement.entry"].with_user(accountant)
    settlements = env["supplier.credit.settlement"].with_user(accountant)
    ready = [("state", "=", "matched")]
    return {
        "import": _measure(env, agreement._pull_settlements),
        "match": _measure(env, agreement._match_settlements),
        "decide": _measure(
            env, lambda: _ignore(entries.search([("state", "in", ("open", "proposed"))]))
        ),
        "post": _measure(env, lambda: settlements.search(ready).action_post()),
    }


def _switch_client(env, client_id):
    agreement = env["supplier.credit.agreement"].search([], limit=1)
    agreement.write({"client_id": client_id, "client_secret": "secret"})
    env.cr.commit()
    return agreement


def _ignore(undecided):
    action = undecided.action_decide()
    wizard = undecided.env[action["res_model"]].with_context(**action["context"])
    wizard.create({"reason": "Asked Supplier"}).action_ignore()


def reconcile_equal_lines(env, count):
    """Post one entry of the bank's and reconcile its `count` lines, with the host alone."""
    agreement = env["supplier.credit.agreement"].search([], limit=1)
    opened = env["account.move.line"].search(
        [
            ("move_id.ref", "=", HOST),
            ("account_id", "=", agreement.receivable_account_id.id),
            ("reconciled", "=", False),
        ],
        order="id",
        limit=count,
    )
    if len(opened) != count:
        raise ValueError(f"Only {len(opened)} of {count} items are open")
    return _measure(env, lambda: _settle_by_host(env, agreement, opened))


def _settle_by_host(env, agreement, opened):
    settling = dict(enumerate(opened, start=1))
    lines = [
        {
            "sequence": sequence,
            "name": f"Settled: {line.name}",
            "account_id": line.account_id.id,
            "partner_id": line.partner_id.id,
            "date_maturity": line.date_maturity,
            "balance": -line.balance,
        }
        for sequence, line in settling.items()
    ]
    bank = {
        "sequence": 0,
        "name": "Paid",
        "account_id": agreement.settlement_account_id.id,
        "partner_id": agreement.partner_id.id,
        "balance": sum(line.balance for line in opened),
    }
    move = env["account.move"].create(
        {
            "move_type": "entry",
            "journal_id": agreement.settlement_journal_id.id,
            "line_ids": [Command.create(line) for line in [bank, *lines]],
        }
    )
    move.action_post()
    made = {line.sequence: line for line in move.line_ids}
    pairs = [line | made[sequence] for sequence, line in settling.items()]
    for chunk in split_every(PAIRS_AT_ONCE, pairs, list):
        env["account.move.line"]._reconcile_plan(chunk)


def _measure(env, function):
    """Return the seconds and the SQL queries of all cursors, those of transactions of its own too.

    Each step begins a new transaction, which sees what others have committed.
    """
    env.cr.commit()
    env.invalidate_all()
    queries = sql_db.sql_counter
    began = time.perf_counter()
    function()
    env.flush_all()
    env.cr.postcommit.clear()
    env.cr.commit()
    return [time.perf_counter() - began, sql_db.sql_counter - queries]


def check_settlement(env, expected):
    """Raise AssertionError unless the newest statement's books are as expected.

    :param expected: `settled`, `undecided`, `booked` and `future`: numbers of entries; `bank`,
        `written_off` and `fees`: BRL as text
    """
    entries = env["supplier.credit.settlement.entry"]
    of_kind = {
        "settled": "posted",
        "booked": "posted",
        "undecided": "ignored",
        "future": "future",
    }
    for kind, state in of_kind.items():
        found = entries.search([("external_id", "in", expected[kind])])
        assert len(found) == len(expected[kind]), (kind, len(found), len(expected[kind]))
        assert set(found.mapped("state")) <= {state}, (kind, set(found.mapped("state")))
    settling = entries.search([("external_id", "in", expected["settled"])])
    items = settling.counterpart_line_id
    assert len(items) == len(settling), (len(items), len(settling))
    assert all(items.mapped("reconciled")), "an item that was settled is still open"
    assert not any(items.mapped("amount_residual")), "an item that was settled is still open"
    (move,) = settling.settlement_id.move_id
    ours = settling.agreement_id._get_receivable_accounts()
    assert all(move.line_ids.filtered(lambda line: line.account_id in ours).mapped("reconciled"))
    agreement = settling.agreement_id
    for account, amount in (
        (agreement.settlement_account_id, expected["bank"]),
        (agreement.difference_account_id, expected["written_off"]),
        (agreement.fee_account_id, expected["fees"]),
    ):
        booked = sum(line.balance for line in move.line_ids if line.account_id == account)
        assert f"{booked:.2f}" == f"{Decimal(amount):.2f}", (account.name, booked, amount)


def import_again(env, client_id):
    """Import the same statement once more; raise AssertionError if any row was even rewritten."""
    agreement = _switch_client(env, client_id)
    before = _read_books(env)
    # Datetimes have whole seconds: two imports within one second would get the same value.
    agreement.settlements_pulled_at = False
    env.cr.commit()
    agreement._pull_settlements()
    agreement._match_settlements()
    env.cr.commit()
    env.invalidate_all()
    assert not agreement.settlement_error, agreement.settlement_error
    assert agreement.settlements_pulled_at, "the statement was not imported again"
    after = _read_books(env)
    assert after == before, (before, after)


def _read_books(env):
    """Return the count of each table's rows, and a sum over them and who wrote them last."""
    found = {}
    for table in BOOKS:
        env.cr.execute(
            f"SELECT count(*), sum(hashtext(t::text || t.xmin::text)::bigint) FROM {table} t"
        )
        found[table] = env.cr.fetchone()
    return found
