from importlib.util import module_from_spec, spec_from_file_location

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import file_path

from .contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestMigration(VendorFinancingContractCommon):
    """Records of an earlier version take over what this one compares."""

    def migrate(self, version, name="post-migrate"):
        path = file_path(f"vendor_financing/migrations/{version}/{name}.py")
        spec = spec_from_file_location("migration", path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        module.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()

    def test_titles_take_over_the_numbers_of_their_invoices(self):
        financed = self.make_effective(self._create_vendor_invoice(700.0)).title_ids
        waiting = self.make_contract(self._create_vendor_invoice(50.0), number="CT-2").title_ids
        (financed | waiting).sudo().document_number = False
        self.migrate("19.0.1.2.0")
        self.assertEqual(financed.document_number, financed.move_id.name)
        self.assertFalse(waiting.document_number)

    def test_requests_take_over_the_debtors_of_their_orders(self):
        order = self._create_order(self.bearer)
        request = self._approve(order)
        self.partner_a.vat = "45.723.174/0001-10"
        request.sudo().write({"debtor_id": False, "debtor_vat": False})
        self.assertEqual(order.vendor_approval_state, "outgrown")
        self.migrate("19.0.1.2.0")
        self.assertEqual(request.debtor_id, self.partner_a)
        self.assertEqual(order.vendor_approval_state, "approved")

    def test_titles_of_one_invoice_are_numbered(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        invoice = self._create_vendor_invoice(1000.0, invoice_payment_term_id=term.id)
        one = self._create_vendor_invoice(50.0)
        titles = self.make_contract(invoice | one).title_ids
        numbers = titles.mapped("item_number")
        titles.sudo().item_number = 0
        self.migrate("19.0.1.3.0", "post-number-titles")
        self.assertEqual(titles.mapped("item_number"), numbers)
        self.assertEqual(sorted(numbers), [0, 1, 2])

    def test_text_of_a_debit_becomes_a_word(self):
        self.agreement.report_word_ids.unlink()
        self.env.cr.execute(
            "ALTER TABLE vendor_financing_agreement ADD COLUMN report_debit_value varchar"
        )
        self.env.cr.execute(
            "UPDATE vendor_financing_agreement SET report_debit_value = ' Recompra ' WHERE id = %s",
            [self.agreement.id],
        )
        self.migrate("19.0.1.3.0", "post-report-words")
        self.assertEqual(self.agreement._get_report_meaning("RECOMPRA"), "default")
        self.assertEqual(self.agreement._get_report_meaning("Liquidação"), "settlement")
        self.assertFalse(self.agreement._get_report_meaning("PROTESTO"))
