from odoo.tests import tagged

from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestFound(SupplierCreditCommon):
    """Before anything is created Supplier is asked what it has: a restored backup forgets that."""

    def creations(self, path):
        return self.supplier.calls("POST", f"/{path}$")

    def held(self, order, code="PA-7", amount="610.37", **values):
        return self.reservation_answer(code=code, amount=amount, numeroPedido=order.name, **values)

    def test_reservation_that_lives_at_supplier_is_taken_instead_of_a_second(self):
        order = self.create_order()
        self.supplier.hold(order.name, self.held(order))
        self.supplier.on("PUT", "/pre-autorizacoes/PA-7$", self.held(order))
        order.action_send_supplier_preauthorization()
        self.deliver()
        self.deliver_by_cron()
        reservation = order.sudo().supplier_preauthorization_id
        self.assertEqual((reservation.state, reservation.code), ("active", "PA-7"))
        self.assertFalse(self.creations("pre-autorizacoes"), "nothing is reserved twice")
        self.assertEqual(len(self.supplier.calls("PUT", "PA-7$")), 1, "it is changed to the order")
        self.assertEqual(reservation.order_total, order.amount_total)
        self.assertTrue(self.messages(reservation)[-1].is_found)
        self.assertIn("had this already", reservation.message_ids[0].body)

    def test_what_is_no_reservation_of_this_order_is_not_taken(self):
        order = self.create_order()
        self.supplier.hold(
            order.name,
            self.held(order, "PA-1", state="CANCELADA"),
            self.held(order, "PA-2", state="VENCIDA"),
            self.held(order, "PA-3", state="UTILIZADA"),
            self.held(order, "PA-4", cnpjCpf="11222333000181"),
        )
        self.reserve(order, code="PA-9")
        self.assertEqual(order.sudo().supplier_preauthorization_id.code, "PA-9")
        self.assertEqual(len(self.creations("pre-autorizacoes")), 1)

    def test_reservation_known_here_is_not_taken_again(self):
        order = self.create_order()
        self.reserve(order)
        first = order.sudo().supplier_preauthorization_id
        first._move_to("expired")
        self.supplier.hold(order.name, self.held(order, "PA-1"))
        self.reserve(order, code="PA-2")
        self.assertEqual(order.sudo().supplier_preauthorization_id.code, "PA-2")
        self.assertEqual(first.code, "PA-1")

    def test_reservation_in_analysis_is_changed_once_it_is_decided(self):
        order = self.create_order()
        self.supplier.hold(order.name, self.held(order, state="EM_ANALISE", amount="0.00"))
        order.action_send_supplier_preauthorization()
        self.deliver()
        reservation = order.sudo().supplier_preauthorization_id
        self.assertEqual(reservation.state, "in_analysis")
        self.supplier.on("GET", "/pre-autorizacoes/PA-7$", self.held(order, amount="100.00"))
        self.supplier.on("PUT", "/pre-autorizacoes/PA-7$", self.held(order))
        reservation.action_query()
        self.deliver()
        self.deliver_by_cron()
        self.assertEqual((reservation.state, reservation.amount), ("active", 610.37))

    def test_supplier_that_cannot_be_asked_is_not_sent_anything(self):
        """Nothing leaves blindly: neither after silence nor after an answer without sense."""
        order = self.create_order()
        self.supplier.hold(order.name, {"codigoPreAutorizacao": "PA-7", "situacao": "NOVA"})
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        order.action_send_supplier_preauthorization()
        self.deliver()
        message = self.messages(order.sudo().supplier_preauthorization_id)
        self.assertEqual(message.state, "failed")
        self.assertFalse(self.creations("pre-autorizacoes"))

    def test_one_question_before_each_creation(self):
        """The cost of it: one query more, with one token for all."""
        self.reserve(self.create_order())
        self.assertEqual(len(self.supplier.lookups), 1)
        self.assertEqual(len(self.creations("pre-autorizacoes")), 1)

    def test_code_of_another_record_is_refused(self):
        first, second = self.create_order(), self.create_order()
        self.reserve(first)
        self.supplier.given.clear()
        self.reserve(second, code="PA-1")
        reservation = second.sudo().supplier_preauthorization_id
        self.assertEqual((reservation.state, reservation.code), ("sending", False))
        self.assertIn(f"code PA-1 is that of {first.name}", reservation.error)

    def test_far_more_than_was_requested_is_refused(self):
        order = self.create_order()
        self.reserve(order, amount="999999999.99")
        reservation = order.sudo().supplier_preauthorization_id
        self.assertEqual((reservation.state, reservation.amount), ("sending", 0.0))
        self.assertIn("610.37 requested", reservation.error)
