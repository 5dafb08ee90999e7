import re
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import TODAY, NfeUploadCommon, get_key, make_nfe
from .nfe_maker import ISSUER, find_signer, sign

GOOD = make_nfe()
LAYOUT = "does not follow the official NF-e layout"
PROFILE = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def insert(content, before, text):
    """Return the NF-e with a text before an element, signed again by its issuer."""
    if before not in content:
        raise AssertionError(f"the NF-e has no {before}")
    return sign(content.replace(before, text + before, 1))


def leave_out(content, name):
    """Return the NF-e without an element, wherever it stands, signed again by its issuer."""
    pattern = rb"<%s>(?:[^<]*|.*?)</%s>" % (name, name)
    # Without issuer nobody else could be asked to sign.
    return sign(re.sub(pattern, b"", content, flags=re.DOTALL), find_signer(ISSUER))


def set_text(content, name, text):
    """Return the NF-e with another text of an element, signed again by its issuer."""
    changed, times = re.subn(rb"<%s>[^<]*" % name, b"<%s>%s" % (name, text), content, count=1)
    if not times:
        raise AssertionError(f"the NF-e has no {name}")
    return sign(changed)


@tagged("post_install", "-at_install")
class TestNfeFields(NfeUploadCommon):
    """What is read of an NF-e is checked element by element; the rest is SEFAZ's business."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.environment = "production"
        cls.invoice = cls.create_plain_invoice()

    def test_elements_of_another_release_are_taken_with_a_word(self):
        for name, text in {
            "gMonoRet": (b"<total>", b"<gMonoRet><adRemIBSRet>0.1</adRemIBSRet></gMonoRet>"),
            "a note of the future": (b"<transp>", b"<xFuturo>sim</xFuturo>"),
            "IS": (b"</imposto>", b"<IS><pISEspec>1.00</pISEspec></IS>"),
            "vIBSMonoDif": (b"</total>", b"<vIBSMonoDif>0.00</vIBSMonoDif>"),
        }.items():
            with self.subTest(name):
                self.assertIn("of another release", self.take(insert(GOOD, *text)))

    def test_elements_of_another_release_prove_nothing_without_signature(self):
        self.assert_refused(GOOD.replace(b"<transp>", b"<xFuturo/><transp>", 1), LAYOUT)

    def test_what_is_read_is_refused_in_any_other_form_though_signed(self):
        for name, text in {
            b"vNF": b"muito",
            b"nNF": b"047605",
            b"serie": b"01",
            b"dhEmi": b"2026-02-30T08:00:00-03:00",
            b"tpNF": b"",
            b"mod": b"5",
            b"finNFe": b"x",
            b"cNF": b"1",
            b"tpEmis": b"",
        }.items():
            with self.subTest(name.decode()):
                self.assert_refused(set_text(GOOD, name, text), LAYOUT)

    def test_every_element_left_out_is_refused_or_makes_no_difference(self):
        names = set(re.findall(rb"<(\w+)>[^<]+</\w+>", GOOD[: GOOD.index(b"<Signature")]))
        needed = {b"cUF", b"cNF", b"mod", b"serie", b"nNF", b"dhEmi", b"tpNF", b"tpEmis", b"tpAmb"}
        needed |= {b"finNFe", b"CNPJ", b"vNF", b"xNome"}
        taken = set()
        for name in sorted(names):
            with self.subTest(name.decode()), self.env.cr.savepoint() as savepoint:
                try:
                    self.upload(leave_out(GOOD, name))
                except UserError:
                    self.assertFalse(self.invoice.supplier_nfe_key)
                else:
                    taken.add(name)
                    self.assertEqual(self.invoice.supplier_nfe_total, 610.37)
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertFalse(taken & needed)
        self.assertTrue(taken, "what is not read may be of any release")

    def test_protocol_is_needed(self):
        for name in ("nProt", "dhRecbto", "digVal", "tpAmb", "chNFe"):
            protocol = GOOD.index(b"<protNFe")
            content = GOOD[:protocol] + re.sub(
                rf"<{name}>[^<]*</{name}>".encode(), b"", GOOD[protocol:]
            )
            with self.subTest(name):
                needed = name in ("nProt", "digVal", "tpAmb", "chNFe")
                (self.assert_refused(content, LAYOUT) if needed else self.take(content))

    def test_purchase_is_no_sale(self):
        self.assert_refused(set_text(GOOD, b"tpNF", b"0"), "direction: it says that goods come in")

    def test_goods_given_away_are_taken_with_a_word(self):
        for content in (
            sign(re.sub(rb"<CFOP>\d{4}", b"<CFOP>5910", GOOD)),
            set_text(GOOD, b"tPag", b"90"),
        ):
            self.assertIn("goods are given away", self.take(content))
        self.assertNotIn("given away", self.take(GOOD))

    def test_nobody_is_no_recipient_even_of_a_customer_without_number(self):
        self.customer.vat = False
        content = sign(re.sub(rb"(<dest>\s*)<CNPJ>[^<]*</CNPJ>", rb"\1", GOOD))
        self.assert_refused(content, "recipient: the NF-e names none by CNPJ or CPF")

    def test_key_is_of_the_documents_state_month_kind_and_code(self):
        for name, text in {b"cUF": b"33", b"tpEmis": b"2", b"cNF": b"69551187"}.items():
            with self.subTest(name.decode()):
                self.assert_refused(set_text(GOOD, name, text), "does not agree with state, month")
        self.assert_refused(
            set_text(GOOD, b"dhEmi", b"2026-10-22T08:00:00-03:00"), "does not agree with state"
        )

    def test_total_that_the_customer_owes_has_the_taxes_on_top(self):
        content = insert(GOOD, b"</total>", b"<vNFTot>650.00</vNFTot>")
        self.assert_refused(content, "total: the NF-e has", "650.00")
        invoice = self.create_plain_invoice(amount=650)
        self.upload(content, invoice)
        self.assertEqual(invoice.supplier_nfe_total, 650)
        invoice.action_post()
        self.assertEqual(invoice.sudo().supplier_transaction_ids.total, 650)

    def test_nothing_of_zero_is_taken(self):
        invoice = self.create_plain_invoice(amount=0)
        self.assert_refused(make_nfe(total="0.00"), "total: it is zero", invoice=invoice)

    def test_draft_with_an_authorised_nfe_is_not_deleted(self):
        self.upload(GOOD)
        with self.assertRaisesRegex(UserError, "Cancel the invoice instead"):
            self.invoice.with_user(self.accountant).unlink()
        self.invoice.button_cancel()
        self.assertTrue(self.invoice.sudo().supplier_nfe_file)


@tagged("post_install", "-at_install")
class TestNfeDates(NfeUploadCommon):
    """The day of the NF-e is the day of its invoice, and nothing is due before it."""

    def test_draft_gets_the_day_of_its_nfe_and_its_terms_follow(self):
        invoice = self.create_plain_invoice()
        issued = date(2026, 11, 10)
        self.upload(make_nfe(issued=issued), invoice)
        invoice.action_post()
        self.assertEqual(invoice.invoice_date, issued)
        due = invoice.line_ids.filtered("date_maturity").mapped("date_maturity")
        self.assertEqual(min(due), issued + timedelta(days=30))

    def test_posted_invoice_of_another_day_is_named(self):
        invoice = self.create_plain_invoice()
        invoice.l10n_latam_document_number = "47605"
        invoice.action_post()
        self.assert_refused(
            make_nfe(issued=date(2026, 11, 10)),
            "date: the NF-e is of 11/10/2026, the posted invoice of 11/22/2026",
            invoice=invoice,
        )

    def test_day_to_come_is_refused(self):
        invoice = self.create_plain_invoice()
        reason = "which is still to come"
        self.assert_refused(make_nfe(issued=date(2027, 3, 1)), reason, invoice=invoice)

    def test_any_day_and_terms_send_nothing_due_before_the_issue(self):
        days = st.integers(-120, 30)
        terms = st.lists(st.integers(0, 120), min_size=1, max_size=3)
        fixed = st.none() | st.integers(-150, 60)

        @PROFILE
        @given(days, terms, fixed)
        def check(day, days_of_terms, fixed_due):
            issued = TODAY + timedelta(days=day)
            with self.env.cr.savepoint() as savepoint:
                invoice = self.create_plain_invoice()
                self.set_terms(invoice, days_of_terms, fixed_due)
                try:
                    self.upload(make_nfe(issued=issued), invoice)
                    invoice.action_post()
                except UserError:
                    self.assertFalse(invoice.sudo().supplier_transaction_ids)
                else:
                    for message in self.messages(invoice.sudo().supplier_transaction_ids):
                        self.assert_not_due_before(issued, message)
                savepoint.rollback()
            self.env.invalidate_all()

        check()

    def set_terms(self, invoice, days, fixed_due):
        if fixed_due is not None:
            invoice.invoice_payment_term_id = False
            invoice.invoice_date_due = TODAY + timedelta(days=fixed_due)
            return
        shares = [30.0] * (len(days) - 1)
        shares.append(100.0 - sum(shares))
        invoice.invoice_payment_term_id = self.env["account.payment.term"].create(
            {
                "name": "random",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": number})
                    for share, number in zip(shares, days, strict=True)
                ],
            }
        )

    def assert_not_due_before(self, issued, message):
        body = message.request
        for day in re.findall(r'"dataVencimento": *"([0-9-]+)"', body):
            self.assertGreaterEqual(date.fromisoformat(day), issued)


@tagged("post_install", "-at_install")
class TestNfeEncoding(NfeUploadCommon):
    """One parser reads, checks and draws; what transport adds to a file does no harm."""

    def test_any_declaration_and_bytes_are_taken_and_drawn_or_refused_in_words(self):
        text = GOOD.decode()
        body = text[text.index("?>") + 2 :]
        declarations = {
            "utf-8": '<?xml version="1.0" encoding="utf-8"?>',
            "latin-1": '<?xml version="1.0" encoding="ISO-8859-1"?>',
            "windows": '<?xml version="1.0" encoding="windows-1252"?>',
            "utf-16": '<?xml version="1.0" encoding="utf-16"?>',
            "none": "",
        }
        frames = {
            "plain": (b"", b""),
            "blanks": (b"\r\n\t ", b"\n\n"),
            "mark": (b"\xef\xbb\xbf", b""),
            "mark and blanks": (b"\xef\xbb\xbf\n", b"\n"),
            "NUL": (b"", b"\0\0"),
        }
        for declared, declaration in declarations.items():
            for encoding in ("utf-8", "latin-1", "utf-16", "utf-32"):
                for framed, (before, after) in frames.items():
                    content = before + (declaration + body).encode(encoding) + after
                    with self.subTest((declared, encoding, framed)):
                        self.assert_taken_and_drawn(content, encoding == "utf-8")

    def assert_taken_and_drawn(self, content, is_good):
        with self.env.cr.savepoint() as savepoint:
            invoice = self.create_plain_invoice()
            if is_good:
                self.upload(content, invoice)
                self.assertEqual(invoice.supplier_nfe_key, get_key(GOOD))
                invoice.preferred_payment_method_line_id = False
                self.assertTrue(invoice._draw_danfe().startswith(b"%PDF"))
            else:
                self.assertIn("UTF-8", self.refusal_of(lambda: self.upload(content, invoice)))
            savepoint.rollback()
        self.env.invalidate_all()
