import base64

from odoo.tests import Form, tagged

from .common import RpcCommon
from .contract.common import VendorFinancingContractCommon

MOVES, ITEMS, ORDER_LINES = "account.move", "account.move.line", "sale.order.line"


@tagged("post_install", "-at_install")
class TestDocumentsOverHttp(RpcCommon, VendorFinancingContractCommon):
    """What documents say of themselves: posted by whom, numbered how, billing what, for whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.financed = cls._create_vendor_invoice(700.0)
        cls.other = cls._create_vendor_invoice(700.0)
        cls.contract = cls.make_effective(cls.financed | cls.other)
        cls.order = cls._create_order(cls.bearer)
        cls.order.user_id = cls.salesman
        cls.seller = cls._create_user(
            "vendor_seller",
            "sales_team.group_sale_salesman_all_leads,account.group_account_invoice",
        )

    def make_draft(self, **values):
        values = {
            "move_type": "out_invoice",
            "partner_id": self.partner_a.id,
            "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": 10, "tax_ids": [(5, 0, 0)]})],
            **values,
        }
        return self.env[MOVES].browse(self.call(self.seller, MOVES, "create", [values]))

    def invoice_by_wizard(self, order):
        wizard = self.call(
            self.seller,
            "sale.advance.payment.inv",
            "create",
            [{"advance_payment_method": "delivered", "sale_order_ids": [(6, 0, order.ids)]}],
        )
        before = order.invoice_ids
        self.call(self.seller, "sale.advance.payment.inv", "create_invoices", wizard)
        return order.invoice_ids - before

    # -------------------------------------------------------------------------
    # POSTING
    # -------------------------------------------------------------------------

    def test_nothing_in_vendor_financing_is_posted_by_its_state(self):
        line = {"name": "x", "tax_ids": [(5, 0, 0)], "price_unit": 50000}
        of_order = {**line, "sale_line_ids": [(6, 0, self.order.order_line.ids)]}
        bearer = {"preferred_payment_method_line_id": self.bearer.id}
        for values, said in (
            (bearer, {}),
            ({"invoice_line_ids": [(0, 0, of_order)]}, {}),
            ({}, bearer),
            (bearer, {"posted_before": True}),
        ):
            move = self.make_draft(**values)
            with self.subTest(values=values, said=said):
                message = self.assert_refused(
                    self.seller, MOVES, "write", move.ids, {**said, "state": "posted"}
                )
                self.assertIn("Use Confirm", message)
                self.assertEqual(move.state, "draft")
        self.assert_refused(
            self.seller,
            MOVES,
            "create",
            [{"move_type": "out_invoice", "partner_id": self.partner_a.id, **bearer}],
            context={"default_state": "posted"},
        )

    def test_documents_are_posted_by_the_host_s_button(self):
        bearer = {"preferred_payment_method_line_id": self.bearer.id}
        moves = self.make_draft(**bearer) | self.make_draft()
        self.call(self.seller, MOVES, "action_post", moves.ids)
        plain = self.make_draft()
        self.call(self.seller, MOVES, "write", plain.ids, {"state": "posted"})
        self.assertEqual((moves | plain).mapped("state"), ["posted"] * 3)

    # -------------------------------------------------------------------------
    # NUMBERS
    # -------------------------------------------------------------------------

    def test_financed_invoice_keeps_its_number(self):
        names = {"name", "payment_reference", "ref", "invoice_origin", "posted_before"}
        names |= {"l10n_latam_document_number", "l10n_latam_document_type_id"}
        names &= self.financed._fields.keys()
        before = self.financed.read(names)
        for name in names:
            field = self.financed._fields[name]
            value = field.type == "char" and "INV/2026/77777"
            if field.type == "many2one":
                value = self.env[field.comodel_name].search([], limit=1).id
                if not value or value == self.financed[name].id:
                    continue
            elif field.compute and not field.store and not self.financed[name]:
                # Without documents of Latin America this says nothing.
                continue
            with self.subTest(name):
                self.assert_refused(
                    self.invoicing_user, MOVES, "write", self.financed.ids, {name: value}
                )
        self.assertEqual(self.financed.read(names), before)

    def test_financed_invoice_is_not_renumbered(self):
        administrator = self._create_user("renumbering", "account.group_account_manager")
        moves = self.financed | self.other
        wizard = self.call(
            administrator,
            "account.resequence.wizard",
            "create",
            [{"ordering": "keep", "first_name": "INV/2026/00777"}],
            context={"active_model": MOVES, "active_ids": moves.ids},
        )
        before = moves.mapped("name")
        self.assert_refused(administrator, "account.resequence.wizard", "resequence", wizard)
        self.assertEqual(moves.mapped("name"), before)

    def test_report_settles_the_title_of_the_number_that_the_bank_knows(self):
        number = self.financed.name
        # Below the lock, as an upgrade or another addon would.
        self.financed.sudo().name = "INV/2026/88888"
        self.other.sudo().name = number
        form = Form(self.env["vendor.financing.report"].with_user(self.invoicing_user))
        form.agreement_id = self.agreement
        form.report_file = base64.b64encode(
            f"documento;data;valor\r\n{number};02/04/2026;700,00".encode()
        )
        form.save().action_import()
        (row,) = self.env["vendor.financing.report.line"].search(
            [("agreement_id", "=", self.agreement.id)]
        )
        self.assertEqual(row.installment_id.move_id, self.financed)

    # -------------------------------------------------------------------------
    # WHAT AN INVOICE BILLS
    # -------------------------------------------------------------------------

    def test_order_is_not_torn_off_its_invoice_and_billed_twice(self):
        self._approve(self.order)
        self.call(self.salesman, "sale.order", "action_confirm", self.order.ids)
        invoice = self.invoice_by_wizard(self.order)
        line = self.order.order_line
        items = line.invoice_lines
        for command in ((5, 0, 0), (3, items.id, 0), (6, 0, [])):
            with self.subTest(command=command):
                said = {"invoice_lines": [command]}
                self.assert_refused(self.salesman, ORDER_LINES, "write", line.ids, said)
                self.assert_refused(
                    self.salesman,
                    "sale.order",
                    "write",
                    self.order.ids,
                    {"order_line": [(1, line.id, said)]},
                )
                self.assert_refused(
                    self.seller,
                    ITEMS,
                    "write",
                    items.ids,
                    {"sale_line_ids": [(command[0], line.id if command[1] else 0, command[2])]},
                )
        self.assertEqual(line.invoice_lines, items)
        self.call(
            self.salesman, ORDER_LINES, "write", line.ids, {"invoice_lines": [(6, 0, items.ids)]}
        )
        self.call(self.seller, MOVES, "action_post", invoice.ids)
        self.assertEqual(invoice.vendor_state, "pending")

    def test_credit_note_of_others_opens_no_order_again(self):
        self._approve(self.order)
        self.order.action_confirm()
        self.order._create_invoices()
        note = self.init_invoice("out_refund", partner=self.partner_a, amounts=[1000.0])
        said = {"invoice_lines": [(4, note.invoice_line_ids[:1].id)]}
        self.assert_refused(self.seller, ORDER_LINES, "write", self.order.order_line.ids, said)
        new = {"product_id": self.product_a.id, **said}
        self.assert_refused(
            self.seller, "sale.order", "write", self.order.ids, {"order_line": [(0, 0, new)]}
        )
        self.assertFalse(note.invoice_line_ids.sale_line_ids)

    # -------------------------------------------------------------------------
    # FOR WHOM
    # -------------------------------------------------------------------------

    def test_approval_counts_for_the_customer_it_was_given_for(self):
        risky = self.env["res.partner"].create({"name": "Cliente de risco", "is_company": True})
        for name in ("partner_id", "partner_invoice_id"):
            order = self._create_order(self.bearer)
            order.user_id = self.salesman
            request = self._approve(order)
            self.call(
                self.salesman,
                "sale.order",
                "write",
                order.ids,
                {name: risky.id, "preferred_payment_method_line_id": self.bearer.id},
            )
            with self.subTest(name):
                self.assertEqual(request.partner_id, self.partner_a)
                self.assertEqual(order.vendor_approval_state, "outgrown")
                self.assertTrue(request.is_outgrown)
                message = self.assert_refused(
                    self.salesman, "sale.order", "action_confirm", order.ids
                )
                self.assertIn("Request it again", message)
                self.assert_refused(
                    self.salesman, "sale.order", "write", order.ids, {"state": "sale"}
                )

    def test_customer_of_a_confirmed_order_is_not_exchanged_before_it_is_invoiced(self):
        risky = self.env["res.partner"].create({"name": "Cliente de risco", "is_company": True})
        self._approve(self.order)
        self.call(self.salesman, "sale.order", "action_confirm", self.order.ids)
        self.call(
            self.salesman, "sale.order", "write", self.order.ids, {"partner_invoice_id": risky.id}
        )
        self.assertEqual(self.order.vendor_approval_state, "outgrown")
        wizard = self.call(
            self.seller,
            "sale.advance.payment.inv",
            "create",
            [{"advance_payment_method": "delivered", "sale_order_ids": [(6, 0, self.order.ids)]}],
        )
        self.assert_refused(self.seller, "sale.advance.payment.inv", "create_invoices", wizard)
        # A new approval is about the new debtor.
        self._approve(self.order)
        self.call(self.seller, "sale.advance.payment.inv", "create_invoices", wizard)
        self.assertEqual(self.order.invoice_ids.partner_id, risky)

    def test_draft_for_another_customer_is_not_posted(self):
        risky = self.env["res.partner"].create({"name": "Cliente de risco", "is_company": True})
        self._approve(self.order)
        self.order.action_confirm()
        invoice = self.order._create_invoices()
        bearer = {"preferred_payment_method_line_id": self.bearer.id}
        self.call(self.seller, MOVES, "write", invoice.ids, {"partner_id": risky.id, **bearer})
        message = self.assert_refused(self.seller, MOVES, "action_post", invoice.ids)
        self.assertIn("Cliente de risco", message)
        said = {"partner_id": self.partner_a.id, **bearer}
        self.call(self.seller, MOVES, "write", invoice.ids, said)
        self.call(self.seller, MOVES, "action_post", invoice.ids)
        self.assertEqual(invoice.vendor_state, "pending")

    def test_invoice_of_an_order_without_approval_is_not_posted(self):
        line = {"name": "x", "price_unit": 10, "tax_ids": [(5, 0, 0)]}
        line["sale_line_ids"] = [(6, 0, self.order.order_line.ids)]
        invoice = self.env[MOVES].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner_a.id,
                "preferred_payment_method_line_id": self.bearer.id,
                "invoice_line_ids": [(0, 0, line)],
            }
        )
        self.assert_refused(self.seller, MOVES, "action_post", invoice.ids)
        self.assertEqual(invoice.state, "draft")

    def test_address_that_passes_to_another_company_takes_no_approval_along(self):
        address = self.env["res.partner"].create(
            {"name": "Filial", "parent_id": self.partner_a.id, "type": "invoice"}
        )
        risky = self.env["res.partner"].create({"name": "Cliente de risco", "is_company": True})
        self.order.partner_invoice_id = address
        self._approve(self.order)
        self.assertEqual(self.order.vendor_approval_state, "approved")
        address.parent_id = risky
        self.env.invalidate_all()
        self.assertEqual(self.order.vendor_approval_state, "outgrown")

    def test_contact_of_the_same_customer_keeps_the_approval(self):
        contact = self.env["res.partner"].create(
            {"name": "Compras", "parent_id": self.partner_a.id}
        )
        self._approve(self.order)
        # The host proposes the new contact's own bearer.
        said = {"partner_id": contact.id, "preferred_payment_method_line_id": self.bearer.id}
        self.call(self.salesman, "sale.order", "write", self.order.ids, said)
        self.assertEqual(self.order.vendor_approval_state, "approved")

    # -------------------------------------------------------------------------
    # BEARERS
    # -------------------------------------------------------------------------

    def test_bearer_stays_in_its_company(self):
        manager = self._create_user(
            "manager_only", "vendor_financing.vendor_financing_group_manager"
        )
        lines = "account.payment.method.line"
        own_bank = self.journal.copy()
        foreign = {"journal_id": self.bearer_2.journal_id.id}
        for bearer in (self.bearer, self._create_bearer(self.journal, "New")):
            with self.subTest(bearer=bearer.name):
                self.assert_refused(manager, lines, "write", bearer.ids, foreign)
                self.assertEqual(bearer.company_id, self.company)
                # As the form of a journal does; its documents keep it.
                self.call(manager, lines, "write", bearer.ids, {"journal_id": False})
                self.assert_refused(manager, lines, "write", bearer.ids, foreign)
        self.call(manager, lines, "write", self.bearer.ids, {"journal_id": own_bank.id})
        self.assertEqual(self.bearer.journal_id, own_bank)
