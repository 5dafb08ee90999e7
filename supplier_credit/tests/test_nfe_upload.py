import base64

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools.nfe import NfeProblem, key_check_digit, parse_nfe
from .common import NFE_WITH_DUPLICATAS, SAMPLES, SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestNfeUpload(SupplierCreditCommon):
    """Seed 001, "Emissão de Notas Fiscais com Cobrança Supplier": a real NF-e, checked."""

    def setUp(self):
        super().setUp()
        self.order = self.create_order()
        self.reserve(self.order)
        self.invoice = self.create_invoice(self.order)

    def upload(self, content, invoice=None):
        wizard = (
            self.env["supplier.credit.nfe.upload"]
            .with_user(self.accountant)
            .create(
                {
                    "invoice_id": (invoice or self.invoice).id,
                    "nfe_file": base64.b64encode(content),
                }
            )
        )
        return wizard.action_upload()

    def assertRefused(self, content, *parts):
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            self.upload(content)
        for part in parts:
            self.assertIn(part, str(caught.exception))
        self.assertFalse(self.invoice.supplier_nfe_key)
        self.assertFalse(self.invoice.supplier_sefaz_state)
        self.assertFalse(self.invoice.supplier_transaction_ids)

    def test_invoice_of_the_order_takes_document_model_55(self):
        self.assertEqual(self.invoice.l10n_latam_document_type_id.code, "55")
        self.assertEqual(self.invoice.supplier_order_id, self.order)
        self.assertEqual(self.invoice.preferred_payment_method_line_id, self.bearer)

    def test_authorised_nfe_gives_the_draft_its_number(self):
        self.upload(self.nfe_content())
        self.assertEqual(self.invoice._get_nfe_number(), 47605)
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")
        self.assertEqual(str(self.invoice.supplier_nfe_issue_date), "2018-08-15")
        self.invoice.action_post()
        self.assertEqual(self.invoice._get_nfe_number(), 47605)

    def test_nfe_with_another_number_than_the_posted_invoice_is_refused(self):
        self.invoice.action_post()
        self.assertRefused(self.nfe_content(), "number: the NF-e has 47605")

    def test_every_difference_is_named_at_once(self):
        content = self.nfe_content(NFE_WITH_DUPLICATAS)
        self.company.vat = "06.117.473/0001-50"
        self.invoice.journal_id.l10n_br_invoice_serial = "7"
        self.assertRefused(
            content,
            "issuer (CNPJ): the NF-e has 34128745000152, the invoice 06117473000150",
            "recipient (CNPJ/CPF): the NF-e has 95398560000152, the invoice 57647232000153",
            "series: the NF-e has 1, the invoice 7",
            "total: the NF-e has",
            "Nothing was changed",
        )

    def test_production_agreement_refuses_nfe_of_the_test_environment(self):
        self.agreement.environment = "production"
        content = self._in_test_environment(self.nfe_content())
        self.assertRefused(content, "test environment")

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
        self.assertRefused(self.nfe_content(), "no open customer invoice")

    def test_same_nfe_is_not_taken_over_twice(self):
        self.upload(self.nfe_content())
        other = self.create_order()
        self.reserve(other, code="PA-2")
        second = self.create_invoice(other)
        with self.assertRaisesRegex(UserError, "already taken over"):
            self.upload(self.nfe_content(), second)

    def test_broken_and_hostile_files_are_refused_with_the_reason(self):
        good = self.nfe_content()
        bomb = b"<!DOCTYPE a [<!ENTITY x 'xxxxxxxxxx'><!ENTITY y '&x;&x;&x;&x;'>]><a>&y;</a>"
        external = b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"
        start = good.index(b"<protNFe")
        end = good.index(b"</protNFe>") + len(b"</protNFe>")
        digest = good[good.index(b"<digVal>") + 8 : good.index(b"</digVal>")]
        cases = {
            b"hello": "not readable XML",
            good[: len(good) // 2]: "not readable XML",
            b"<a/>": "begins with a instead of nfeProc",
            bomb: "document type definition",
            external: "document type definition",
            good[:start] + good[end:]: "did not authorise",
            good.replace(b"<cStat>100<", b"<cStat>302<"): "status 302",
            good.replace(
                b"<vNF>610.37<", b"<vNF>muito<"
            ): "does not follow the official NF-e layout",
            good.replace(
                b"<digVal>" + digest, b"<digVal>" + digest[1:2] + digest[:1] + digest[2:]
            ): "digest",
            b" " * (6 * 1024 * 1024): "kB",
        }
        for content, reason in cases.items():
            with self.subTest(reason=reason, start=content[:40]):
                self.assertRefused(content, reason)

    def test_key_is_checked_by_itself(self):
        content = self.nfe_content()
        key = parse_nfe(content).key
        self.assertEqual(key_check_digit(key), key[-1])
        wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
        with self.assertRaises(NfeProblem) as caught:
            parse_nfe(content.replace(key.encode(), wrong.encode()))
        self.assertEqual(caught.exception.code, "key_check_digit")
        number = key[:33] + str((int(key[33]) + 1) % 10) + key[34:43]
        number += key_check_digit(number)
        with self.assertRaises(NfeProblem) as caught:
            parse_nfe(content.replace(key.encode(), number.encode()))
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

    def test_nfe_without_signature_is_refused(self):
        name = "42211275277525000178550030000276771368212013-procNFe.xml"
        self.assertRefused(
            (SAMPLES / name).read_bytes(), "does not follow the official NF-e layout"
        )

    def test_plain_user_of_another_department_cannot_upload(self):
        with self.assertRaises(UserError):
            self.env["supplier.credit.nfe.upload"].with_user(self.salesman).create(
                {
                    "invoice_id": self.invoice.id,
                    "nfe_file": base64.b64encode(self.nfe_content()),
                }
            ).action_upload()
        self.assertFalse(self.invoice.supplier_nfe_key)
