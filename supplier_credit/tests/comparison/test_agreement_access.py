from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestAgreementAccess(SupplierCreditCommon):
    """Other credentials are no other contract's while something lives under an agreement."""

    def test_other_access_needs_a_word_while_something_lives(self):
        self.agreement.client_id = "other"
        self.reserve(self.create_order())
        for values in ({"client_id": "third"}, {"base_url": "https://other.example.com/api/v1"}):
            with self.subTest(values=values), self.assertRaises(UserError) as caught:
                self.agreement.write(values)
            self.assertIn("1 pre-authorizations", str(caught.exception))
        # The secret of the same client is no other contract's.
        self.agreement.client_secret = "rotated"
        self.agreement.write({"client_id": "third", "is_same_contract": True})
        self.assertEqual(self.agreement.client_id, "third")
        self.assertFalse(self.agreement.is_same_contract, "it was the word for one change")
        with self.assertRaises(UserError):
            self.agreement.client_id = "fourth"

    def test_writing_the_same_asks_nothing(self):
        self.reserve(self.create_order())
        self.agreement.write({"client_id": self.agreement.client_id, "name": "Renamed"})

    def test_agreement_is_archived_when_nothing_lives(self):
        order = self.create_order()
        self.reserve(order)
        with self.assertRaises(UserError) as caught:
            self.agreement.action_archive()
        self.assertIn("1 pre-authorizations", str(caught.exception))
        order.sudo().supplier_preauthorization_id._move_to("cancelled")
        self.agreement.action_archive()
        self.assertFalse(self.agreement.active)

    def test_agreement_with_messages_is_not_deleted(self):
        self.reserve(self.create_order())
        with self.assertRaises(UserError) as caught:
            self.agreement.unlink()
        self.assertIn("Archive it", str(caught.exception))
        self._create_agreement_without_history().unlink()

    def _create_agreement_without_history(self):
        return self.agreement.copy({"name": "Never used"})

    def test_unknown_records_one_after_the_other_stop_sending(self):
        """As another contract's credentials look from here: every record is gone."""
        reservations = self.env["supplier.credit.preauthorization"]
        for number in range(4):
            order = self.create_order()
            self.reserve(order, code=f"PA-{number}")
            reservations |= order.sudo().supplier_preauthorization_id
        problem = {"codigo": "PREAUTORIZACAO_NAO_ENCONTRADA", "mensagem": "Não existe."}
        self.supplier.on("GET", "/pre-autorizacoes/PA-", problem, 404)
        for number, reservation in enumerate(reservations, start=1):
            self.assertEqual(self.agreement.queue_stopped, number > 3)
            reservation.action_query()
            self.deliver()
        self.assertTrue(self.agreement.queue_stopped)
        self.assertIn("another contract", self.agreement.stop_reason)
        self.assertEqual(len(self.agreement.activity_ids), 1)
        self.assertEqual(set(reservations.mapped("state")), {"active"}, "nothing is cancelled")
        self.assertEqual(len(self.supplier.calls("GET", "/pre-autorizacoes/PA-")), 3)
