"""What the random after-sales draw."""

from decimal import Decimal

from hypothesis import strategies as st

CENT = Decimal("0.01")
# Cents that have a transaction rejected, see docs/sandbox.md.
REJECTED_CENTS = (11, 13)
TOTALS = st.builds(
    lambda reais, cents: Decimal(reais) + cents * CENT,
    st.sampled_from((1, 99, 610, 3251)),
    st.one_of(
        st.sampled_from((0, 12)),
        st.integers(0, 99).filter(lambda cents: cents not in REJECTED_CENTS),
    ),
)
# The names are those of docs/sandbox.md; `turned away` is an error in the place of an answer.
TURNED_AWAY = "turned away"
OUTCOMES = st.sampled_from(
    (
        "aprovada",
        "aprovada",
        "reprovada",
        "analise-aprovada",
        "analise-reprovada",
        "andamento-aprovada",
        "parcial",
        "supplier",
        "cliente",
        "analise-parcial",
        TURNED_AWAY,
    )
)
FAULTS = st.sampled_from(
    (
        None,
        None,
        None,
        {"kind": "timeout_after", "seconds": 1.2},
        {"kind": "status", "status": 503},
        {"kind": "status_after", "status": 503},
        {"kind": "reset_before"},
        {"kind": "reset_after"},
        {"kind": "malformed"},
    )
)
EVENT_FAULTS = st.sampled_from(
    (
        None,
        {"kind": "webhook_duplicate"},
        {"kind": "webhook_out_of_order", "seconds": 0.2},
        {"kind": "webhook_drop"},
    )
)


def draw_part(left):
    """Return a strategy of parts of an amount, often all of it.

    :param left: in BRL, more than zero
    """
    cents = int(left / CENT)
    usual = [max(part, 1) for part in (cents, cents - 1, cents // 2, cents // 3)]
    drawn = st.one_of(st.just(cents), st.sampled_from(usual), st.integers(1, cents))
    return drawn.map(lambda part: part * CENT)
