"""The cost of sale orders without Supplier's bearer. Runs in Odoo's Python."""

import time

from odoo import fields
from odoo.fields import Command

REFERENCE = "bench"
# Above all that a database of the benchmarks holds.
FIRST_ID = 1_000_000


def prepare(env, with_agreement):
    """Make customer, product and one older order of this customer.

    Where the addon is installed, that order is Supplier's and has a live reservation.
    """
    partner = env["res.partner"].create(
        {
            "name": "Cliente",
            "ref": REFERENCE,
            "country_id": env.ref("base.br").id,
            "is_company": True,
            "vat": "57647232000153",
        }
    )
    product = env["product.product"].create(
        {"name": "Produto", "default_code": REFERENCE, "invoice_policy": "order"}
    )
    line = {"product_id": product.id, "product_uom_qty": 1, "price_unit": 100}
    older = env["sale.order"].create(
        {"partner_id": partner.id, "order_line": [Command.create(line)]}
    )
    if not with_agreement:
        # The bank has as many bearers in both databases; the host reads them all together.
        manual = env.ref("account.account_payment_method_manual_in")
        bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
        env["account.payment.method.line"].create(
            {"name": "Supplier", "payment_method_id": manual.id, "journal_id": bank.id}
        )
    else:
        from tests.host.demo_script import create_agreement

        older.preferred_payment_method_line_id = create_agreement(
            env, env.company, "http://127.0.0.1:9/api/v1", "client", "secret"
        )
        older.action_send_supplier_preauthorization()
        # As Supplier would answer; nothing leaves this process.
        env.cr.postcommit.clear()
        reservation = older.supplier_preauthorization_id
        reservation._find_open_message("preauthorization_create")._move_to("withdrawn")
        day = fields.Date.add(fields.Date.today(), days=1)
        reservation._move_to("active", code="PA1", amount=older.amount_total, valid_until=day)
    env.cr.commit()


def sell(env, count):
    """Create, write, confirm, invoice and collect orders as a user does, and undo it all.

    Returns {phase: [seconds, SQL queries]}.
    """
    _begin_at_same_ids(env)
    env = env(user=env.ref("base.user_admin"), su=False)
    partner = env["res.partner"].search([("ref", "=", REFERENCE)])
    product = env["product.product"].search([("default_code", "=", REFERENCE)])
    line = {"product_id": product.id, "product_uom_qty": 1, "price_unit": 100}
    values = {"partner_id": partner.id, "order_line": [Command.create(line)]}
    found = {}
    orders = _measure(env, found, "create", lambda: env["sale.order"].create([values] * count))
    _measure(env, found, "write", lambda: _write(orders))
    _measure(env, found, "confirm one", orders[0].action_confirm)
    _measure(env, found, "confirm the others", orders[1:].action_confirm)
    invoices = _measure(env, found, "invoice", lambda: orders._create_invoices(grouped=True))
    _measure(env, found, "change invoices", lambda: _change(invoices))
    # Numbered here, so that the host's own check costs the same whatever was numbered before.
    for place, invoice in enumerate(invoices, start=1):
        invoice.l10n_latam_document_number = str(place)
    _measure(env, found, "post invoices", invoices.action_post)
    paid, credited = invoices[: count // 2], invoices[count // 2 :]
    _measure(env, found, "pay half of them", lambda: _pay(paid))
    _measure(env, found, "credit the others", lambda: credited._reverse_moves(cancel=True))
    _measure(env, found, "undo payments, reset", lambda: _undo(paid))
    env.cr.rollback()
    return found


def _begin_at_same_ids(env):
    """Give the next records of every table the same ids in every round and every database.

    The host works through sets of records; in which order, and so with how many queries, depends
    on their ids. Each round is rolled back, so the ids are free again.
    """
    env.cr.execute(
        """SELECT setval(oid::regclass, %s) FROM pg_class
            WHERE relkind = 'S' AND relname LIKE %s""",
        [FIRST_ID, r"%\_id\_seq"],
    )


def _write(orders):
    for order in orders:
        order.write({"client_order_ref": "changed"})
        order.order_line.write({"product_uom_qty": 2})


def _change(invoices):
    for invoice in invoices:
        invoice.invoice_line_ids.write({"price_unit": 90})


def _pay(invoices):
    for invoice in invoices:
        register = invoice.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        register.create({})._create_payments()


def _undo(invoices):
    invoices.line_ids.remove_move_reconcile()
    invoices.button_draft()


def _measure(env, found, phase, function):
    env.flush_all()
    env.invalidate_all()
    queries = env.cr.sql_log_count
    began = time.perf_counter()
    result = function()
    env.flush_all()
    found[phase] = [time.perf_counter() - began, env.cr.sql_log_count - queries]
    return result
