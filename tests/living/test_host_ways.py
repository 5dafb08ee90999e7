from email.message import EmailMessage

from odoo.addons.supplier_credit.tests.nfe.common import make_nfe
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .test_stock_return import StockCommon

TODAY = "2026-11-22"


@tagged("post_install", "-at_install")
class TestHostWays(StockCommon):
    """Wizards of the host and its apps on a sale that Supplier has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.controller = cls._create_user("controller", "account.group_account_manager")
        cls.controller.group_ids += cls.env.ref("account.group_account_user")

    def debit(self, invoice, copy_lines=True):
        """Return the debit note that the host's wizard makes of an invoice."""
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        wizards = self.env["account.debit.note"].with_user(self.accountant)
        with Form(wizards.with_context(**context)) as form:
            form.reason = "frete"
            form.copy_lines = copy_lines
        action = form.record.create_debit()
        return self.env["account.move"].with_user(self.accountant).browse(action["res_id"])

    # -------------------------------------------------------------------------
    # DEBIT NOTES
    # -------------------------------------------------------------------------

    def test_debit_note_of_a_registered_sale_is_charged_directly(self):
        note = self.debit(self.invoice)
        self.assertFalse(note.supplier_order_id)
        note.preferred_payment_method_line_id = self.bearer
        with self.assertRaises(UserError) as caught:
            note.action_post()
        self.assertIn("debit note", str(caught.exception))
        note.preferred_payment_method_line_id = self.usual
        note.action_post()
        self.assertEqual((note.state, note.supplier_transaction_ids.ids), ("posted", []))
        self.assertEqual((self.sale.state, self.invoice.payment_state), ("approved", "paid"))

    def test_debit_note_takes_nothing_of_a_reservation(self):
        order = self.sell()
        self.deliver_goods(order, 2)
        sale = self.register_invoice(self.create_invoice_by_wizard(order))
        note = self.debit(sale.invoice_id)
        note.preferred_payment_method_line_id = self.usual
        note.action_post()
        self.env.invalidate_all()
        self.assertEqual(order._get_supplier_reservable_amount(), 300.0)
        self.assertFalse(order.is_supplier_blocked)

    # -------------------------------------------------------------------------
    # CUT-OFF
    # -------------------------------------------------------------------------

    def test_revenue_of_a_registered_sale_is_moved_to_another_period(self):
        line = self.invoice.invoice_line_ids
        account = self.company_data["default_account_expense"].copy({"code": "1010277"})
        context = {"active_model": "account.move.line", "active_ids": line.ids}
        wizards = self.env["account.automatic.entry.wizard"].with_context(**context)
        wizard = wizards.create(
            {
                "action": "change_period",
                "date": "2026-12-31",
                "percentage": 60,
                "revenue_accrual_account": account.id,
                "journal_id": self.company_data["default_journal_misc"].id,
            }
        )
        before = self.invoice.line_ids.mapped("balance")
        wizard.do_action()
        self.assertEqual(self.invoice.line_ids.mapped("balance"), before)
        moved = self.env["account.move.line"].search([("account_id", "=", account.id)])
        self.assertEqual(sum(moved.mapped("balance")), 0)
        self.assertEqual(self.sale.state, "approved")

    def move_receivable(self, move):
        """Move this one's open receivable by the wizard Transfer of journal items."""
        line = move.line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable" and not item.reconciled
        )[:1]
        other = self.company_data["default_account_receivable"].copy({"code": "1010278"})
        context = {"active_model": "account.move.line", "active_ids": line.ids}
        wizards = self.env["account.automatic.entry.wizard"].with_context(**context)
        values = {
            "action": "change_account",
            "date": TODAY,
            "destination_account_id": other.id,
            "journal_id": self.company_data["default_journal_misc"].id,
        }
        wizards.with_user(self.controller).create(values).do_action()
        return line

    def test_receivable_that_supplier_charges_is_not_moved_to_another_account(self):
        order = self.sell()
        self.deliver_goods(order, 5)
        invoice = self.register_invoice(self.create_invoice_by_wizard(order), "EM_ANALISE")
        invoice = invoice.invoice_id
        with self.assertRaises(UserError) as caught:
            self.move_receivable(invoice)
        self.assertIn(invoice.name, str(caught.exception))

    def test_debt_of_supplier_is_moved_and_back_as_any_other(self):
        line = self.move_receivable(self.sale.move_id)
        self.assertTrue(line.reconciled)
        line.with_user(self.controller).remove_move_reconcile()
        self.assertFalse(line.reconciled)
        self.assertEqual((self.sale.state, self.sale.processing_state), ("approved", "done"))

    def test_accrual_of_a_blocked_order_is_booked(self):
        order = self.sell(confirm=False)
        order.action_confirm()
        picking = self.deliver_goods(order, 5)
        self.assertEqual(picking.state, "done")
        order.sudo().supplier_preauthorization_id._move_to("expired")
        self.env.invalidate_all()
        self.assertTrue(order.is_supplier_blocked)
        context = {"active_model": "sale.order", "active_ids": order.ids}
        wizards = self.env["account.accrued.orders.wizard"].with_context(**context)
        account = self.company_data["default_account_expense"].copy({"code": "1010279"})
        with Form(wizards) as form:
            form.date = TODAY
            form.account_id = account
        action = form.record.create_entries()
        entries = self.env["account.move"].search(action["domain"])
        self.assertIn(500.0, entries.mapped("amount_total"))
        self.assertFalse(order.invoice_ids)

    # -------------------------------------------------------------------------
    # KITS
    # -------------------------------------------------------------------------

    def test_kit_is_invoiced_and_returned_as_what_was_ordered(self):
        kit = self.env["product.product"].create(
            {"name": "Cesta", "type": "consu", "invoice_policy": "delivery", "taxes_id": []}
        )
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [Command.create({"product_id": self.goods.id, "product_qty": 4})],
            }
        )
        order = self.sell(5, kit)
        picking = order.sudo().picking_ids
        self.assertEqual(picking.move_ids.product_uom_qty, 20)
        picking.move_ids.picked = True
        picking.button_validate()
        invoice = self.create_invoice_by_wizard(order)
        self.assertEqual((invoice.invoice_line_ids.product_id, invoice.amount_total), (kit, 500.0))
        sale = self.register_invoice(invoice)
        self.assertTrue(sale.release_rest)
        self.take_back(picking, 4)
        note = self.create_invoice_by_wizard(order)
        self.assertEqual((note.amount_total, note.supplier_return_transaction_id), (100.0, sale))

    # -------------------------------------------------------------------------
    # E-MAIL
    # -------------------------------------------------------------------------

    def receive(self, content, address):
        """Have the host take an e-mail with a file; return the document that it made or found."""
        message = EmailMessage()
        message["From"] = "sefaz@example.com"
        message["To"] = address
        message["Subject"] = "NF-e"
        message["Message-Id"] = f"<{next(self.numbers)}@example.com>"
        message.set_content("Segue a NF-e.")
        message.add_attachment(
            content, maintype="application", subtype="xml", filename="procNFe.xml"
        )
        found = self.env["mail.thread"].message_process("account.move", message.as_string())
        self.env.invalidate_all()
        return self.env["account.move"].browse(found)

    def test_nfe_that_comes_by_e_mail_is_taken_over_by_a_person_only(self):
        order = self.sell()
        self.deliver_goods(order, 5)
        invoice = self.create_invoice_by_wizard(order)
        journal = invoice.journal_id
        domain = self.env["mail.alias.domain"].create({"name": "erp.example.com"})
        journal.sudo().alias_id.write({"alias_name": "vendas-nfe", "alias_domain_id": domain.id})
        content = make_nfe(number=47777, total="500.00")
        made = self.receive(content, f"vendas-nfe@{domain.name}")
        self.assertTrue(made)
        self.assertNotEqual(made, invoice)
        self.assertEqual((made.state, made.supplier_nfe_key), ("draft", False))
        self.assertFalse(invoice.supplier_nfe_key)
        self.assertIn("procNFe.xml", made.message_ids.attachment_ids.mapped("name"))
        # A person does, with the same file.
        self.upload(content, invoice)
        self.assertTrue(invoice.supplier_nfe_key)
