from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo.tests import tagged

from .common import VendorFinancingContractCommon

EXAMPLES = 10
PLANS = ("30", "45", "30/60", "30/60/90", "1/400")
STEPS = st.tuples(
    st.sampled_from(
        [
            "settlement",
            "early_settlement",
            "default",
            "undo",
            "pay",
            "correct",
            "extend",
            "withdraw",
        ]
    ),
    st.integers(0, 5),
    st.sampled_from([100, 100, 60, 50, 1]),
    st.integers(0, 5_000),
)


@st.composite
def _lives(draw):
    """Titles in cents, conditions, rates in 0.01 %, and operations with title and share (%)."""
    return {
        "titles": draw(st.lists(st.integers(100, 9_000_000), min_size=1, max_size=3)),
        "plan": draw(st.sampled_from(PLANS)),
        "rates": (draw(st.integers(0, 600)), draw(st.integers(0, 600))),
        "iof_borne_by": draw(st.sampled_from(["customer", "financed", "grossed_up", "company"])),
        "equalization": draw(st.sampled_from(["closing", "maturity"])),
        "convention": draw(st.sampled_from(["compound", "simple", "actual_365", "business_252"])),
        "off": draw(st.integers(-400, 400)),
        "steps": draw(st.lists(STEPS, min_size=2, max_size=6)),
    }


def _cents(amount):
    return round(amount * 100)


@tagged("post_install", "-at_install")
class TestContractOfRandomLife(VendorFinancingContractCommon):
    """The books agree after each of random operations, and undoing all of them restores the
    invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls._create_user(
            "vendor_chief",
            "account.group_account_invoice,vendor_financing.vendor_financing_group_manager",
        )

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        # A life takes seconds; shorter ones are not worth the hours of looking for them.
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(_lives())
    def test_books_agree_after_each_step_and_undoing_restores(self, life):
        with self.cr.savepoint() as savepoint:
            self._live(life)
            savepoint.close(rollback=True)
        self.env.invalidate_all()

    def _live(self, life):
        for name in ("iof_borne_by", "equalization", "convention"):
            self.agreement[name] = life[name]
        bank_rate, customer_rate = (rate / 100 for rate in life["rates"])
        self.quote(bank_rate, customer_rate, days_to=500)
        invoices = self.env["account.move"].union(
            *(self._create_vendor_invoice(cents / 100) for cents in life["titles"])
        )
        before = self._read(invoices)
        contract = self.make_contract(invoices, life["plan"])
        contract.credited_amount = max(contract.expected_amount + life["off"] / 100, 0.01)
        contract.with_user(self.manager_user).action_effect()
        payments = self.env["account.payment"]
        self.assert_books_agree(contract)
        for step in life["steps"]:
            payments |= self._take(contract, *step)
            self.assert_books_agree(contract)
        for payment in payments:
            payment.action_draft()
            payment.action_cancel()
            self.assert_books_agree(contract)
        for operation in self._posted(contract):
            operation.with_user(self.manager_user).action_undo()
            self.assert_books_agree(contract)
        self.assertEqual(contract.state, "reversed")
        self.assertEqual(self._read(invoices), before)
        # And a bank may finance them again.
        again = self.make_effective(invoices, number="CT-2")
        self.assert_books_agree(again)

    def _take(self, contract, kind, place, percent, charges):
        """Do the next possible operation on the contract; return its payment."""
        payments = self.env["account.payment"]
        if kind == "undo":
            last = self._posted(contract)[:1]
            if last.kind != "effectivation" and not self._recovered(last):
                last.with_user(self.manager_user).action_undo()
            return payments
        if kind == "pay":
            return self._collect(contract)
        parts = contract.installment_ids.filtered(lambda part: part.state == "financed")
        if not parts:
            return payments
        part = parts.sorted("id")[place % len(parts)]
        if kind in ("correct", "extend", "withdraw"):
            self._maintain(contract, kind, part, percent, charges)
            return payments
        # Several at once, sometimes.
        chosen = part if place < 3 else parts
        action = chosen.with_user(self.invoicing_user).action_open_settlement()
        wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
        wizard = wizard.browse(action["res_id"])
        wizard.write({"kind": kind, "charges": charges / 100 if kind == "default" else 0})
        for line in wizard.line_ids:
            line.amount = max(_cents(line.open_amount) * percent // 100, 1) / 100
        wizard.action_confirm()
        return payments

    def _maintain(self, contract, kind, part, days, cents):
        title = part.title_id
        touched = title.installment_ids.filtered(
            lambda one: one.state != "financed" or one.settled_amount or one.debited_amount
        )
        if kind == "withdraw" and touched:
            return
        action = part.with_user(self.chief).action_open_maintenance()
        wizard = self.env[action["res_model"]].browse(action["res_id"]).with_user(self.chief)
        wizard.kind = {"correct": "correction", "extend": "extension"}.get(kind, "withdrawal")
        wizard.date_due = part.date_due + timedelta(days=days)
        if kind == "correct":
            # What the customer pays stays positive.
            wizard.interest = part.interest - min(cents / 100, part.customer_total)
            wizard.settled_by = "bank" if cents % 2 else "expense"
        elif kind == "extend":
            wizard.bank_interest = cents / 100
            wizard.borne_by = "company" if cents % 2 else "customer"
        wizard.action_confirm()

    def _recovered(self, operation):
        """Return whether customers have paid debited instalments: undoing is refused then."""
        if operation.kind != "default":
            return False
        return any(
            self._residual(title)
            < self._open(title)
            + sum(
                _cents(line.principal)
                for line in operation.line_ids
                if line.installment_id.title_id == title
            )
            for title in operation.line_ids.installment_id.title_id
        )

    def _collect(self, contract):
        """Register the customer's payment of debited principal to the company, as far as open."""
        payments = self.env["account.payment"]
        for title in contract.title_ids:
            free = self._residual(title) - self._open(title)
            if free <= 0 or not title.move_id.vendor_financing_state:
                continue
            payment = payments.create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": title.partner_id.id,
                    "journal_id": self.journal.id,
                    "payment_method_line_id": self.manual_line.id,
                    "amount": free / 100,
                }
            )
            payment.action_post()
            (
                title.line_id
                | payment.move_id.line_ids.filtered(
                    lambda line: line.account_type == "asset_receivable"
                )
            ).reconcile()
            return payment
        return payments

    # -------------------------------------------------------------------------
    # INVARIANTS
    # -------------------------------------------------------------------------

    def assert_books_agree(self, contract):
        self.env.flush_all()
        self.assert_proven()
        for move in contract.operation_ids._get_moves():
            self.assertEqual(move.state, "posted")
            self.assertEqual(sum(_cents(line.balance) for line in move.line_ids), 0)
        for part in contract.installment_ids:
            item = part.vendor_line_id
            self.assertEqual(-_cents(item.amount_residual), _cents(part.open_amount))
            booked = _cents(part.settled_amount) + _cents(part.debited_amount)
            self.assertLessEqual(booked, _cents(part.principal))
            if part.state == "financed":
                self.assertGreater(part.open_amount, 0)
        for title in contract.title_ids:
            if set(title.installment_ids.mapped("state")) <= {"withdrawn"}:
                self.assertEqual(title.move_id.vendor_state, "pending")
                self.assertFalse(title.is_live or title.line_id.vendor_title_id)
                continue
            settled = sum(_cents(part.settled_amount) for part in title.installment_ids)
            debited = sum(_cents(part.debited_amount) for part in title.installment_ids)
            residual = self._residual(title)
            self.assertLessEqual(residual, _cents(title.principal) - settled)
            # Payments take no more than what the bank debited.
            self.assertGreaterEqual(residual, self._open(title))
            if not debited:
                self.assertEqual(residual, _cents(title.principal) - settled)
            move = title.move_id
            expected = self._expect_state(self._open(title), debited, residual)
            if contract.state != "reversed":
                self.assertEqual(move.vendor_state, expected)
            self.assertEqual(
                title.line_id.vendor_title_id, title if self._open(title) else title.browse()
            )
            self.assertEqual(title.is_live, bool(self._open(title)))
        left = any(part.state == "financed" for part in contract.installment_ids)
        if set(contract.installment_ids.mapped("state")) <= {"withdrawn", "reversed"}:
            self.assertEqual(contract.state, "reversed")
        if contract.state != "reversed":
            self.assertEqual(contract.state == "settled", not left)

    def _read(self, invoices):
        lines = self.receivable(invoices)
        return [
            *lines.mapped(
                lambda line: (
                    line.amount_residual,
                    line.date_maturity,
                    line.no_followup,
                    line.vendor_title_id.id,
                )
            ),
            *invoices.mapped(
                lambda move: (move.invoice_date_due, move.vendor_state, move.payment_state)
            ),
        ]

    @staticmethod
    def _posted(contract):
        return contract.operation_ids.filtered(lambda one: one.state == "posted").sorted(
            "id", reverse=True
        )

    @staticmethod
    def _expect_state(guaranteed, debited, residual):
        """Return the state of an invoice with these amounts in cents."""
        if guaranteed:
            return "partly_debited" if debited and residual > guaranteed else "financed"
        return "debited" if debited else "settled"

    @staticmethod
    def _residual(title):
        return _cents(title.line_id.amount_residual)

    @staticmethod
    def _open(title):
        return sum(_cents(part.open_amount) for part in title.installment_ids)
