from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SupplierCreditCommon

CENT = Decimal("0.01")
FIRST_DAY = date(2026, 11, 23)
EXAMPLES = 25


def _cents(value):
    return value.quantize(CENT, ROUND_HALF_UP)


@st.composite
def _sales(draw):
    """A sale: its lines, the company's instalments, Supplier's calendar, when fees are booked."""
    prices = draw(st.lists(st.integers(1, 5_000_000), min_size=1, max_size=4))
    total = sum(Decimal(price) / 100 for price in prices)
    parts = draw(st.integers(1, min(12, int(total * 100))))
    rate = Decimal(draw(st.integers(0, 3000))) / 10000
    share = (total / parts).quantize(CENT, "ROUND_DOWN")
    calendar = []
    for number in range(1, parts + 1):
        amount = share if number < parts else total - share * (parts - 1)
        due = FIRST_DAY + timedelta(days=draw(st.integers(0, 400)))
        fee = _cents(amount * rate)
        calendar.append((number, due, amount, due + timedelta(days=draw(st.integers(0, 40))), fee))
    return {
        "prices": prices,
        # An instalment of 0.00 is refused on posting.
        "days": draw(st.lists(st.integers(0, 360), min_size=1, max_size=min(6, int(total * 100)))),
        "calendar": calendar,
        "recognition": draw(st.sampled_from(["approval", "settlement"])),
        "tax": draw(st.booleans()),
    }


@tagged("post_install", "-at_install")
class TestProcessingOfRandomSales(SupplierCreditCommon):
    """The ledger agrees with the calendar for any sale on any terms.

    Seed 001, "Calendário Financeiro"; design: entry balanced, customer's receivable zero,
    Supplier's by date equal to the calendar, fee the difference, undone without a trace.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user(
            "manager", "supplier_credit.supplier_credit_group_manager,account.group_account_invoice"
        )
        cls.agreement.difference_account_id = cls.company_data["default_account_expense"].copy()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @example(
        {
            "prices": [5],
            "days": [116, 244, 274, 114, 0],
            "calendar": [(1, date(2027, 4, 30), Decimal("0.05"), date(2027, 5, 16), Decimal(0))],
            "recognition": "approval",
            "tax": False,
        }
    )
    @given(_sales())
    def test_ledger_equals_calendar_and_undo_restores_it(self, sale):
        with self.cr.savepoint() as savepoint:
            self.assert_processed(sale)
            savepoint.close(rollback=True)
        self.env.invalidate_all()

    def assert_processed(self, sale):
        self.agreement.fee_recognition = sale["recognition"]
        invoice = self._create_invoice(sale)
        self.assertEqual(invoice.amount_total, float(sum(entry[2] for entry in sale["calendar"])))
        before = self._get_open_items()
        transaction = self._approve(invoice, sale)
        self.assertEqual((transaction.processing_state, transaction.error), ("done", False))
        entry = transaction.move_id
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self._sum(entry.line_ids), Decimal(0))
        owed = entry.line_ids.filtered(
            lambda line: line.account_id == self.agreement.receivable_account_id
        )
        expected, fees = Counter(), Decimal(0)
        for _number, _due, amount, transfer_date, fee in sale["calendar"]:
            gross = sale["recognition"] == "settlement"
            expected[transfer_date] += amount if gross else amount - fee
            fees += 0 if gross else fee
        found = Counter()
        for line in owed:
            found[line.date_maturity] += _cents(Decimal(str(line.balance)))
        self.assertEqual(+found, +expected)
        fee_lines = entry.line_ids.filtered(
            lambda line: line.account_id == self.agreement.fee_account_id
        )
        self.assertEqual(self._sum(fee_lines), fees)
        total = _cents(Decimal(str(invoice.amount_total)))
        self.assertEqual(fees, total - self._sum(owed), "the fee is the difference")
        rounding = entry.line_ids.filtered(
            lambda line: line.account_id == self.agreement.difference_account_id
        )
        self.assertFalse(rounding)
        transaction.with_user(self.manager).action_undo_processing()
        self.assertEqual(self._get_open_items(), before)
        transaction._process_approval()
        self.assertEqual((transaction.processing_state, transaction.error), ("done", False))
        self.assertEqual(invoice.amount_residual, 0)

    def _create_invoice(self, sale):
        shares = self._shares(len(sale["days"]))
        term = self.env["account.payment.term"].create(
            {
                "name": "random",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in zip(shares, sale["days"], strict=True)
                ],
            }
        )
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-11-22",
                "l10n_latam_document_number": "900",
                "invoice_payment_term_id": term.id,
                "preferred_payment_method_line_id": self.bearer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_unit": price / 100,
                            "tax_ids": [Command.set(self._get_tax(sale).ids)],
                        }
                    )
                    for price in sale["prices"]
                ],
            }
        )
        invoice.action_post()
        return invoice

    def _get_tax(self, sale):
        """Return a tax included in the price, like ICMS, or none."""
        tax = self.company_data["default_tax_sale"]
        if not sale["tax"]:
            return tax.browse()
        tax.price_include_override = "tax_included"
        return tax

    def _shares(self, count):
        share = round(100 / count, 2)
        return [*[share] * (count - 1), round(100 - share * (count - 1), 2)]

    def _approve(self, invoice, sale):
        transaction = (
            self.env["supplier.credit.transaction"]
            .sudo()
            .create(
                {
                    "agreement_id": self.agreement.id,
                    "company_id": self.company.id,
                    "invoice_id": invoice.id,
                    "partner_id": self.customer.id,
                    "nfe_key": "0" * 44,
                    "total": invoice.amount_total,
                    "state": "in_analysis",
                    "code": "TR-R",
                }
            )
        )
        calendar = [
            {
                "numeroParcela": number,
                "dataVencimento": due.isoformat(),
                "valorParcela": str(amount),
                "dataRepasse": transfer_date.isoformat(),
                "valorRepasse": str(amount - fee),
                "valorTaxa": str(fee),
            }
            for number, due, amount, transfer_date, fee in sale["calendar"]
        ]
        transaction._apply_answer(
            self.env["supplier.credit.message"], self.transaction_answer(calendario=calendar)
        )
        return transaction

    def _get_open_items(self):
        """Return open amount and balance of each account, by partner and maturity."""
        self.env.flush_all()
        items = Counter()
        for line in self.env["account.move.line"].search([("company_id", "=", self.company.id)]):
            key = (line.account_id.id, line.partner_id.id)
            items[key] += _cents(Decimal(str(line.balance)))
            items[(*key, line.date_maturity)] += _cents(Decimal(str(line.amount_residual)))
        return {key: value for key, value in items.items() if value}

    def _sum(self, lines):
        return sum((_cents(Decimal(str(line.balance))) for line in lines), Decimal(0))
