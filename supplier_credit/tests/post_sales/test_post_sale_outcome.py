from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PostSaleCommon

REFUSED = {"state": "REPROVADA", "supplier": "0.00", "direct": "0.00", "motivo": "Fora do prazo"}


@tagged("post_install", "-at_install")
class TestPostSaleBonus(PostSaleCommon):
    """Bonus on a registered sale. Seed 002, "Bonificação"."""

    def test_bonus_is_a_temporary_credit_and_asks_supplier(self):
        self.on_request()
        request = self.grant_bonus()
        entry = request.temporary_move_id
        self.assertEqual(
            [(line.account_id, line.balance) for line in entry.line_ids.sorted("balance")],
            [(self.temporary, -300), (self.agreement.fee_account_id, 300)],
        )
        self.deliver()
        (call,) = self.supplier.calls("POST", "/pos-vendas$")
        self.assertEqual(
            call["json"],
            {
                "codigoTransacao": "TR-1",
                "tipo": "BONIFICACAO",
                "valor": "300.00",
                "documento": None,
                "motivo": "avaria",
            },
        )
        self.assertEqual((request.state, request.processing_state), ("approved", "done"))
        self.assert_cleared()

    def test_more_than_is_left_changes_nothing(self):
        self.make_bonus()
        moves = self.env["account.move"].search_count([])
        with self.assertRaisesRegex(UserError, "310.37"), self.cr.savepoint():
            self.grant_bonus(310.38)
        self.assertEqual(self.env["account.move"].search_count([]), moves)

    def test_sale_not_processed_gets_none(self):
        self.sale.with_user(self.manager).action_undo_processing()
        with self.assertRaisesRegex(UserError, "not approved and processed"):
            self.grant_bonus(10)

    def test_salesman_grants_none(self):
        context = {"default_transaction_id": self.sale.id}
        bonus = self.env["supplier.credit.bonus"].with_user(self.salesman).with_context(**context)
        self.assertFalse(bonus.has_access("create"))


@tagged("post_install", "-at_install")
class TestPostSaleOutcome(PostSaleCommon):
    """Refusals and partial approvals: the reason, and the choices. Seed 002, step 3."""

    def test_refused_return_is_credited_directly(self):
        request = self.make_return(**REFUSED)
        self.assertEqual((request.state, request.reason), ("refused", "Fora do prazo"))
        self.assertEqual((request.processing_state, request.open_amount), ("none", 300))
        self.assert_cleared(temporary=300)
        self.decide(request, "direct")
        self.assert_cleared()
        self.assertEqual(self.offered(self.create_other_invoice()).balance, -300)
        self.assertEqual((request.own_direct_amount, request.open_amount), (300, 0))
        with self.assertRaisesRegex(UserError, "leaves nothing to decide"):
            self.decide(request, "direct")
        request.with_user(self.manager).action_undo_processing()
        self.assertEqual((request.processing_state, request.open_amount), ("none", 300))
        self.assert_cleared(temporary=300)

    def test_refused_return_with_authorised_nfe_is_not_withdrawn(self):
        request = self.make_return(**REFUSED)
        with self.assertRaisesRegex(UserError, "goods are the company's again"):
            self.decide(request, "withdraw")
        self.assert_cleared(temporary=300)

    def test_refused_bonus_is_withdrawn_without_a_trace(self):
        before = self.snapshot_balances()
        request = self.make_bonus(**REFUSED)
        self.assertNotEqual(self.snapshot_balances(), before)
        self.decide(request, "withdraw")
        self.assertEqual(self.snapshot_balances(), before)
        self.assertEqual((request.state, request.open_amount), ("withdrawn", 0))
        self.on_request("0.00", "610.37", codigoSolicitacao="PV-2")
        again = self.grant_bonus(610.37)
        self.deliver()
        self.assertEqual(again.processing_state, "done", "the whole sale is free again")

    def test_refused_request_is_sent_again_under_its_document(self):
        request = self.make_return(**REFUSED)
        self.on_request(codigoSolicitacao="PV-2")
        self.decide(request, "resend")
        self.deliver()
        first, second = self.supplier.calls("POST", "/pos-vendas$")
        self.assertEqual(first["json"], second["json"])
        self.assertNotEqual(
            first["headers"]["Idempotency-Key"], second["headers"]["Idempotency-Key"]
        )
        self.assertEqual((request.state, request.code), ("approved", "PV-2"))
        self.assert_cleared()

    def _make_partial(self):
        debits = [(3, "2027-02-22", "100.00", "0.00", "2.50")]
        return self.make_return(300, "100.00", "50.00", "APROVADA_PARCIAL", debits)

    def test_partial_approval_keeps_the_rest_temporary(self):
        request = self._make_partial()
        self.assertEqual((request.state, request.processing_state), ("partially_approved", "done"))
        self.assertEqual(request.open_amount, 150)
        self.assert_cleared(temporary=150)

    def test_rest_is_credited_directly(self):
        request = self._make_partial()
        self.decide(request, "direct")
        self.assert_cleared()
        offered = self.offered(self.create_other_invoice())
        self.assertEqual(sorted(offered.mapped("balance")), [-150, -50])

    def test_rest_is_asked_for_again_by_a_request_of_its_own(self):
        request = self._make_partial()
        self.on_request("0.00", "150.00", codigoSolicitacao="PV-2")
        self.decide(request, "resend")
        self.deliver()
        child = request.child_ids
        (_first, second) = self.supplier.calls("POST", "/pos-vendas$")
        self.assertEqual(second["json"]["valor"], "150.00")
        self.assertEqual(second["json"]["documento"]["chaveNFe"], request.document_key)
        self.assertEqual((child.state, child.processing_state), ("approved", "done"), child.error)
        self.assertEqual((request.open_amount, child.open_amount), (0, 0))
        self.assert_cleared()
        with self.assertRaisesRegex(UserError, "That one comes first"):
            request.with_user(self.manager).action_undo_processing()
        child.with_user(self.manager).action_undo_processing()
        self.assert_cleared(temporary=150)
        with self.assertRaisesRegex(UserError, "310.37"):
            self.grant_bonus(310.38)

    def test_rest_of_a_bonus_is_withdrawn(self):
        debits = [(3, "2027-02-22", "100.00", "2.50", "0.00")]
        request = self.make_bonus(300, "100.00", "50.00", "APROVADA_PARCIAL", debits)
        cost = self.balance(self.agreement.fee_account_id)
        self.decide(request, "withdraw")
        self.assert_cleared()
        self.assertEqual(self.balance(self.agreement.fee_account_id), round(cost - 150, 2))
        self.assertEqual((request.state, request.open_amount), ("partially_approved", 0))
        with self.cr.savepoint() as savepoint:
            request.with_user(self.manager).action_undo_processing()
            self.assert_cleared(temporary=300)
            self.assertEqual((request.withdrawn_amount, request.open_amount), (0, 150))
            savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.grant_bonus(460.37)
        with self.assertRaisesRegex(UserError, "cannot be taken back"):
            request.with_user(self.manager).action_undo_processing()

    def test_refused_by_http_leaves_the_same_ways(self):
        problem = {"status": 422, "codigo": "VALOR_SUPERIOR_AO_SALDO", "mensagem": "Saldo"}
        self.supplier.on("POST", "/pos-vendas$", problem, 422)
        request = self.grant_bonus(50)
        self.deliver()
        self.assertEqual(request.state, "refused")
        self.assertIn("VALOR_SUPERIOR_AO_SALDO", request.error)
        self.decide(request, "withdraw")
        self.assert_cleared()

    def test_salesman_decides_nothing(self):
        request = self.make_return(**REFUSED)
        wizards = self.env["supplier.credit.post.sale.outcome"].with_user(self.salesman)
        self.assertFalse(wizards.has_access("create"))
        self.assertEqual(request.with_user(self.salesman).open_amount, 300)
