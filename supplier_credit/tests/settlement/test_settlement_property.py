from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.tests import tagged

from .common import SupplierCreditSettlementCommon

EXAMPLES = 10


@st.composite
def _statements(draw):
    """Instalments (amount, fee in cents), deviations of the statement, and the tolerance."""
    parts = draw(
        st.lists(
            st.tuples(
                st.integers(1_000, 900_000),
                st.integers(0, 900),
                st.integers(-30, 30),
                st.integers(-30, 30),
            ),
            min_size=1,
            max_size=6,
        )
    )
    return {
        "parts": parts,
        "tolerance": draw(st.integers(0, 30)),
        "recognition": draw(st.sampled_from(["approval", "settlement"])),
        "other_fee": draw(st.integers(0, 500)),
        "write_off": draw(st.booleans()),
    }


def _cents(amount):
    return round(Decimal(str(amount)) * 100)


@tagged("post_install", "-at_install")
class TestSettlementOfRandomStatements(SupplierCreditSettlementCommon):
    """For any statement: bank + fees + differences = settled amount, and no cent is lost."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(_statements())
    def test_bank_fees_and_differences_are_what_was_settled(self, statement):
        with self.cr.savepoint() as savepoint:
            self.assert_posted(statement)
            savepoint.close(rollback=True)
        self.env.invalidate_all()

    def assert_posted(self, statement):
        self.agreement.write(
            {
                "fee_recognition": statement["recognition"],
                "difference_tolerance": statement["tolerance"] / 100,
            }
        )
        day = date(2026, 12, 1)
        calendar = [
            (place, Decimal(amount) / 100, str(day + timedelta(place)), Decimal(fee) / 100)
            for place, (amount, fee, _principal, _fee) in enumerate(statement["parts"], start=1)
        ]
        transaction = self.approve_sale("TR-R", calendar)
        items = transaction.installment_ids.sorted("number").receivable_line_id
        before = sum(_cents(item.amount_residual) for item in items)
        page = [self.fee(value=f"{statement['other_fee'] / 100:.2f}")]
        paid = -statement["other_fee"]
        for place, (amount, fee, principal_off, fee_off) in enumerate(statement["parts"], start=1):
            principal, charged = amount + principal_off, max(fee + fee_off, 0)
            paid += principal - charged
            page.append(
                self.told(
                    f"R-{place}",
                    place,
                    codigoTransacao="TR-R",
                    valorPrincipal=f"{principal / 100:.2f}",
                    valorTaxa=f"{charged / 100:.2f}",
                    valorLancamento=f"{(principal - charged) / 100:.2f}",
                )
            )
        entries = self.run_import(page)
        for entry in entries.filtered(lambda entry: entry.state == "proposed"):
            self.assertGreater(abs(_cents(entry.difference)), statement["tolerance"])
            self.decide(entry, write_off=statement["write_off"]).action_choose()
        settlement = entries.settlement_id
        settlement.action_post()
        self.assertEqual((settlement.state, settlement.error), ("posted", False))
        booked = {
            account: _cents(balance)
            for account, balance in self.balances(settlement.move_id).items()
        }
        receivable = self.agreement.receivable_account_id
        self.assertEqual(booked.pop(self.outstanding, 0), paid)
        settled = -booked.pop(receivable, 0)
        self.assertEqual(settled, paid + sum(booked.values()))
        self.assertLessEqual(
            booked.keys(), {self.agreement.fee_account_id, self.difference_account}
        )
        left = sum(
            _cents(line.amount_residual)
            for line in self.env["account.move.line"].search([("account_id", "=", receivable.id)])
        )
        self.assertEqual(left, before - settled)
        if statement["write_off"]:
            self.assertEqual(left, 0)
        settlement.with_user(self.manager).action_undo()
        self.assertEqual(sum(_cents(item.amount_residual) for item in items), before)
