from decimal import Decimal

from odoo.tests import tagged

from ...tools.api.settlement import StatementEntry
from .common import FIRST_TRANSFER, SupplierCreditSettlementCommon

AMOUNTS = {"valorPrincipal": "10.00", "valorTaxa": "0.25", "valorLancamento": "9.75"}


@tagged("post_install", "-at_install")
class TestSettlementLarge(SupplierCreditSettlementCommon):
    """Settlements of thousands of entries: cost of an entry, and correct results."""

    def settle(self, code, count):
        """Import and match so many transfers of a sale; return their statement, to be posted."""
        told = [
            StatementEntry.from_wire(
                self.told(f"{code}-{number}", number, codigoTransacao=code, **AMOUNTS)
            )
            for number in range(1, count + 1)
        ]
        stored = (
            self.env["supplier.credit.settlement.entry"].sudo()._store(self.agreement, told, "api")
        )
        stored._match()
        self.assertEqual(set(stored.mapped("state")), {"matched"})
        return stored.settlement_id.with_user(self.accountant)

    def sell(self, code, count, number):
        calendar = [
            (place, Decimal("10.00"), FIRST_TRANSFER, Decimal("0.25"))
            for place in range(1, count + 1)
        ]
        return self.approve_sale(code, calendar, number)

    def test_posting_costs_no_query_more_for_each_entry(self):
        counts = []
        for number, (code, count) in enumerate(
            # The first one only warms the caches up.
            (("TR-A", 10), ("TR-B", 100), ("TR-C", 200)),
            start=900,
        ):
            self.sell(code, count, str(number))
            settlement = self.settle(code, count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            settlement.action_post()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(settlement.state, "posted")
            items = settlement.sudo().entry_ids.counterpart_line_id
            self.assertEqual(len(items), count)
            self.assertTrue(all(items.mapped("reconciled")))
        # Rows are read and written by the hundred and more, never one by one.
        self.assertLess(counts[2] - counts[1], 100 * 0.4, counts)

    def test_item_is_settled_with_the_analytic_accounts_that_it_has(self):
        plan = self.env.ref("analytic.analytic_plan_projects")
        before, after, costs = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("Before", "After", "Costs")]
        )
        rule = self.env["account.analytic.distribution.model"].create(
            {
                "partner_id": self.agreement.partner_id.id,
                "account_prefix": self.agreement.receivable_account_id.code,
                "analytic_distribution": {str(before.id): 100},
            }
        )
        self.agreement.fee_recognition = "settlement"
        sale = self.sell("TR-A", 3, "900")
        self.assertEqual(sale.move_id.line_ids.analytic_line_ids.account_id, before)
        rule.analytic_distribution = {str(after.id): 100}
        self.env["account.analytic.distribution.model"].create(
            {
                "account_prefix": self.agreement.fee_account_id.code,
                "analytic_distribution": {str(costs.id): 100},
            }
        )
        settlement = self.settle("TR-A", 3)
        settlement.action_post()
        self.assertEqual(settlement.state, "posted")
        totals = {
            account: sum(
                self.env["account.analytic.line"]
                .search([("account_id", "=", account.id)])
                .mapped("amount")
            )
            for account in (before, after, costs)
        }
        # What the approval put on the item's account is taken off it; the fee is new.
        self.assertEqual(totals, {before: 0.0, after: 0.0, costs: -0.75})
