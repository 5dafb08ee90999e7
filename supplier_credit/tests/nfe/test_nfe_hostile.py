import base64
import gzip
import io
import zipfile
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.fiscal import fiscal_xml
from .common import NfeUploadCommon, make_nfe

GOOD = make_nfe()
ROOT = b'<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00">'


def zipped(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("nfe.xml", content)
    return buffer.getvalue()


def bomb(levels):
    """Each entity is ten times the one before: a few hundred characters become billions."""
    entities = [b'<!ENTITY e0 "lol">']
    for level in range(1, levels):
        entities.append(b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10))
    return b"<!DOCTYPE a [%s]>" % b"".join(entities) + b"<a>&e%d;</a>" % (levels - 1)


def changed(old, new):
    if old not in GOOD:
        raise AssertionError(f"the NF-e has no {old}")
    return GOOD.replace(old, new, 1)


def without(start, end):
    return GOOD[: GOOD.index(start)] + GOOD[GOOD.index(end) + len(end) :]


DIGEST = GOOD[GOOD.index(b"<digVal>") + 8 : GOOD.index(b"</digVal>")]
KEY = GOOD[GOOD.index(b'Id="NFe') + 7 :][:44]
EXTERNAL = b"<!DOCTYPE a [<!ENTITY x SYSTEM '%s'>]><a>&x;</a>"
DTD = "document type definition"
LAYOUT = "does not follow the official NF-e layout"
CASES = {
    "empty": (b"", "No file was chosen"),
    "blanks": (b" \n\t ", "is empty"),
    "text": (b"hello", "not readable XML"),
    "html": (b"<html><body>Sign in</body></html>", "begins with html instead of nfeProc"),
    "html with doctype": (b"<!doctype html><html></html>", DTD),
    "gzip": (gzip.compress(GOOD), "compressed"),
    "zip": (zipped(GOOD), "compressed"),
    "utf-16": (GOOD.decode().encode("utf-16"), "not text in UTF-8"),
    "utf-16 without mark": (GOOD.decode().encode("utf-16-le"), "The file is not"),
    "latin-1": (GOOD.decode().encode("latin-1"), "not text in UTF-8"),
    "utf-7 bomb": (
        b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a>' + GOOD,
        "not readable XML",
    ),
    "entity bomb": (bomb(10), DTD),
    "quadratic bomb": (
        b"<!DOCTYPE a [<!ENTITY x '%s'>]><a>%s</a>" % (b"x" * 50_000, b"&x;" * 50_000),
        DTD,
    ),
    "bomb in an attribute": (bomb(10).replace(b"<a>&e9;</a>", b'<a b="&e9;"/>'), DTD),
    "parameter entities": (
        b"<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;]><a/>",
        DTD,
    ),
    "bomb before the NF-e": (
        GOOD.replace(b"<nfeProc", b"<!DOCTYPE a [<!ENTITY x 'y'>]><nfeProc", 1),
        DTD,
    ),
    "bomb in utf-16": (bomb(10).decode().encode("utf-16"), "not text in UTF-8"),
    "local file": (EXTERNAL % b"file:///etc/passwd", DTD),
    "network": (EXTERNAL % b"http://127.0.0.1:1/x", DTD),
    "undeclared entity": (changed(b"<xNome>", b"<xNome>&x;"), "not readable XML"),
    "deep": (ROOT + b"<a>" * 100_000, "not readable XML"),
    "wide": (ROOT + b"<a/>" * 500_000 + b"</nfeProc>", "SEFAZ did not authorise"),
    "huge attribute": (changed(b'versao="4.00"', b'versao="%s"' % (b"9" * 4_000_000)), LAYOUT),
    "huge status": (changed(b"<cStat>100<", b"<cStat>%s<" % (b"1" * 4_000_000)), "status 111"),
    "huge name": (changed(b"<xNome>", b"<xNome>" + b"a" * 4_000_000), LAYOUT),
    "other namespace": (GOOD.replace(b"portalfiscal", b"portalfiscaI"), "instead of nfeProc"),
    "without protocol": (without(b"<protNFe", b"</protNFe>"), "SEFAZ did not authorise"),
    "only the NF-e": (b"<NFe/>", "without SEFAZ's protocol"),
    "without signature": (without(b"<Signature", b"</Signature>"), LAYOUT),
    "two NF-e": (changed(b"</NFe>", b"</NFe>" + without(b"<?xml", b"?>")), LAYOUT),
    "rejected": (changed(b"<cStat>100<", b"<cStat>539<"), "status 539"),
    "denied": (changed(b"<cStat>100<", b"<cStat>302<"), "status 302"),
    "cancelled": (changed(b"<cStat>100<", b"<cStat>101<"), "status 101"),
    "total in letters": (changed(b"<vNF>610.37<", b"<vNF>muito<"), LAYOUT),
    "negative total": (changed(b"<vNF>610.37<", b"<vNF>-610.37<"), LAYOUT),
    "no such day": (changed(b"<dhEmi>2026-11-22", b"<dhEmi>2026-02-30"), LAYOUT),
    "wrong check digit": (
        GOOD.replace(KEY, KEY[:-1] + b"%d" % ((int(KEY[-1:]) + 1) % 10)),
        "wrong check digit",
    ),
    "protocol of another key": (changed(b"<chNFe>3526", b"<chNFe>3626"), "protocol belongs to"),
    "wrong digest": (changed(b"<digVal>" + DIGEST, b"<digVal>A" + DIGEST[1:]), "digests differ"),
    "other number": (changed(b"<nNF>47605<", b"<nNF>47606<"), "does not agree with issuer"),
    "test environment": (make_nfe(environment="2"), "SEFAZ's test environment"),
    "altered": (changed(b"<pesoL>32.000<", b"<pesoL>99.000<"), "it was changed after"),
    "signature of something else": (
        changed(b'<Reference URI="#NFe', b'<Reference URI="#NFx'),
        "it was changed after",
    ),
}


@tagged("post_install", "-at_install")
class TestNfeHostile(NfeUploadCommon):
    """Any hostile file is refused with a readable reason, and the invoice is unchanged."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The one environment where the computed digest counts, too.
        cls.agreement.environment = "production"
        cls.invoice = cls.create_plain_invoice()

    def test_file_that_the_cases_are_made_of_is_good(self):
        self.upload(GOOD)
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")

    def test_each_hostile_file_is_refused_with_its_reason(self):
        for name, (content, reason) in CASES.items():
            with self.subTest(name):
                message = self.assert_refused(content, reason)
                self.assertLess(len(message), 1500, "no file fills the screen")

    def test_each_hostile_file_is_refused_among_many(self):
        contents = [content for content, _reason in CASES.values()]
        before = self.snapshot(self.invoice)
        lines = self.upload_many(*contents)
        self.assertEqual(len(lines), len(CASES))
        self.assertEqual(set(lines.mapped("state")), {"refused"})
        self.assertTrue(all(lines.mapped("message")))
        self.assertEqual(self.snapshot(self.invoice), before)

    def test_good_file_among_bad_ones_is_taken(self):
        lines = self.upload_many(b"hello", GOOD, bomb(10))
        self.assertEqual(lines.mapped("state"), ["refused", "done", "refused"])
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")

    def test_file_of_50_mb_is_neither_parsed_nor_decoded(self):
        content = GOOD + b" " * (50 * 1024 * 1024)
        wizard = (
            self.env["supplier.credit.nfe.upload"]
            .with_user(self.accountant)
            .create({"invoice_id": self.invoice.id, "nfe_file": base64.b64encode(content)})
        )
        before = self.snapshot(self.invoice)
        with (
            patch.object(base64, "b64decode", side_effect=AssertionError("decoded")),
            patch.object(fiscal_xml, "read_xml", side_effect=AssertionError("parsed")),
        ):
            reason = self.refusal_of(wizard.action_upload)
        self.assertIn("an NF-e has at most 5120 kB", reason)
        self.assertEqual(self.snapshot(self.invoice), before)

    def test_attachment_of_50_mb_is_not_even_read(self):
        attachments = self.env.registry["ir.attachment"]
        original = attachments._file_read
        read = []

        def spy(records, *args, **kwargs):
            content = original(records, *args, **kwargs)
            read.append(len(content))
            return content

        with patch.object(attachments, "_file_read", spy):
            lines = self.upload_many(GOOD + b" " * (50 * 1024 * 1024), GOOD)
        self.assertEqual(lines.mapped("state"), ["refused", "done"])
        self.assertIn("an NF-e has at most 5120 kB", lines[0].message)
        self.assertEqual(set(read), {len(GOOD)})

    def test_file_that_did_not_arrive_whole_is_refused(self):
        wizards = self.env["supplier.credit.nfe.upload"].with_user(self.accountant)
        wizard = wizards.create({"invoice_id": self.invoice.id, "nfe_file": "PG5mZ"})
        self.assertIn("did not arrive whole", self.refusal_of(wizard.action_upload))

    def test_truncated_anywhere(self):
        before = self.snapshot(self.invoice)

        @settings(max_examples=60, deadline=None, derandomize=True, database=None)
        @given(st.integers(1, len(GOOD.rstrip()) - 1))
        def check(length):
            self.refusal_of(lambda: self.upload(GOOD[:length]))

        check()
        self.assertEqual(self.snapshot(self.invoice), before)

    def test_flipped_bytes_change_nothing_that_counts(self):
        """A flipped byte is refused, unless neither digest nor invoice depends on it."""
        key = KEY.decode()
        flips = st.lists(
            st.tuples(st.integers(0, len(GOOD) - 1), st.integers(1, 255)), min_size=1, max_size=4
        )
        outcomes = set()

        @settings(
            max_examples=150,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(flips)
        def check(places):
            content = bytearray(GOOD)
            for place, mask in places:
                content[place] ^= mask
            invoice = self.invoice
            with self.env.cr.savepoint() as savepoint:
                try:
                    self.upload(bytes(content))
                except UserError:
                    outcomes.add("refused")
                    self.assertFalse(invoice.supplier_nfe_key or invoice.supplier_sefaz_state)
                    self.assertFalse(invoice.name)
                else:
                    outcomes.add("taken")
                    self.assertEqual(invoice.supplier_nfe_key, key)
                    self.assertEqual(invoice.supplier_nfe_total, 610.37)
                    self.assertEqual(invoice._get_nfe_number(), 47605)
                savepoint.rollback()

        check()
        self.assertIn("refused", outcomes)
