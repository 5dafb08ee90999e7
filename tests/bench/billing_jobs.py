"""Billing of contracts beside equal invoices of the host. Runs in Odoo's Python."""

from odoo.fields import Command, Date

from tests.bench.measuring import measure
from tests.host import billing_script, contracts_script

# As many as the cron issues in one transaction.
CHUNK = 50
# Invoices that are there, and paid, before anything is measured.
PAID = 100


def prepare(env, count):
    """Make `count` active contracts of a plan, with the provider that would charge them."""
    billing_script.fill(env, "http://127.0.0.1:9/asaas/v3")
    contracts = contracts_script.make(env, count)
    # Of empty tables the database would plan as if they stayed so.
    invoices = _post_invoices(env, contracts[:PAID])
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoices.ids
    ).create({"journal_id": contracts.provider_id.journal_id.id})._create_payments()
    env.cr.commit()


def bill(env, count):
    """Issue the faturas of `count` contracts as the cron does, and take them back unmeasured.

    Returns [seconds, SQL queries].
    """
    contracts = _contracts(env, count)
    today = Date.today()

    def work():
        for start in range(0, count, CHUNK):
            contracts[start : start + CHUNK]._bill_together(today)
            env.flush_all()
            env.invalidate_all()

    measured = measure(env, work)
    faturas = contracts.fatura_ids
    assert len(faturas) == count, len(faturas)
    assert set(faturas.mapped("charge_state")) == {"processing"}
    env.cr.rollback()
    return measured


def invoice(env, count):
    """Create and post equal invoices with the host alone."""
    contracts = _contracts(env, count)

    def work():
        for start in range(0, count, CHUNK):
            _post_invoices(env, contracts[start : start + CHUNK])
            env.flush_all()
            env.invalidate_all()

    measured = measure(env, work)
    env.cr.rollback()
    return measured


def _post_invoices(env, contracts):
    journal = contracts.provider_id._get_billing_journal()
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": contract.partner_id.id,
                "journal_id": journal.id,
                "invoice_date": Date.today(),
                "invoice_date_due": Date.today(),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": line.plan_id.product_id.id,
                            "name": line.plan_id.name,
                            "quantity": 1,
                            "price_unit": line.price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for line in contract.line_ids
                ],
            }
            for contract in contracts
        ]
    )
    invoices.action_post()
    return invoices


def _contracts(env, count):
    return env["reseller.billing.contract"].search([("state", "=", "active")], limit=count)
