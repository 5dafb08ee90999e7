"""The seed's story with the reseller panel: it begins there, and is settled here and there."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.host.taxpayers import make_cpf

from .billing import Asaas, Reseller
from .days import today
from .orders import wait_until
from .panel import TOKEN, Panel

SOON = (today() + timedelta(days=10)).isoformat()


@pytest.fixture(scope="module")
def reseller(running, admin, users):
    reseller = Reseller(admin, users.accountant, Asaas(running.sandbox.url))
    reseller.register_webhook(running.url)
    reseller.panel = admin.call(
        "reseller.billing.panel",
        "create",
        {"name": "oGestor", "url": f"{running.sandbox.url}/painel", "token": TOKEN},
    )
    return reseller


@pytest.fixture(scope="module")
def panel(running):
    return Panel(running.sandbox.url)


def synchronise(reseller):
    reseller.admin.call("reseller.billing.panel", "action_synchronise", [reseller.panel])


def test_story_begins_and_ends_in_the_panel(reseller, panel):
    made = panel.make_client("Padaria do Painel", make_cpf(700), email="painel@example.com")
    synchronise(reseller)
    (client,) = reseller.admin.search_read(
        "res.partner", [["name", "=", "Padaria do Painel"]], ["email", "zip", "customer_rank"]
    )
    assert (client["email"], client["customer_rank"] > 0) == ("painel@example.com", True)
    contract = reseller.session.call(
        "reseller.billing.contract", "create", {"partner_id": client["id"]}
    )
    reseller.session.call("reseller.billing.contract", "write", [contract], {"state": "active"})
    fatura = reseller.session.call(
        "account.move",
        "create",
        {
            "move_type": "out_invoice",
            "partner_id": client["id"],
            "billing_contract_id": contract,
            "billing_amount": 120.0,
            "billing_description": "oGestor",
            "reference_month": "07",
            "reference_year": "2026",
            "invoice_date_due": SOON,
        },
        context={"is_fatura": True},
    )
    reseller.wait_for(fatura, "awaiting")

    def there(state):
        synchronise(reseller)
        return [one for one in panel.list("faturas", made["id"]) if one["situacao"] == state]

    (told,) = wait_until(lambda: there("AGUARDANDO_PAGAMENTO"), "the panel shows the fatura")
    assert (told["mesReferencia"], told["anoReferencia"]) == ("07", "2026")
    assert Decimal(told["valor"]) == Decimal("120.00")
    assert told["idCobranca"] == reseller.reference(fatura)
    (signed,) = panel.list("contratacoes", made["id"])
    assert signed["situacao"] == "ATIVO"

    reseller.asaas.pay(reseller.reference(fatura), method="PIX")
    reseller.wait_for(fatura, "received")
    (paid,) = wait_until(lambda: there("PAGA"), "the panel shows it paid")
    assert (Decimal(paid["valorPago"]), paid["codigo"]) == (Decimal("120.00"), told["codigo"])
    # Read back, our own changes change nothing.
    synchronise(reseller)
    assert reseller.state(fatura) == "received"
    assert len(panel.list("faturas")) == 1


def test_consumer_is_made_once(reseller):
    synchronise(reseller)
    synchronise(reseller)
    (company,) = reseller.admin.search_read("res.company", [], ["billing_consumer_id"], limit=1)
    consumer, name = company["billing_consumer_id"]
    found = reseller.admin.search_read("res.partner", [["name", "=", name]], ["customer_rank"])
    assert [one["id"] for one in found] == [consumer]
    assert found[0]["customer_rank"] > 0
