from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ...tools.api.wire import money
from .common import SupplierCreditCustomerCommon


@tagged("post_install", "-at_install")
class TestCustomerHistory(SupplierCreditCustomerCommon):
    """Twelve months of purchases, from posted invoices and their payments."""

    def bill(self, day, amount, *, due=None, partner=None, move_type="out_invoice", bearer=None):
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": (partner or self.customer).id,
                "invoice_date": day,
                "date": day,
                "invoice_date_due": due or day,
                "invoice_payment_term_id": False,
                "preferred_payment_method_line_id": bearer and bearer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move

    def pay(self, invoice, day, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {
                "payment_date": day,
                "amount": amount,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )._create_payments()

    def history(self, partner=None):
        partner = partner or self.customer
        months = partner._get_supplier_purchase_history(self.company)[partner.id]
        return {
            f"{month.month:%Y-%m}": (money(month.billed), money(month.paid), month.delay)
            for month in months
            if month.billed or month.paid
        }

    def test_billed_paid_and_delay_of_each_month(self):
        # August: one on time, one 10 days late for 3/4 of the amount that was paid.
        first = self.bill("2026-08-05", 100.10, due="2026-09-04")
        second = self.bill("2026-08-20", 300.30, due="2026-09-19")
        self.pay(first, "2026-08-30", 100.10)
        self.pay(second, "2026-09-29", 300.30)
        # October: half paid, 3 days late.
        third = self.bill("2026-10-10", 610.37, due="2026-11-09")
        self.pay(third, "2026-11-12", 305.18)
        # November: not due yet.
        self.bill("2026-11-20", 50, due="2026-12-20")
        self.assertEqual(
            self.history(),
            {
                "2026-08": ("400.40", "400.40", 8),
                "2026-10": ("610.37", "305.18", 3),
                "2026-11": ("50.00", "0.00", 0),
            },
        )

    def test_window_is_this_month_and_eleven_before(self):
        self.bill("2025-11-30", 1000)
        self.bill("2025-12-01", 200)
        self.bill("2026-11-22", 300)
        self.assertEqual(list(self.history()), ["2025-12", "2026-11"])
        months = self.customer._get_supplier_purchase_history(self.company)[self.customer.id]
        self.assertEqual(len(months), 12)
        self.assertEqual(
            (months[0].month, months[-1].month), (date(2025, 12, 1), date(2026, 11, 1))
        )

    def test_credit_notes_lower_what_was_billed_and_are_no_payment(self):
        invoice = self.bill("2026-10-10", 100)
        credit_note = self.bill("2026-10-20", 30, move_type="out_refund")
        receivable = (invoice + credit_note).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        receivable.reconcile()
        self.pay(invoice, "2026-10-10", 70)
        self.assertEqual(self.history(), {"2026-10": ("70.00", "70.00", 0)})

    def test_contacts_count_as_their_company_and_others_do_not(self):
        contact = self.env["res.partner"].create({"name": "Ana", "parent_id": self.customer.id})
        other = self.customer.copy({"name": "Empório", "vat": "11.222.333/0001-81"})
        self.bill("2026-10-10", 100, partner=contact)
        self.bill("2026-10-10", 77, partner=other)
        draft = self.bill("2026-10-11", 5)
        draft.button_draft()
        self.assertEqual(self.history(), {"2026-10": ("100.00", "0.00", 0)})

    def test_sales_on_suppliers_credit_are_left_out(self):
        self.bill("2026-10-10", 100, bearer=self.bearer)
        self.assertFalse(self.history())

    def test_history_is_sent(self):
        invoice = self.bill("2026-10-10", 610.37, due="2026-11-09")
        self.pay(invoice, "2026-11-12", 305.18)
        self.register()
        (call,) = self.supplier.calls("POST", "/clientes$")
        history = call["json"]["historico"]
        self.assertEqual(len(history), 12)
        self.assertEqual(
            history[0],
            {
                "competencia": "2025-12",
                "valorFaturado": "0.00",
                "valorPago": "0.00",
                "atrasoMedioDias": 0,
            },
        )
        self.assertEqual(
            history[10],
            {
                "competencia": "2026-10",
                "valorFaturado": "610.37",
                "valorPago": "305.18",
                "atrasoMedioDias": 3,
            },
        )

    def test_forty_customers_cost_hardly_more_queries_than_ten(self):
        ten, forty = (self.count_queries(number) for number in (10, 40))
        self.assertLess(forty, 1.5 * ten, "queries must not grow with the customers")

    def count_queries(self, number):
        partners = self.env["res.partner"].create(
            [
                {"name": f"Cliente {position}", "vat": _cnpj(number, position), **self.address()}
                for position in range(number)
            ]
        )
        for partner in partners[:3]:
            self.bill("2026-10-10", 100, partner=partner)
        wizard = self.open_wizard(partners)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        wizard.action_send()
        self.env.flush_all()
        self.env.cr.precommit.run()
        count = self.env.cr.sql_log_count - before
        customers = self.env["supplier.credit.customer"].search(
            [("partner_id", "in", partners.ids)]
        )
        self.assertEqual(len(customers), number)
        self.assertEqual(len(self.messages(customers)), number)
        return count


def _cnpj(first, second):
    """Return a valid CNPJ, another for each pair of numbers."""
    number = f"{first:04}{second:04}0001"
    for weights in ((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)):
        rest = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11
        number += str(0 if rest < 2 else 11 - rest)
    return number
