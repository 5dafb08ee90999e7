from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ...tools.fiscal.fiscal_xml import NfeProblem
from ...tools.fiscal.nfe import key_check_digit
from ...tools.fiscal.nfe_event import parse_fiscal_file
from ..common import NFE_WITH_DUPLICATAS
from .common import NfeUploadCommon, make_nfe


@tagged("post_install", "-at_install")
class TestNfeUpload(NfeUploadCommon):
    """Seed 001, "Emissão de Notas Fiscais com Cobrança Supplier": a real NF-e, checked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.create_order()
        cls.reserve(cls.order)
        cls.invoice = cls.create_invoice(cls.order)

    def test_invoice_of_the_order_takes_document_model_55(self):
        self.assertEqual(self.invoice.l10n_latam_document_type_id.code, "55")
        self.assertEqual(self.invoice.supplier_order_id, self.order)
        self.assertEqual(self.invoice.preferred_payment_method_line_id, self.bearer)

    def test_authorised_nfe_gives_the_draft_its_number(self):
        self.upload(self.nfe_content())
        self.assertEqual(self.invoice._get_nfe_number(), 47605)
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")
        self.assertEqual(str(self.invoice.supplier_nfe_issue_date), "2026-11-22")
        self.invoice.action_post()
        self.assertEqual(self.invoice._get_nfe_number(), 47605)

    def test_nfe_with_another_number_than_the_posted_invoice_is_refused(self):
        self.invoice.action_post()
        self.assert_refused(self.nfe_content(), "number: the NF-e has 47605")

    def test_every_difference_is_named_at_once(self):
        content = self.nfe_content(NFE_WITH_DUPLICATAS)
        self.company.vat = "06.117.473/0001-50"
        self.invoice.journal_id.l10n_br_invoice_serial = "7"
        self.assert_refused(
            content,
            "issuer (CNPJ): the NF-e has 34128745000152, the invoice 06117473000150",
            "recipient (CNPJ/CPF): the NF-e has 95398560000152, the invoice 57647232000153",
            "series: the NF-e has 1, the invoice 7",
            "total: the NF-e has",
            "Nothing was changed",
        )

    def test_production_agreement_refuses_nfe_of_the_test_environment(self):
        self.agreement.write({"environment": "production", "is_same_contract": True})
        content = self._in_test_environment(self.nfe_content())
        self.assert_refused(content, "test environment")

    def _in_test_environment(self, content):
        return content.replace(b"<tpAmb>1</tpAmb>", b"<tpAmb>2</tpAmb>")

    def test_nothing_is_uploaded_over_what_supplier_has(self):
        self.supplier.on("POST", "/transacoes$", self.transaction_answer("EM_ANALISE"), 201)
        self.upload(self.nfe_content())
        self.invoice.action_post()
        self.deliver()
        with self.assertRaisesRegex(UserError, "sent to Supplier"):
            self.upload(self.nfe_content())

    def test_nfe_of_a_sale_belongs_to_an_open_customer_invoice(self):
        self.invoice.button_cancel()
        self.assert_refused(self.nfe_content(), "no open customer invoice")

    def test_same_nfe_is_not_taken_over_twice(self):
        self.upload(self.nfe_content())
        other = self.create_order()
        self.reserve(other, code="PA-2")
        second = self.create_invoice(other)
        with self.assertRaisesRegex(UserError, "already taken over"):
            self.upload(self.nfe_content(), second)

    def test_key_is_checked_by_itself(self):
        content = self.nfe_content()
        key = parse_fiscal_file(content).nfe.key
        self.assertEqual(key_check_digit(key), key[-1])
        wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
        with self.assertRaises(NfeProblem) as caught:
            parse_fiscal_file(content.replace(key.encode(), wrong.encode()))
        self.assertEqual(caught.exception.code, "key_check_digit")
        number = key[:33] + str((int(key[33]) + 1) % 10) + key[34:43]
        number += key_check_digit(number)
        with self.assertRaises(NfeProblem) as caught:
            parse_fiscal_file(content.replace(key.encode(), number.encode()))
        self.assertEqual(caught.exception.code, "key_content")

    def test_check_digit_of_an_alphanumeric_cnpj(self):
        # Calculated by hand from the rule: each character is worth its ASCII code minus 48.
        body = "352607" + "12ABC34501DE35" + "55" + "001" + "000000001" + "1" + "00000001"
        weights = [2, 3, 4, 5, 6, 7, 8, 9]
        total = sum(
            (ord(character) - 48) * weights[index % 8] for index, character in enumerate(body[::-1])
        )
        expected = 11 - total % 11 if total % 11 > 1 else 0
        self.assertEqual(key_check_digit(body), str(expected))

    def test_production_agreement_takes_only_what_was_not_altered(self):
        self.agreement.write({"environment": "production", "is_same_contract": True})
        altered = make_nfe().replace(b"<pesoL>32.000<", b"<pesoL>33.000<")
        self.assert_refused(altered, "content: it was changed after SEFAZ authorised it")
        self.upload(make_nfe())
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")

    def test_sandbox_agreement_takes_samples_whose_content_was_made_anonymous(self):
        self.upload(make_nfe().replace(b"<pesoL>32.000<", b"<pesoL>33.000<"))
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")

    def test_protocol_of_another_environment_is_refused(self):
        content = self.nfe_content().replace(b"<tpAmb>1<", b"<tpAmb>2<", 1)
        self.assert_refused(content, "different environments (tpAmb)")

    def test_nfe_of_a_return_is_refused(self):
        self.assert_refused(make_nfe(finNFe="4"), "only an NF-e of a sale (finNFe 1)")

    def test_company_with_letters_in_its_cnpj(self):
        self.company.vat = "12.ABC.345/01DE-35"
        self.upload(make_nfe(issuer="12ABC34501DE35"))
        self.assertEqual(self.invoice.supplier_nfe_key[6:20], "12ABC34501DE35")
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")

    def test_instalments_in_the_xml_are_warned_of(self):
        partner = self.customer.copy({"vat": "95.398.560/0001-52"})
        invoice = self.create_plain_invoice(amount=3251.92, partner=partner)
        action = self.upload(self.nfe_content(NFE_WITH_DUPLICATAS), invoice)
        self.assertIn("carries instalments (cobr/dup)", action["params"]["message"])
        self.assertIn("carries instalments (cobr/dup)", str(invoice.message_ids[0].body))

    def test_without_instalments_in_the_xml_nothing_is_warned_of(self):
        action = self.upload(self.nfe_content())
        self.assertNotIn("cobr/dup", action["params"]["message"])
        self.assertIn("NF-e 47605 taken over", action["params"]["message"])

    def test_number_of_another_draft_is_refused(self):
        other = self.create_plain_invoice()
        other.l10n_latam_document_number = "47605"
        self.assert_refused(self.nfe_content(), "of the same journal already has 47605")

    def test_what_sefaz_says_is_not_entered_by_hand(self):
        mine = self.invoice.with_user(self.accountant)
        for values in (
            {"supplier_sefaz_state": "authorised"},
            {"supplier_nfe_key": "1" * 44},
            {"supplier_nfe_cancellation": "1"},
        ):
            with self.assertRaisesRegex(AccessError, "cannot be entered, imported or"):
                mine.write(values)
            with self.assertRaisesRegex(AccessError, "cannot be entered, imported or"):
                mine.create({"move_type": "out_invoice", **values})

    def test_cancelled_invoice_does_not_come_back_beside_the_one_that_has_its_nfe(self):
        self.upload(self.nfe_content())
        self.invoice.with_user(self.accountant).button_cancel()
        second = self.create_plain_invoice()
        self.upload(self.nfe_content(), second)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.invoice.with_user(self.accountant).button_draft()
            self.env.flush_all()
