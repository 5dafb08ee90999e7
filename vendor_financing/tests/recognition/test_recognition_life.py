from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import date_utils

from .common import RecognitionCommon

EXAMPLES = 10
STEPS = st.tuples(
    st.sampled_from(
        ["settle", "part", "default", "extend", "correct", "withdraw", "close", "undo"]
    ),
    st.integers(0, 25),
    st.integers(0, 5),
    st.integers(0, 4_000),
)


@st.composite
def _lives(draw):
    """Titles in cents, terms, and operations: kind, days later, which instalment, cents."""
    return {
        "titles": draw(st.lists(st.integers(10_000, 9_000_000), min_size=1, max_size=3)),
        "plan": draw(st.sampled_from(["20", "45", "30/60", "30/60/90"])),
        "rates": draw(st.sampled_from([(1.5, 2.5), (2.0, 1.0), (0.0, 3.0)])),
        "iof_borne_by": draw(st.sampled_from(["customer", "company"])),
        "equalization": draw(st.sampled_from(["closing", "maturity"])),
        "recognition": draw(st.sampled_from(["straight_line", "effective"])),
        "steps": draw(st.lists(STEPS, min_size=3, max_size=8)),
    }


class _Oracle:
    """What waits, worked out from terms and events alone: by whole cents and days."""

    def __init__(self, contract):
        self.contract = contract
        self.method = contract.recognition
        self.left, self.done = defaultdict(int), defaultdict(int)
        self.moved = []  # of (operation, date, side, cents)
        self.months = []
        self.read_due_dates()

    def read_due_dates(self):
        """Follow the due dates: months that were posted before counted by the former ones."""
        self.due = {part: part.date_due for part in self.contract.installment_ids}

    def add(self, operation, key, cents, is_recognised=False):
        self.left[key] += cents
        if is_recognised:
            self.done[key] -= cents
        side = 0 if key[1] == "interest" else 1
        self.moved.append((operation, operation.date, side, cents, key, is_recognised))

    def take_months(self):
        """Follow the months that the contract has posted since the last look."""
        known = {operation for operation, *_rest in self.moved} | set(self.months)
        for operation in self.contract.operation_ids.sorted("id"):
            if operation.kind == "recognition" and operation not in known:
                self.recognise(operation)

    def recognise(self, operation):
        start = max([self.contract.credit_date, *(one.date for one in self.months)])
        for key, cents in list(self.left.items()):
            due = self.due[key[0]]
            if not cents:
                continue
            if operation.date >= due:
                part = cents
            else:
                part = self.share(key, cents, (operation.date - start).days, (due - start).days)
            if part:
                self.add(operation, key, -part, is_recognised=True)
        self.months.append(operation)

    def share(self, key, cents, elapsed, days):
        with localcontext() as context:
            context.prec = 60
            base = Decimal(round(key[0].principal * 100) + self.done[key])
            if self.method == "effective" and base > 0 and base + cents > 0:
                daily = ((base + cents) / base) ** (Decimal(1) / days)
                grown = base
                for _day in range(elapsed):
                    grown *= daily
                exact = grown - base
            else:
                exact = Decimal(cents * elapsed) / days
            # The 60 digits leave a trace behind the cents, which is not the amount's.
            return int(exact.quantize(Decimal("1e-20")).quantize(Decimal(1), ROUND_HALF_UP))

    def end(self, operation, parts):
        for key in [key for key in self.left if key[0] in parts]:
            if self.left[key]:
                self.add(operation, key, -self.left[key], is_recognised=True)

    def undo(self, operation):
        for one, _date, side, cents, key, is_recognised in list(self.moved):
            if one == operation:
                self.left[key] -= cents
                if is_recognised:
                    self.done[key] += cents
                day = operation.undo_move_id.date
                self.moved.append((None, day, side, -cents, key, is_recognised))
        if operation in self.months:
            self.months.remove(operation)

    def waiting(self, day):
        found = [0, 0]
        for _operation, date_, side, cents, *_rest in self.moved:
            if date_ <= day:
                found[side] += cents
        return tuple(found)


def _cents(amount):
    return round(amount * 100)


@tagged("post_install", "-at_install")
class TestRecognitionOfRandomLife(RecognitionCommon):
    """The deferred accounts are what days and terms say at each month's end, and zero at last.

    So is the allowance for losses at the end of a month, and zero the day after.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.allowance = cls._create_account("V214", "Provisão para perdas", "liability_current")
        cls.agreement.write(
            {
                "loss_account_id": cls._create_account("V514", "Perdas esperadas", "expense").id,
                "loss_allowance_account_id": cls.allowance.id,
                "loss_rate_ids": [
                    Command.create({"days_from": days, "rate": rate})
                    for days, rate in ((0, 1.0), (1, 5.0), (30, 20.0))
                ],
            }
        )

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(_lives())
    def test_deferred_accounts_follow_the_days(self, life):
        with self.cr.savepoint() as savepoint:
            self._live(life)
            savepoint.close(rollback=True)
        self.env.invalidate_all()

    def _live(self, life):
        for name in ("iof_borne_by", "equalization", "recognition"):
            self.agreement[name] = life[name]
        self.quote(*life["rates"], days_to=500)
        invoices = self.env["account.move"].union(
            *(self._create_vendor_invoice(cents / 100) for cents in life["titles"])
        )
        contract = self.make_effective(invoices, life["plan"]).sudo()
        oracle = _Oracle(contract)
        effectivation = contract.operation_ids
        for part in contract.installment_ids:
            oracle.add(effectivation, (part, "interest"), max(_cents(part.interest), 0))
            borne = max(-_cents(part.interest), 0) + _cents(part.equalization)
            oracle.add(effectivation, (part, "equalization"), borne)
            own = _cents(part.iof) if life["iof_borne_by"] == "company" else 0
            oracle.add(effectivation, (part, "iof"), own)
        day = contract.credit_date
        for kind, later, place, cents in life["steps"]:
            day += timedelta(days=later)
            self._take(contract, oracle, kind, day, place, cents)
            oracle.read_due_dates()
            self.assert_month_ends(oracle, day)
        open_parts = contract.installment_ids.filtered(lambda part: part.state == "financed")
        if open_parts:
            day += timedelta(days=200)
            operation = contract._settle({part: part.open_amount for part in open_parts}, day)
            oracle.take_months()
            oracle.end(operation, open_parts)
        self.assert_month_ends(oracle, day)
        self.assertEqual(self.waiting(), (0, 0))
        posted = contract.operation_ids.filtered(lambda one: one.state == "posted")
        for operation in posted.sorted("id", reverse=True):
            if operation.state == "posted":
                operation.action_undo()
                self.assert_deferred_proven()
        self.assertEqual(contract.state, "reversed")
        self.assertEqual(self.waiting(), (0, 0))

    def _take(self, contract, oracle, kind, day, place, cents):
        """Do the next possible thing with a contract, and tell the oracle."""
        if kind in ("close", "undo"):
            getattr(self, f"_{kind}")(contract, oracle, day)
            return
        parts = contract.installment_ids.filtered(lambda part: part.state == "financed")
        if parts:
            part = parts.sorted("id")[place % len(parts)]
            getattr(self, f"_{kind}")(contract, oracle, part, day, cents)

    def _close(self, contract, oracle, day):
        end = date_utils.end_of(day, "month")
        contract._close_month(end)
        oracle.take_months()
        # Nothing has happened later than that: what is open now was open then.
        loss = Decimal(0)
        for part in contract.installment_ids.filtered(lambda part: part.state == "financed"):
            late = (end - part.date_due).days
            percent = 20 if late >= 30 else 5 if late >= 1 else 1
            left = _cents(part.principal - part.settled_amount - part.debited_amount)
            loss += Decimal(left * percent) / 100
        expected = int(loss.quantize(Decimal(1), ROUND_HALF_UP))
        self.assertEqual(self.allowed(end), expected)
        self.assertEqual(self.allowed(end + timedelta(days=1)), 0)
        self.assertFalse(contract._close_month(end))

    def allowed(self, day):
        """Return the balance of the loss allowance, in cents."""
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.allowance.id),
                ("date", "<=", day),
                ("parent_state", "=", "posted"),
            ]
        )
        return _cents(-sum(items.mapped("balance")))

    def _undo(self, contract, oracle, _day):
        posted = contract.operation_ids.filtered(lambda one: one.state == "posted")
        last = posted.sorted("id")[-1]
        if last.kind != "effectivation":
            last.action_undo()
            oracle.undo(last)

    def _settle(self, contract, oracle, part, day, _cents):
        operation = contract._settle({part: part.open_amount}, day)
        oracle.take_months()
        oracle.end(operation, part)

    def _part(self, contract, oracle, part, day, _cents):
        if part.open_amount > 1:
            contract._settle({part: 1.0}, day)
            oracle.take_months()

    def _default(self, contract, oracle, part, day, cents):
        operation = contract._default({part: part.open_amount}, day, charges=cents / 100)
        oracle.take_months()
        oracle.end(operation, part)

    def _extend(self, contract, oracle, part, day, cents):
        tax = round(cents / 2)
        operation = contract._extend(
            part,
            part.date_due + timedelta(days=10 + cents % 7),
            day,
            iof=tax / 100,
            bank_interest=cents / 100,
            borne_by="company",
        )
        oracle.take_months()
        oracle.add(operation, (part, "iof"), tax)
        oracle.add(operation, (part, "extension"), cents)

    def _correct(self, contract, oracle, part, day, cents):
        former = _cents(part.interest)
        new = former - cents
        if not cents or _cents(part.customer_total) - cents < 0:
            return
        operation = contract._correct(part, part.date_due, new / 100, day, settled_by="bank")
        oracle.take_months()
        oracle.add(operation, (part, "interest"), max(new, 0) - max(former, 0))
        oracle.add(operation, (part, "equalization"), max(-new, 0) - max(-former, 0))

    def _withdraw(self, contract, oracle, part, day, _cents):
        title = part.title_id
        if any(
            part.state != "financed" or part.settled_amount or part.debited_amount
            for part in title.installment_ids
        ):
            return
        operation = contract._withdraw(title, day)
        oracle.take_months()
        oracle.end(operation, title.installment_ids)

    def assert_month_ends(self, oracle, day):
        self.assert_deferred_proven()
        end = date(2026, 3, 31)
        while end <= day:
            self.assertEqual(self.waiting(end), oracle.waiting(end), end)
            end = (end + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        self.assertEqual(self.waiting(day), oracle.waiting(day), day)
