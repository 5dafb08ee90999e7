import json

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RpcCommon
from .post_sales.common import PostSaleCommon

MOVES, ITEMS, ORDER_LINES = "account.move", "account.move.line", "sale.order.line"


@tagged("post_install", "-at_install")
class TestDocumentsOverHttp(RpcCommon, PostSaleCommon):
    """What documents say of themselves at Supplier: posted by whom, numbered how, billing what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.blocked = cls.create_order(user=cls.accountant)

    def draft_values(self, **values):
        return {
            "move_type": "out_invoice",
            "partner_id": self.customer.id,
            "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": 10, "tax_ids": [(5, 0, 0)]})],
            **values,
        }

    def make_draft(self, **values):
        return self.env[MOVES].browse(
            self.call(self.accountant, MOVES, "create", [self.draft_values(**values)])
        )

    # -------------------------------------------------------------------------
    # POSTING
    # -------------------------------------------------------------------------

    def assert_not_posted_by_hand(self, move, **values):
        message = self.assert_refused(
            self.accountant, MOVES, "write", move.ids, {**values, "state": "posted"}
        )
        self.assertIn("Use Confirm", message)
        self.assertEqual(move.state, "draft")

    def test_invoice_of_a_blocked_order_is_not_posted_by_its_state(self):
        line = {"sale_line_ids": [(6, 0, self.blocked.order_line.ids)], "price_unit": 50000}
        bearer = {"preferred_payment_method_line_id": self.bearer.id}
        for values in (bearer, {}):
            move = self.make_draft(
                invoice_line_ids=[(0, 0, {"name": "x", "tax_ids": [(5, 0, 0)], **line})], **values
            )
            with self.subTest(bearer=bool(values)):
                self.assert_not_posted_by_hand(move)
                self.assert_not_posted_by_hand(move, posted_before=True)

    def test_bearer_and_state_are_not_written_together(self):
        self.assert_not_posted_by_hand(
            self.make_draft(), preferred_payment_method_line_id=self.bearer.id
        )

    def test_return_is_not_posted_by_its_state(self):
        note = self.begin_return(300)
        self.call(self.accountant, MOVES, "write", note.ids, {"invoice_date": "2026-11-22"})
        self.assert_not_posted_by_hand(note)
        self.call(self.accountant, MOVES, "action_post", note.ids)
        self.assertTrue(note.sudo().supplier_post_sale_id)

    def test_nothing_on_supplier_s_credit_is_created_posted(self):
        bearer = {"preferred_payment_method_line_id": self.bearer.id}
        kind = {"l10n_latam_document_type_id": self.invoice.l10n_latam_document_type_id.id}
        message = self.assert_refused(
            self.accountant,
            MOVES,
            "create",
            [self.draft_values(**bearer, **kind)],
            context={"default_state": "posted"},
        )
        self.assertIn("Use Confirm", message)

    def test_wizard_of_the_host_makes_drafts_whatever_the_default(self):
        order = self.create_order(user=self.accountant)
        self.reserve(order)
        self.call(self.accountant, "sale.order", "action_confirm", [order.id])
        wizard = self.call(
            self.accountant,
            "sale.advance.payment.inv",
            "create",
            [{"advance_payment_method": "delivered", "sale_order_ids": [(6, 0, order.ids)]}],
        )
        context = {"default_state": "posted", "active_ids": order.ids}
        self.call(
            self.accountant,
            "sale.advance.payment.inv",
            "create_invoices",
            wizard,
            context={**context, "active_model": "sale.order"},
        )
        self.assertEqual(order.sudo().invoice_ids.state, "draft")

    def test_other_documents_are_posted_as_the_host_lets_them(self):
        plain = self.make_draft()
        self.call(self.accountant, MOVES, "action_post", plain.ids)
        other = self.make_draft()
        self.call(self.accountant, MOVES, "write", other.ids, {"state": "posted"})
        self.assertEqual((plain | other).mapped("state"), ["posted"] * 2)

    # -------------------------------------------------------------------------
    # NUMBERS
    # -------------------------------------------------------------------------

    def test_registered_invoice_keeps_its_number_and_what_it_is(self):
        kind = self.invoice.l10n_latam_document_type_id
        values = {
            "name": "NFe 1",
            "payment_reference": "other",
            "ref": "other",
            "invoice_origin": "other",
            "posted_before": False,
            "partner_shipping_id": self.supplier_partner.id,
            "fiscal_position_id": self.env["account.fiscal.position"].create({"name": "x"}).id,
        }
        if kind:
            values["l10n_latam_document_number"] = "1"
            values["l10n_latam_document_type_id"] = kind.search(
                [("id", "!=", kind.id), ("internal_type", "=", "invoice")], limit=1
            ).id
        before = self.invoice.read(values)
        for name, value in values.items():
            with self.subTest(name):
                self.assert_refused(
                    self.accountant,
                    MOVES,
                    "write",
                    self.invoice.ids,
                    {name: value},
                    context={"skip_readonly_check": True},
                )
        self.assertEqual(self.invoice.read(values), before)
        self.call(self.accountant, MOVES, "write", self.invoice.ids, {"ref": self.invoice.ref})

    def test_registered_invoice_is_not_renumbered(self):
        administrator = self._create_user("renumbering", "account.group_account_manager")
        wizard = self.call(
            administrator,
            "account.resequence.wizard",
            "create",
            [{"ordering": "keep", "first_name": "NFe 00000777"}],
            context={"active_model": MOVES, "active_ids": self.invoice.ids},
        )
        before = self.invoice.name
        self.assert_refused(administrator, "account.resequence.wizard", "resequence", wizard)
        self.assertEqual(self.invoice.name, before)

    # -------------------------------------------------------------------------
    # ONLINE PAYMENT
    # -------------------------------------------------------------------------

    def test_order_s_link_begins_no_online_payment(self):
        provider = self.env["payment.provider"].create(
            {"name": "Dummy", "code": "none", "state": "test", "is_published": True}
        )
        method = self.env.ref("payment.payment_method_unknown")
        provider.payment_method_ids = [(4, method.id)]
        token = self.blocked._portal_ensure_token()
        parameters = {
            "access_token": token,
            "provider_id": provider.id,
            "payment_method_id": method.id,
            "amount": self.blocked.amount_total,
            "token_id": None,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/",
        }
        self.env.flush_all()
        self.authenticate(None, None)
        with mute_logger("odoo.http"):
            answer = self.ask_portal(f"/my/orders/{self.blocked.id}/transaction", parameters)
        self.assertIn("takes no payment link", answer["error"]["data"]["message"])
        self.env.invalidate_all()
        self.assertFalse(self.blocked.sudo().transaction_ids)

    def ask_portal(self, address, parameters):
        response = self.url_open(
            address,
            data=json.dumps({"jsonrpc": "2.0", "id": 1, "params": parameters}),
            headers={"Content-Type": "application/json"},
            timeout=60,
        )
        return response.json()

    # -------------------------------------------------------------------------
    # WHAT AN INVOICE BILLS
    # -------------------------------------------------------------------------

    def test_order_is_not_torn_off_its_invoice(self):
        order = self.invoice.sudo().supplier_order_id
        line = order.order_line[:1]
        items = line.invoice_lines
        before = (line.qty_invoiced, order.invoice_status)
        for command in ((5, 0, 0), (3, items.id, 0), (6, 0, []), (2, items.id, 0)):
            with self.subTest(command=command):
                self.assert_refused(
                    self.salesman, ORDER_LINES, "write", line.ids, {"invoice_lines": [command]}
                )
                self.assert_refused(
                    self.salesman,
                    "sale.order",
                    "write",
                    order.ids,
                    {"order_line": [(1, line.id, {"invoice_lines": [command]})]},
                )
        self.assertEqual(line.invoice_lines, items)
        self.assertEqual((line.qty_invoiced, order.invoice_status), before)
        self.call(
            self.salesman, ORDER_LINES, "write", line.ids, {"invoice_lines": [(6, 0, items.ids)]}
        )

    def test_invoice_is_taken_by_no_other_order(self):
        items = self.invoice.sudo().invoice_line_ids
        line = self.blocked.order_line
        said = {"invoice_lines": [(6, 0, items.ids)]}
        self.assert_refused(self.accountant, ORDER_LINES, "write", line.ids, said)
        new = {"product_id": self.product.id, **said}
        self.assert_refused(
            self.accountant, "sale.order", "write", self.blocked.ids, {"order_line": [(0, 0, new)]}
        )
        order = {"partner_id": self.customer.id, "order_line": [(0, 0, new)]}
        self.assert_refused(self.accountant, "sale.order", "create", [order])
        (made,) = self.call(
            self.accountant,
            ORDER_LINES,
            "create",
            [{"order_id": self.blocked.id, "product_id": self.product.id}],
            context={"default_invoice_lines": said["invoice_lines"]},
        )
        self.assertFalse(line.browse(made).invoice_lines)
        self.assertEqual(items.sale_line_ids.order_id, self.invoice.sudo().supplier_order_id)
