from odoo.tests import tagged

from ..post_sales.common import PostSaleCommon
from .common import SupplierCreditSettlementCommon

SECOND_TRANSFER = "2027-01-22"


@tagged("post_install", "-at_install")
class TestSettlementOfPostSales(PostSaleCommon, SupplierCreditSettlementCommon):
    """Debit instalments are settled by the statement, as transfers are. Seed 002, 4, A.

    A return of 300.00, of which Supplier debits 200.00 from the second transfer and refunds 5.00 of
    its fee.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.request = cls.make_return(300)
        (cls.debit,) = cls.request.installment_ids

    def _import_second_day(self, *, net):
        transfer = self.statement_line(
            "LC-2",
            2,
            dataLancamento=SECOND_TRANSFER,
            valorPrincipal="203.44",
            valorLancamento="198.35",
        )
        debit = self.statement_line(
            "LC-3",
            2,
            codigoSolicitacao="PV-1",
            tipoEvento="CANCEP",
            tipoLancamento="DEBITO",
            dataLancamento=SECOND_TRANSFER,
            valorPrincipal="200.00",
            valorTaxa="5.00",
            valorLancamento=net,
        )
        return self.run_import([transfer, debit], day=SECOND_TRANSFER)

    def assert_settled(self):
        entries = self._import_second_day(net="195.00")
        self.assertEqual(entries.mapped("state"), ["matched", "matched"], entries.mapped("problem"))
        settlement = entries.settlement_id
        settlement.action_post()
        self.assertEqual(settlement.state, "posted", settlement.read())
        self.assertTrue(self.debit.receivable_line_id.reconciled)
        self.assertEqual(self.balance(self.outstanding), 3.35)
        receivable = self.agreement.receivable_account_id
        left = self.sale.installment_ids.filtered(lambda entry: entry.number != 2)
        self.assertEqual(
            self.balance(receivable, "amount_residual"),
            round(sum(left.receivable_line_id.mapped("balance")), 2),
        )
        self.env.flush_all()
        proof = self.env["supplier.credit.settlement.proof"].with_user(self.accountant)
        rows = proof.search([("agreement_id", "=", self.agreement.id)])
        self.assertEqual(set(rows.mapped("ledger_difference")), {0.0}, rows.read())
        return settlement

    def test_debit_is_settled_with_the_transfer_of_its_day(self):
        settlement = self.assert_settled()
        settlement.with_user(self.manager).action_undo()
        self.assertFalse(self.debit.receivable_line_id.reconciled)
        self.assertEqual(self.balance(self.outstanding), 0)

    def test_settled_debit_keeps_its_processing(self):
        self.assert_settled()
        with self.assertRaisesRegex(Exception, "already settled"), self.cr.savepoint():
            self.request.with_user(self.manager).action_undo_processing()
        self.assertEqual(self.request.processing_state, "done")
