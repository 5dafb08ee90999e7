"""Approvals of transactions beside equal entries of the host. Runs in Odoo's Python."""

import json
import time

from odoo.fields import Command, Date

TOTAL = 610.37
# What the customer owes in each instalment, what Supplier passes on, and the fee.
CALENDAR = (
    (1, "2027-01-21", 203.43, "2027-01-22", 198.34, 5.09),
    (2, "2027-02-20", 203.44, "2027-02-22", 198.35, 5.09),
    (3, "2027-03-22", 203.50, "2027-03-23", 198.41, 5.09),
)
OURS, HOST = "bench-ours", "bench-host"


def prepare(env, count):
    """Make `count` posted invoices with a transaction in analysis, and as many without."""
    from tests.host.demo_script import create_agreement

    bearer = create_agreement(env, env.company, "http://127.0.0.1:9/api/v1", "client", "secret")
    term = env["account.payment.term"].create(
        {
            "name": "30/60/90",
            "line_ids": [
                Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                for share, days in ((33.33, 30), (33.33, 60), (33.34, 90))
            ],
        }
    )
    partner = env["res.partner"].create({"name": "Cliente", "vat": "57647232000153"})
    env.cr.commit()
    for reference in (OURS, HOST):
        for begin in range(0, count, 250):
            numbers = range(begin, min(begin + 250, count))
            invoices = _post_invoices(env, partner, term, bearer, reference, numbers)
            if reference == OURS:
                _keep_answers(env, bearer.supplier_agreement_id, invoices)
            env.cr.postcommit.clear()
            env.cr.commit()
            env.invalidate_all()


def _post_invoices(env, partner, term, bearer, reference, numbers):
    offset = 0 if reference == OURS else 500_000
    line = {"name": "Produto", "quantity": 1, "price_unit": TOTAL, "tax_ids": [Command.clear()]}
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "ref": reference,
                "invoice_date": Date.today(),
                "invoice_payment_term_id": term.id,
                "preferred_payment_method_line_id": bearer.id if reference == OURS else False,
                "l10n_latam_document_number": str(offset + number + 1),
                "invoice_line_ids": [Command.create(line)],
            }
            for number in numbers
        ]
    )
    invoices.action_post()
    return invoices


def _keep_answers(env, agreement, invoices):
    """Make the transactions of invoices, each with an approval that was kept and not yet read."""
    keys = [f"{invoice.id:044}" for invoice in invoices]
    transactions = env["supplier.credit.transaction"].create(
        [
            {
                "agreement_id": agreement.id,
                "company_id": invoice.company_id.id,
                "invoice_id": invoice.id,
                "partner_id": invoice.partner_id.id,
                "nfe_key": key,
                "total": invoice.amount_total,
                "state": "in_analysis",
                "code": f"TR{invoice.id}",
            }
            for invoice, key in zip(invoices, keys, strict=True)
        ]
    )
    for transaction in transactions:
        message = transaction._queue_message(agreement, "transaction_query", None)
        message.write({"state": "answered", "response": json.dumps(_answer(transaction.code))})


def _answer(code):
    return {
        "codigoTransacao": code,
        "situacao": "APROVADA",
        "motivo": None,
        "calendario": [
            {
                "numeroParcela": number,
                "dataVencimento": due,
                "valorParcela": f"{amount:.2f}",
                "dataRepasse": transfer_date,
                "valorRepasse": f"{transfer:.2f}",
                "valorTaxa": f"{fee:.2f}",
            }
            for number, due, amount, transfer_date, transfer, fee in CALENDAR
        ],
    }


def approve(env, count):
    """Apply the oldest `count` kept approvals; return [seconds, SQL queries]."""
    messages = env["supplier.credit.message"].search(
        [("state", "=", "answered")], order="id", limit=count
    )
    return _measure(env, lambda: messages._apply_answered(messages.ids))


def post_equal_entries(env, count):
    """Post `count` entries equal to those of approvals with the host alone, and reconcile each."""
    agreement = env["supplier.credit.agreement"].search([], limit=1)
    invoices = env["account.move"].search(
        [("ref", "=", HOST), ("payment_state", "=", "not_paid")], order="id", limit=count
    )
    return _measure(
        env, lambda: [_post_equal_entry(env, agreement, invoice) for invoice in invoices]
    )


def _post_equal_entry(env, agreement, invoice):
    settled = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
    lines = [
        {
            "name": f"{number} {invoice.name}",
            "account_id": agreement.receivable_account_id.id,
            "partner_id": agreement.partner_id.id,
            "date_maturity": transfer_date,
            "balance": transfer,
        }
        for number, _due, _amount, transfer_date, transfer, _fee in CALENDAR
    ]
    lines += [
        {
            "name": f"{line.name}",
            "account_id": line.account_id.id,
            "partner_id": line.partner_id.id,
            "balance": -line.balance,
        }
        for line in settled
    ]
    lines.append(
        {
            "name": invoice.name,
            "account_id": agreement.fee_account_id.id,
            "partner_id": agreement.partner_id.id,
            "balance": sum(entry[5] for entry in CALENDAR),
        }
    )
    move = env["account.move"].create(
        {
            "move_type": "entry",
            "journal_id": agreement.journal_id.id,
            "date": Date.today(),
            "ref": invoice.name,
            "line_ids": [Command.create(line) for line in lines],
        }
    )
    move.action_post()
    made = move.line_ids.filtered(lambda line: line.account_id == settled.account_id)
    env["account.move.line"]._reconcile_plan(
        [mine | theirs for mine, theirs in zip(settled, made, strict=True)]
    )


def _measure(env, function):
    env.flush_all()
    env.invalidate_all()
    queries = env.cr.sql_log_count
    began = time.perf_counter()
    function()
    env.flush_all()
    env.cr.postcommit.clear()
    env.cr.commit()
    return [time.perf_counter() - began, env.cr.sql_log_count - queries]


def check(env):
    """Raise AssertionError unless all approvals were posted and all invoices are paid."""
    transactions = env["supplier.credit.transaction"].search([])
    states = set(transactions.mapped("processing_state"))
    assert states == {"done"}, states
    unpaid = env["account.move"].search_count(
        [("ref", "in", (OURS, HOST)), ("payment_state", "!=", "paid")]
    )
    assert not unpaid, unpaid
