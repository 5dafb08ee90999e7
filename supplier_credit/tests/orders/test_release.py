from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import SupplierCreditCommon


class ReleaseCommon(SupplierCreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user(
            "manager",
            "supplier_credit.supplier_credit_group_manager,"
            "sales_team.group_sale_salesman_all_leads",
        )
        cls.credit = (
            cls.env["supplier.credit.customer"]
            .sudo()
            .create(
                {
                    "agreement_id": cls.agreement.id,
                    "company_id": cls.company.id,
                    "partner_id": cls.customer.id,
                    "vat": "57647232000153",
                }
            )
        )

    def _release(self, order, *, reason="Director approved", term=False, user=None):
        wizard = Form(
            self.env["supplier.credit.release.wizard"]
            .with_user(user or self.manager)
            .with_context(default_order_ids=order.ids)
        )
        if term:
            wizard.release_term_billing = True
        else:
            wizard.release_reservation = True
        wizard.reason = reason
        wizard.save().action_release()


@tagged("post_install", "-at_install")
class TestManualRelease(ReleaseCommon):
    """Seed 001, "Bloqueio de Pedidos": "os pedidos de venda poderão ser liberados manualmente"."""

    def test_manager_releases_with_a_reason_that_stays(self):
        order = self.create_order()
        self._release(order)
        self.assertEqual(order.supplier_release_state, "released_manual")
        self.assertFalse(order.supplier_block_reason)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertRecordValues(
            order.supplier_release_ids,
            [
                {
                    "kind": "reservation",
                    "user_id": self.manager.id,
                    "reason": "Director approved",
                    "amount": 610.37,
                    "withdrawn_at": False,
                }
            ],
        )
        self.assertIn("Director approved", str(order.message_ids.mapped("body")))

    def test_salesman_may_not_release_nor_write_a_release(self):
        order = self.create_order()
        with self.assertRaises(AccessError):
            order._release_supplier_by_hand(["reservation"], "me")
        with self.assertRaises(AccessError):
            self.env["supplier.credit.release.wizard"].with_user(self.salesman).create(
                {"order_ids": order.ids, "reason": "me"}
            )
        with self.assertRaises(AccessError):
            self.env["supplier.credit.release"].with_user(self.manager).create(
                {"order_id": order.id, "reason": "me"}
            )

    def test_without_a_reason_or_a_block_nothing_is_released(self):
        order = self.create_order()
        manager = order.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "Say why"):
            manager._release_supplier_by_hand(["reservation"], "  ")
        with self.assertRaisesRegex(UserError, f"{order.name} has no such block"):
            manager._release_supplier_by_hand(["term_billing"], "because")
        self.assertFalse(order.supplier_release_ids)

    def test_release_falls_when_the_amount_rises_and_stays_when_it_drops(self):
        order = self.create_order()
        self._release(order)
        order.order_line.price_unit = 500
        order.client_order_ref = "lower"
        self.assertFalse(order._get_supplier_block_reason())
        order.write({"order_line": [(1, order.order_line.id, {"price_unit": 700})]})
        self.assertEqual(order.supplier_release_state, "blocked")
        self.assertTrue(order.supplier_release_ids.withdrawn_at)
        with self.assertRaisesRegex(UserError, "blocked"):
            order.action_confirm()
        order.write({"order_line": [(1, order.order_line.id, {"price_unit": 500})]})
        self.assertEqual(order.supplier_release_state, "blocked", "what fell stays fallen")

    def test_raised_line_by_line_the_gate_holds_although_the_list_is_behind(self):
        order = self.create_order()
        self._release(order)
        order.order_line.write({"price_unit": 700})
        with self.assertRaisesRegex(UserError, "blocked"):
            order.action_confirm()

    def test_release_falls_with_another_bearer(self):
        order = self.create_order()
        self._release(order)
        second = self._create_bearer(self.company_data, self.agreement)
        order.preferred_payment_method_line_id = second
        self.assertEqual(order.supplier_release_state, "blocked")
        order.preferred_payment_method_line_id = self.bearer
        self.assertEqual(order.supplier_release_state, "blocked")

    def test_copy_of_a_released_order_is_blocked(self):
        order = self.create_order()
        self._release(order)
        self.assertEqual(order.copy().supplier_release_state, "blocked")

    def test_releases_are_never_deleted_and_outlive_their_order(self):
        order = self.create_order()
        self._release(order)
        release = order.supplier_release_ids
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            release.sudo().unlink()
        name = order.name
        order.sudo().unlink()
        self.assertEqual((release.order_id.ids, release.order_number), ([], name))

    def test_released_order_is_invoiced_without_a_reservation(self):
        order = self.create_order()
        self._release(order)
        invoice = self.create_invoice(order)
        self.assertEqual(invoice.amount_total, 610.37)


@tagged("post_install", "-at_install")
class TestTermBilling(ReleaseCommon):
    """Seed 001: "Bloqueio de Faturamento a Prazo", at order and at invoicing."""

    def test_blocked_with_its_own_reason_and_nothing_is_sent(self):
        self.credit.term_billing_blocked = True
        order = self.create_order()
        self.assertEqual(order.supplier_release_state, "blocked_term")
        with self.assertRaisesRegex(UserError, "Faturamento a Prazo"):
            order.action_confirm()
        with self.assertRaisesRegex(UserError, "term billing"):
            order.action_send_supplier_preauthorization()

    def test_both_blocks_are_released_separately(self):
        self.credit.term_billing_blocked = True
        order = self.create_order()
        self._release(order)
        self.assertEqual(order.supplier_release_state, "blocked_term")
        self._release(order, term=True)
        self.assertEqual(order.supplier_release_state, "released_manual")
        self.assertEqual(len(order.supplier_release_ids), 2)

    def test_released_from_the_term_block_it_is_reserved_as_usual(self):
        self.credit.term_billing_blocked = True
        order = self.create_order()
        self._release(order, term=True)
        self.assertEqual(order.supplier_release_state, "blocked")
        self.reserve(order)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_blocked_after_sending_was_pressed_nothing_leaves(self):
        order = self.create_order()
        order.action_send_supplier_preauthorization()
        self.credit.term_billing_blocked = True
        self.deliver()
        reservation = order.sudo().supplier_preauthorization_id
        self.assertFalse(self.supplier.calls("POST", "/pre-autorizacoes$"))
        self.assertEqual(reservation.state, "draft")
        self.assertIn("Faturamento a Prazo", reservation.error)
        self.assertEqual(self.messages(reservation).state, "withdrawn")

    def test_blocked_after_confirmation_invoicing_is_refused(self):
        order = self.create_order()
        self.reserve(order)
        order.action_confirm()
        self.credit.term_billing_blocked = True
        with self.assertRaisesRegex(UserError, "Faturamento a Prazo"):
            order.with_user(self.accountant)._create_invoices()

    def test_blocked_after_invoicing_posting_is_refused(self):
        order = self.create_order()
        self.reserve(order)
        invoice = self.create_invoice(order)
        self.credit.term_billing_blocked = True
        with self.assertRaisesRegex(UserError, "Faturamento a Prazo"):
            invoice.action_post()
        self.assertEqual(invoice.state, "draft")

    def test_invoice_without_order_is_refused_too(self):
        self.credit.term_billing_blocked = True
        invoice = self.init_invoice("out_invoice", self.customer, amounts=[100.0])
        invoice.preferred_payment_method_line_id = self.bearer
        with self.assertRaisesRegex(UserError, "Faturamento a Prazo"):
            invoice.action_post()


@tagged("post_install", "-at_install")
class TestAnalysisAndInvoicing(ReleaseCommon):
    """The switch "Financial analysis", 3.4, and blocking again after confirmation."""

    def test_switched_off_nothing_is_blocked_but_the_form_warns(self):
        self.agreement.financial_analysis = False
        order = self.create_order()
        self.assertEqual(order.supplier_release_state, "not_analysed")
        self.assertTrue(order.supplier_block_reason)
        self.assertFalse(order.is_supplier_blocked)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_switched_off_a_customer_blocked_on_term_is_sent_and_left_to_supplier(self):
        self.agreement.financial_analysis = False
        self.credit.term_billing_blocked = True
        reservation = self.reserve(self.create_order())
        self.assertEqual(reservation.state, "active")

    def test_3_4_confirms_on_approval_and_is_off_by_default(self):
        order = self.create_order()
        self.reserve(order)
        self.assertEqual(order.state, "draft")
        self.agreement.confirm_on_approval = True
        second = self.create_order()
        self.reserve(second, code="PA-2")
        self.assertEqual(second.state, "sale")

    def test_what_else_keeps_it_unconfirmed_undoes_no_approval(self):
        self.agreement.confirm_on_approval = True
        order = self.create_order()
        free_text = {"name": "Freight", "price_unit": 5, "tax_ids": [Command.clear()]}
        order.order_line = [Command.create(free_text)]
        reservation = self.reserve(order, amount="615.37")
        self.assertEqual(reservation.state, "active")
        self.assertEqual(order.state, "draft")
        self.assertIn("cannot be confirmed", order.activity_ids.summary)

    def test_raised_after_confirmation_invoicing_is_refused(self):
        order = self.create_order()
        self.reserve(order)
        order.action_confirm()
        order.order_line.price_unit = 700
        with self.assertRaisesRegex(UserError, "covers only"):
            order.with_user(self.accountant)._create_invoices()

    def test_expired_after_confirmation_invoicing_is_refused_unless_released(self):
        order = self.create_order()
        self.reserve(order)
        order.action_confirm()
        with freeze_time("2027-01-01 12:00:00"):
            with self.assertRaisesRegex(UserError, "expired"):
                order.with_user(self.accountant)._create_invoices()
            self._release(order)
            self.assertTrue(order.with_user(self.accountant)._create_invoices())

    def test_supplier_bearer_on_a_confirmed_order_blocks_its_invoicing(self):
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        order.action_confirm()
        order.preferred_payment_method_line_id = self.bearer
        with self.assertRaisesRegex(UserError, "no credit is reserved"):
            order.with_user(self.accountant)._create_invoices()

    def test_down_payment_is_refused(self):
        order = self.create_order()
        self.reserve(order)
        order.action_confirm()
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_user(self.accountant)
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "percentage", "amount": 30})
        )
        with self.assertRaisesRegex(UserError, f"no down payment: {order.name}"):
            wizard.create_invoices()
        self.assertFalse(order.invoice_ids)

    def test_position_that_unblocks_the_customer_releases_the_lists_too(self):
        """The order's column follows the customer's position."""
        order = self.create_order()
        self.reserve(order)
        self.assertEqual(order.supplier_release_state, "released_reservation")
        self.credit.term_billing_blocked = True
        self.credit._sync_orders_with_term_block()
        self.assertEqual(order.supplier_release_state, "blocked_term")
        self.credit.term_billing_blocked = False
        self.credit._sync_orders_with_term_block()
        self.assertEqual(order.supplier_release_state, "released_reservation")

    def test_stale_position_is_asked_for_first_and_its_block_keeps_the_order_unsent(self):
        self.credit._move_to("sending")
        self.credit._move_to("approved")
        self.supplier.on(
            "GET",
            "/clientes/57647232000153$",
            {
                "codigoCliente": "CL-1",
                "situacaoCliente": "ATIVO",
                "situacaoCredito": "APROVADO",
                "limiteTotal": "1000.00",
                "limiteUtilizado": "0.00",
                "limitePreAutorizado": "0.00",
                "limiteDisponivel": "1000.00",
                "diasAtraso": 0,
                "faturamentoPrazoBloqueado": True,
                "motivo": None,
                "pendencias": [],
            },
        )
        order = self.create_order()
        order.action_send_supplier_preauthorization()
        self.deliver()
        self.assertTrue(self.credit.term_billing_blocked)
        self.assertFalse(self.supplier.calls("POST", "/pre-autorizacoes$"))
        self.assertEqual(order.supplier_release_state, "blocked_term")
