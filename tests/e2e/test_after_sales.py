"""Random sales, returns, refusals and payments: both ledgers agree to the cent after each step.

Hypothesis draws the sequences. After each step all messages arrive, and both sides' books are
compared; what is expected is the sandbox's ledger and what people did.

AFTER_SALES_EXAMPLES, AFTER_SALES_STEPS and AFTER_SALES_SEED make other runs.
"""

import os
import sys
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from .after_sales_checks import AfterSalesChecks
from .after_sales_draws import CENT, EVENT_FAULTS, FAULTS, OUTCOMES, TOTALS, TURNED_AWAY, draw_part
from .claiming import Claimant

EXAMPLES = int(os.environ.get("AFTER_SALES_EXAMPLES", "3"))
STEPS = int(os.environ.get("AFTER_SALES_STEPS", "12"))
SEED = int(os.environ.get("AFTER_SALES_SEED", "1"))
LONG_EXAMPLES = int(os.environ.get("AFTER_SALES_LONG_EXAMPLES", "25"))
LONG_STEPS = int(os.environ.get("AFTER_SALES_LONG_STEPS", "25"))
SHRINK = os.environ.get("AFTER_SALES_SHRINK", "1") == "1"

# Few, so that much happens to each.
MOST_SALES = 3
# The clock of the sandbox goes so far; by then all that was sold at the beginning is paid.
MOST_DAYS = 41


class AfterSales(RuleBasedStateMachine):
    """Sales on Supplier's credit, and everything that comes after."""

    company: Claimant

    def __init__(self):
        super().__init__()
        # What people did.
        self.sales, self.claims = [], []
        # The statement's entries that Odoo has imported, and those it has posted.
        self.imported, self.settled = set(), set()
        self.days = 0

    @initialize(
        recognition=st.sampled_from(("approval", "settlement")),
        percent=st.sampled_from(("2.50", "3.33", "0.00")),
        plan=st.sampled_from((("VENCIMENTO", 1), ("ANTECIPADO", 2))),
        queries=st.sampled_from((0, 1000)),
        total=TOTALS,
        instalments=st.integers(1, 3),
    )
    def begin(self, recognition, percent, plan, queries, total, instalments):
        self.gross = recognition == "settlement"
        self.company.begin(
            fee_recognition=recognition,
            taxaPercentual=percent,
            repasse={"plano": plan[0], "dias": plan[1]},
            consultasEmAnalise=queries,
        )
        self.sell(0, total, instalments, None)
        self.sell(1, Decimal("610.37"), 3, None)

    # -------------------------------------------------------------------------
    # SALES
    # -------------------------------------------------------------------------

    @precondition(lambda self: len(self.sales) < MOST_SALES)
    @rule(customer=st.integers(0, 1), total=TOTALS, instalments=st.integers(1, 3), fault=FAULTS)
    def sell(self, customer, total, instalments, fault):
        self.break_call(fault, "/transacoes$")
        sale = self.company.sell(self.company.customers[customer], total, instalments)
        self.sales.append(sale)

    @precondition(lambda self: self.books.get_customers_in_credit())
    @rule(data=st.data(), total=TOTALS)
    def sell_directly(self, data, total):
        """A credit of the customer pays for what Supplier has nothing to do with."""
        customer = data.draw(st.sampled_from(self.books.get_customers_in_credit()))
        assert self.company.sell_directly(customer, total), "no credit was offered"

    # -------------------------------------------------------------------------
    # TAKING BACK
    # -------------------------------------------------------------------------

    def left(self, sale):
        return self.books.get_left(sale, self.claims)

    def returnable(self):
        return [sale for sale in self.sales if self.left(sale)]

    def cancellable(self):
        return [sale for sale in self.sales if self.left(sale) == sale.total]

    def refused(self):
        return [claim for claim in self.claims if self.books.get_refused(claim)]

    def without_nfe(self):
        return [claim for claim in self.claims if not claim.has_nfe and not claim.withdrawn]

    def draw_part(self, data):
        """Draw a sale and how much of it is taken back."""
        sale = data.draw(st.sampled_from(self.returnable()))
        return sale, data.draw(draw_part(self.left(sale)))

    def remember(self, claim, outcome):
        claim.is_turned_away = outcome == TURNED_AWAY
        if claim not in self.claims:
            self.claims.append(claim)

    @precondition(lambda self: self.returnable())
    @rule(
        data=st.data(),
        nfe=st.sampled_from(("before", "after", "later")),
        outcome=OUTCOMES,
        fault=FAULTS,
    )
    def take_back(self, data, nfe, outcome, fault):
        sale, amount = self.draw_part(data)
        self.choose(outcome, fault)
        self.remember(self.company.take_back(sale, amount, nfe=nfe), outcome)

    @precondition(lambda self: self.without_nfe())
    @rule(data=st.data(), outcome=OUTCOMES, fault=FAULTS)
    def bring_nfe(self, data, outcome, fault):
        claim = data.draw(st.sampled_from(self.without_nfe()))
        self.choose(outcome, fault)
        self.company.bring_nfe(claim)
        self.remember(claim, outcome)

    @precondition(lambda self: self.without_nfe())
    @rule(data=st.data())
    def give_up(self, data):
        self.company.give_up(data.draw(st.sampled_from(self.without_nfe())))

    @precondition(lambda self: self.cancellable())
    @rule(data=st.data(), outcome=OUTCOMES, fault=FAULTS)
    def cancel(self, data, outcome, fault):
        sale = data.draw(st.sampled_from(self.cancellable()))
        self.choose(outcome, fault)
        self.remember(self.company.cancel(sale), outcome)

    @precondition(lambda self: self.returnable())
    @rule(data=st.data(), outcome=OUTCOMES, fault=FAULTS)
    def grant_bonus(self, data, outcome, fault):
        sale, amount = self.draw_part(data)
        self.choose(outcome, fault)
        self.remember(self.company.grant_bonus(sale, amount), outcome)

    @precondition(lambda self: self.refused())
    @rule(
        data=st.data(),
        way=st.sampled_from(("direct", "resend", "resend", "withdraw")),
        outcome=OUTCOMES,
        fault=FAULTS,
    )
    def decide_rest(self, data, way, outcome, fault):
        claim = data.draw(st.sampled_from(self.refused()))
        self.choose(outcome, fault)
        told = self.company.decide_rest(claim, way, self.books.get_refused(claim))
        assert bool(told) == (way == "withdraw" and claim.kind != "bonus"), told
        if way == "resend":
            self.remember(claim, outcome)

    # -------------------------------------------------------------------------
    # SUPPLIER, TIME AND FAULTS
    # -------------------------------------------------------------------------

    def choose(self, outcome, fault):
        """Choose what Supplier makes of the next request, and what goes wrong on its way."""
        if outcome == TURNED_AWAY:
            fault = {"kind": "status", "status": 422}
        else:
            self.company.sandbox.rule_post_sales(outcome)
        self.break_call(fault, "/pos-vendas$")

    def break_call(self, fault, path):
        if fault:
            self.company.sandbox.set_faults({**fault, "path": path, "times": 1})

    @precondition(lambda self: self.books.has_undecided())
    @rule(fault=EVENT_FAULTS)
    def decide(self, fault):
        """Supplier ends all analyses and sends the events."""
        if fault:
            self.company.sandbox.set_faults({**fault, "times": 2})
        self.company.sandbox.decide()
        self.company.wait_for_events()

    @precondition(lambda self: self.books.has_undecided())
    @rule(fault=FAULTS)
    def query(self, fault):
        self.break_call(fault, "/(transacoes|pos-vendas)/[^/]+$")
        self.company.query()

    @precondition(lambda self: self.days < MOST_DAYS)
    @rule(days=st.integers(1, 15))
    def days_pass(self, days):
        days = min(days, MOST_DAYS - self.days)
        self.company.sandbox.move_clock(advanceDays=days)
        self.days += days

    @rule(fault=FAULTS, path=st.sampled_from(("/conciliacao$", "/confirmacao$")))
    def import_statement(self, fault, path):
        self.break_call(fault, path)
        told = self.company.import_statement()
        if told:
            assert fault and path == "/conciliacao$", told
            self.company.sandbox.clear_faults()
            assert not self.company.import_statement()
        self.imported = {entry["lancamentoId"] for entry in self.read().entries}

    @rule(fee=st.none() | st.integers(1, 500))
    def settle(self, fee):
        """Import the statement, and post all of it that is effective."""
        if fee:
            self.company.add_fee(fee * CENT)
        self.import_statement(None, "")
        self.company.post_statements()
        effective = [entry for entry in self.read().entries if not entry["lancamentoFuturo"]]
        assert all(entry["confirmado"] for entry in effective), effective
        self.settled = {entry["lancamentoId"] for entry in effective}

    # -------------------------------------------------------------------------
    # INVARIANTS
    # -------------------------------------------------------------------------

    def read(self):
        return AfterSalesChecks(self.company, gross=self.gross)

    @invariant()
    def both_sides_agree(self):
        self.company.deliver()
        self.books = self.read()
        self.books.check(self.sales, self.claims, self.imported, self.settled)

    def teardown(self):
        """All is decided, falls due and is paid; nothing of Supplier's stays open."""
        if sys.exc_info()[0] or not self.sales:
            return
        self.decide(None)
        self.both_sides_agree()
        self.company.sandbox.move_clock(advanceDays=MOST_DAYS + 2 - self.days)
        self.settle(None)
        self.both_sides_agree()
        assert not self.books.sum_lines("receivable", "amount_residual", by="date_maturity")
        assert not self.books.proof


@pytest.fixture(scope="module")
def odoo_options():
    """No cron runs by itself: the sequences say when each does."""
    return ["--max-cron-threads=0"]


@pytest.fixture(scope="module")
def machine(running, databases, admin, users):
    company = Claimant(running, databases, admin, users)
    return type("AfterSales", (AfterSales,), {"company": company})


def run(machine, examples, steps, number):
    print(f"AFTER_SALES_SEED={number}")
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate, *([Phase.shrink] if SHRINK else [])],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


def test_both_ledgers_agree_after_every_step(machine):
    run(machine, EXAMPLES, STEPS, SEED)


@pytest.mark.load
def test_both_ledgers_agree_in_many_sequences(machine):
    run(machine, LONG_EXAMPLES, LONG_STEPS, SEED + 1)
