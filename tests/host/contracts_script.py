"""Makes contracts in the number that a test needs. Runs inside Odoo's shell through `make(…)`."""

from odoo.fields import Command

from .taxpayers import make_cpf


def make(env, count, price=100.0):
    """Create and commit active contracts of the demo's plan, one client each, due today."""
    plan = env["reseller.billing.plan"].search([], limit=1)
    clients = env["res.partner"].create(
        [
            {
                "name": f"Cliente {number}",
                "vat": make_cpf(number),
                "email": f"cliente{number}@example.com",
                "zip": "01310-100",
                "customer_rank": 1,
            }
            for number in range(count)
        ]
    )
    contracts = env["reseller.billing.contract"].create(
        [
            {
                "partner_id": client.id,
                "line_ids": [Command.create({"plan_id": plan.id, "price": price})],
                "reminder_ids": [Command.clear()],
            }
            for client in clients
        ]
    )
    contracts.action_activate()
    env.cr.commit()
    return contracts


def make_with_panel(env):
    """Make a contract without a charge, reminders, and a connection to a panel; commit."""
    client = env["res.partner"].create({"name": "Cliente", "vat": make_cpf(1)})
    env["reseller.billing.plan"].create({"name": "Emissor NF-e", "price": 10.0})
    env["reseller.billing.contract"].create({"partner_id": client.id})
    env["reseller.billing.panel"].create(
        {"name": "Painel", "url": "http://127.0.0.1:9/painel", "token": "uninstalled"}
    )
    env.cr.commit()
