from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common_billing import BillingCommon

EXAMPLES = 25
START = date(2026, 1, 1)
PERIODS = ("monthly", "quarterly", "yearly", "semiannual")
MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "yearly": 12}
KINDS = (
    "bill", "bill", "bill", "bill", "something_else", "fee", "fee_ahead", "cancel_fatura", "queue",
    "waive", "suspend", "activate", "change_plan", "add_plan", "readd_plan", "price", "credit_note",
)  # fmt: skip
STEPS = st.tuples(st.integers(1, 25), st.sampled_from(KINDS), st.integers(0, 9))


@st.composite
def _years(draw):
    """A contract of lines of several periods, in cents, and what happens to it in a year."""
    return {
        "start": draw(st.integers(0, 40)),
        "trial": draw(st.one_of(st.none(), st.integers(0, 60))),
        "prices": draw(st.lists(st.integers(500, 300_000), min_size=3, max_size=3)),
        "quantity": draw(st.sampled_from([1.0, 1.0, 2.0, 3.0])),
        "is_pro_rata": draw(st.booleans()),
        "due": draw(st.sampled_from([("days", 1), ("days", 31), ("day", 5), ("day", 31)])),
        "tax": draw(st.sampled_from([None, 17.0])),
        "steps": draw(st.lists(STEPS, min_size=12, max_size=30)),
        "end": draw(st.sampled_from(["cancel", "stay"])),
    }


def _cents(amount):
    return round(amount * 100)


def _month(day):
    return day.replace(day=1)


@tagged("post_install", "-at_install")
class TestYearOfAContract(BillingCommon):
    """Each line is billed once for each of its months, to the cent, whatever else happens."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(_years())
    def test_each_line_is_billed_once_for_each_of_its_months(self, year):
        with self.cr.savepoint() as savepoint:
            self._live(year)
            savepoint.close(rollback=True)
        self.env.invalidate_all()

    def _live(self, year):
        self.day = START + timedelta(days=year["start"])
        self.suspended, self.passed, self.removed = set(), set(), set()
        self.known = self.env["reseller.billing.due"]
        self._begin(year)
        last = START + timedelta(days=400)
        for days, kind, place in year["steps"]:
            self.day = min(self.day + timedelta(days=days), last)
            with freeze_time(f"{self.day} 12:00:00"):
                self._do(kind, place)
                self._check()
        with freeze_time(f"{last} 12:00:00"):
            self.day = last
            self._do("activate", 0)
            self._do("bill", 0)
            self._check()
            if year["end"] == "cancel":
                self.life.action_cancel()
                self._check()

    def _begin(self, year):
        if year["tax"]:
            taxes = self.env["account.tax"]
            self.product.taxes_id = taxes.create(
                {"name": "ICMS", "amount": year["tax"], "type_tax_use": "sale"}
            )
        self.plans = self.env["reseller.billing.plan"]
        for period, cents in zip(PERIODS, [*year["prices"], 700], strict=True):
            self.plans |= self.plan.copy({"name": period, "period": period, "price": cents / 100})
        due_by, day = year["due"]
        with freeze_time(f"{self.day} 12:00:00"):
            values = {"billing_day": day} if due_by == "days" else {"due_day": day}
            if year["trial"] is not None:
                values["trial_end"] = self.day + timedelta(days=year["trial"])
            self.life = self._create_contract(
                self._create_client("Lua"),
                date_start=self.day,
                is_pro_rata=year["is_pro_rata"],
                due_by=due_by,
                line_ids=[
                    Command.create({"plan_id": plan.id, "quantity": year["quantity"]})
                    for plan in self.plans[:3]
                ],
                **values,
            )
        self.first_day = max(self.life.date_start, self.life.trial_end or self.life.date_start)

    # What may happen

    def _do(self, kind, place):
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_do_{kind}")(place)
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all()

    def _do_bill(self, _place):
        self.assertTrue(self.life._bill_together(self.day))
        if self.life.state == "active":
            self.assertFalse(self.life.billing_error)

    def _make(self, month, amount, **values):
        moves = self.env["account.move"].with_user(self.accountant)
        return moves.create(
            {
                "move_type": "out_invoice",
                "billing_contract_id": self.life.id,
                "billing_amount": amount,
                "reference_month": f"{month.month:02}",
                "reference_year": str(month.year),
                "invoice_date": self.day,
                **values,
            }
        )

    def _do_something_else(self, place):
        self._make(_month(self.day), 10.01 + place)

    def _do_fee(self, _place):
        self._make(_month(self.day), False, is_one_off_fatura=False)

    def _do_fee_ahead(self, place):
        month = _month(self.day) + relativedelta(months=1 + place % 2)
        self._make(month, False, is_one_off_fatura=False)

    def _posted(self):
        return self.life.fatura_ids.filtered(lambda one: one.state == "posted").sorted("id")

    def _do_cancel_fatura(self, place):
        if faturas := self._posted():
            faturas[place % len(faturas)].with_user(self.accountant).button_cancel_fatura()

    def _do_credit_note(self, place):
        faturas = self._posted().filtered(lambda one: one.payment_state == "not_paid")
        if faturas:
            fatura = faturas[place % len(faturas)]
            fatura._reverse_moves([{"invoice_date": self.day}]).action_post()

    def _decide(self, place, action):
        dues = self.life.due_ids.filtered(lambda due: due.state in ("open", "queued"))
        if dues:
            getattr(dues[place % len(dues)].with_user(self.billing_user), action)()

    def _do_queue(self, place):
        self._decide(place, "action_queue")

    def _do_waive(self, place):
        self._decide(place, "action_waive")

    def _do_suspend(self, _place):
        self.life.action_suspend()

    def _do_activate(self, _place):
        if self.life.state == "suspended":
            before = self.life.next_month
            self.life.action_activate()
            while before < self.life.next_month:
                self.passed.add(before)
                before += relativedelta(months=1)

    def _do_change_plan(self, place):
        line = self.life.line_ids[place % len(self.life.line_ids)]
        free = self.plans - self.life.line_ids.plan_id
        if free:
            self.removed.add(line.plan_id)
            line.with_user(self.billing_user)._change_plan(free[0], 1.0, free[0].price, self.day)

    def _do_add_plan(self, _place):
        free = self.plans - self.life.line_ids.plan_id
        if free:
            self.life.with_user(self.billing_user).line_ids = [
                Command.create({"plan_id": free[0].id})
            ]

    def _do_readd_plan(self, place):
        line = self.life.line_ids[place % len(self.life.line_ids)]
        values = {"plan_id": line.plan_id.id, "quantity": line.quantity, "price": line.price}
        self.removed.add(line.plan_id)
        line.with_user(self.billing_user).unlink()
        self.life.with_user(self.billing_user).line_ids = [Command.create(values)]

    def _do_price(self, place):
        line = self.life.line_ids[place % len(self.life.line_ids)]
        line.with_user(self.billing_user).price = line.price + place + 0.01

    # What holds

    def _check(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self._check_once()
        self._check_amounts()
        self._check_nothing_forgotten()
        self._check_books()

    def _check_once(self):
        """No day of a plan is billed twice."""
        days = defaultdict(list)
        for due in self.life.due_ids.filtered(lambda due: due.state == "billed"):
            self.assertLessEqual(due.date_start, due.date_end)
            self.assertGreaterEqual(due.date_start, _month(self.first_day))
            self.assertEqual(due.fatura_id.state, "posted")
            days[due.plan_id].append((due.date_start, due.date_end))
        for plan, periods in days.items():
            periods.sort()
            for (_start, end), (start, _end) in pairwise(periods):
                self.assertLess(end, start, (plan.name, periods))

    def _check_amounts(self):
        """What was billed in this step is the share of today's price, by its days."""
        for due in self.life.due_ids - self.known:
            line = self.life.line_ids.filtered(lambda line, due=due: line.plan_id == due.plan_id)
            months = MONTHS[due.plan_id.period]
            days = (due.date_end - due.date_start).days + 1
            whole = (due.month + relativedelta(months=months) - due.month).days
            if due.amount_credited or not line:
                continue
            if not self.life.is_pro_rata:
                self.assertEqual(days, whole)
            owed = line.quantity * line.price * days / whole
            self.assertLessEqual(abs(due.amount - owed), 0.00501, due.display_name)
            self.assertEqual(bool(due.explanation), days != whole)
        self.known = self.life.due_ids

    def _check_nothing_forgotten(self):
        """Each month of each plan's cycle is billed, waits, or was decided about."""
        for line in self.life.line_ids:
            if self.life.state == "cancelled" or not line.first_month:
                continue
            dues = self.life.due_ids.filtered(lambda due, line=line: due.plan_id == line.plan_id)
            month, step = line.first_month, MONTHS[line.plan_id.period]
            while month < self.life.next_month:
                if month >= _month(self.first_day) and month not in self.passed:
                    self.assertIn(month, dues.mapped("month"), (line.plan_id.name, self.day))
                month += relativedelta(months=step)

    def _check_books(self):
        """Faturas are what their dues say, and the client owes the sum, less the credits."""
        faturas, dues = self._posted(), self.life.due_ids
        for fatura in faturas:
            own = fatura.fatura_due_ids.filtered(lambda due: due.state in ("billed", "waived"))
            is_whole = len(own) == len(fatura.fatura_due_ids)
            if fatura.is_one_off_fatura:
                self.assertFalse(own)
            elif fatura.payment_state != "reversed" and is_whole and own:
                billed = sum(_cents(due.amount) for due in own)
                self.assertEqual(_cents(fatura.amount_total), billed)
        notes = self.env["account.move"].search(
            [("reversed_entry_id", "in", faturas.ids), ("state", "=", "posted")]
        )
        credited = notes.filtered(lambda note: note.ref and note.ref.startswith("Days not used"))
        self.assertEqual(
            sum(_cents(note.amount_total) for note in credited),
            sum(_cents(due.amount_credited) for due in dues if due.fatura_id in faturas),
        )
