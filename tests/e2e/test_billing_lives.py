"""Random payments, refunds and chargebacks: both ledgers agree to the cent.

Hypothesis draws values, days and what happens; Asaas' statement in the sandbox is what is expected.
BILLING_EXAMPLES and BILLING_SEED make other runs.
"""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from .billing import Asaas, Reseller, sum_statement
from .days import today
from .orders import wait_until

EXAMPLES = int(os.environ.get("BILLING_EXAMPLES", "3"))
SEED = int(os.environ.get("BILLING_SEED", "1"))
LONG_EXAMPLES = int(os.environ.get("BILLING_LONG_EXAMPLES", "25"))
CENT = Decimal("0.01")

# Less than 5.00 after the discount is no charge.
AMOUNTS = st.integers(530, 500_000).map(lambda cents: Decimal(cents) / 100)
RATES = st.integers(0, 500).map(lambda hundredths: Decimal(hundredths) / 100)
ENDINGS = st.sampled_from(
    ("nothing", "part", "parts", "all", "charged_back", "won", "lost", "part, charged_back")
)
LIVES = st.tuples(
    AMOUNTS,
    st.sampled_from(("boleto_pix", "boleto", "pix", "undefined")),
    st.integers(-6, 45),
    ENDINGS,
)


@pytest.fixture(scope="module")
def reseller(running, admin, users):
    reseller = Reseller(admin, users.accountant, Asaas(running.sandbox.url))
    reseller.register_webhook(running.url)
    return reseller


def live(reseller, sandbox_url, terms, lives):
    """Let faturas be made, paid and taken back, then compare all accounts with the statement."""
    fine, interest, discount = terms
    asaas = reseller.asaas
    admin = reseller.admin
    admin.call(
        "payment.provider",
        "write",
        [reseller.provider["id"]],
        {
            "billing_fine": float(fine),
            "billing_interest": float(interest),
            "billing_discount": float(discount),
            "billing_discount_days": 2,
        },
    )
    due = today() + timedelta(days=7)
    faturas = []
    for amount, kind, late, ending in lives:
        contract = reseller.make_contract(plan=False, charge_kind=kind)
        fatura = reseller.make_fatura(contract, amount, due=due.isoformat())
        reseller.wait_for(fatura, "awaiting")
        faturas.append((late, ending, fatura, reseller.reference(fatura)))
    try:
        day = 0
        for late, ending, fatura, reference in sorted(faturas):
            asaas.move_clock(advanceDays=7 + late - day)
            day = 7 + late
            asaas.pay(reference, method="PIX")
            reseller.wait_for(fatura, "received")
            end(reseller, sandbox_url, fatura, reference, ending)
    finally:
        asaas.move_clock(reset=True)
    compare(reseller)


def end(reseller, sandbox_url, fatura, reference, ending):
    asaas = reseller.asaas
    paid = Decimal(f"{reseller.read(fatura, 'charge_paid')['charge_paid']:.2f}")
    third = max((paid / 3).quantize(CENT), CENT)
    if ending.startswith("part"):
        asaas.refund(sandbox_url, reference, float(third))
        reseller.wait_for(fatura, "partially_refunded")
    if ending == "parts":
        asaas.refund(sandbox_url, reference, float(paid - third))
        reseller.wait_for(fatura, "refunded")
    if ending == "all":
        asaas.refund(sandbox_url, reference, float(paid))
        reseller.wait_for(fatura, "refunded")
    if "charged_back" in ending or ending in ("won", "lost"):
        asaas.charge_back(reference, "REQUESTED")
        reseller.wait_for(fatura, "charged_back")
    if ending in ("won", "lost"):
        asaas.charge_back(reference, ending.upper())
        reseller.wait_for(fatura, {"won": "received", "lost": "refunded"}[ending])


def compare(reseller):
    """Every account of the provider is what its statement, and its charges, say."""
    admin = reseller.admin

    def waiting():
        return admin.call("reseller.billing.event", "search_count", [["state", "=", "waiting"]])

    wait_until(lambda: not waiting(), "all news are processed")
    ledger = reseller.asaas.ledger()
    said, booked = sum_statement(ledger), reseller.balances()
    assert booked["outstanding"] == Decimal(f"{ledger['balance']:.2f}")
    assert booked["fee"] == -said.get("PAYMENT_FEE", Decimal(0))
    # Charges neither refunded nor charged back keep interest, fine and discount.
    faturas = {
        one["charge_number"]: one
        for one in admin.search_read(
            "account.move",
            [["charge_id", "!=", False]],
            ["charge_number", "charge_state", "amount_residual", "amount_total", "payment_state"],
        )
    }
    surcharge = discount = Decimal(0)
    for payment in ledger["payments"]:
        fatura = faturas[payment["invoiceNumber"]]
        value = Decimal(f"{payment['value']:.2f}")
        nominal = value if payment["originalValue"] is None else payment["originalValue"]
        nominal = Decimal(f"{nominal:.2f}")
        back = sum(Decimal(f"{one['value']:.2f}") for one in payment["refunds"] or ())
        assert Decimal(f"{fatura['amount_total']:.2f}") == nominal
        is_open = fatura["charge_state"] == "charged_back" or (
            # A lost chargeback: the client still owes.
            payment["status"] == "REFUNDED" and back < value
        )
        if fatura["charge_state"] == "received" or (back and not is_open and back < value):
            surcharge += max(value - nominal, Decimal(0)) - max(back - nominal, Decimal(0))
            discount += max(nominal - value, Decimal(0))
        assert (fatura["amount_residual"] > 0) == is_open
    assert booked["interest"] + booked["fine"] == -surcharge
    assert booked["discount"] == discount


def run(reseller, running, examples):
    @seed(SEED)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.tuples(RATES, RATES, RATES), st.lists(LIVES, min_size=2, max_size=5))
    def lives(terms, drawn):
        live(reseller, running.sandbox.url, terms, drawn)

    lives()


def test_both_ledgers_agree(reseller, running):
    run(reseller, running, EXAMPLES)


@pytest.mark.load
def test_both_ledgers_agree_for_long(reseller, running):
    run(reseller, running, LONG_EXAMPLES)
