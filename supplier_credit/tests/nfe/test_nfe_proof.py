import re
import shutil
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.nfe.account_move_nfe_problem import AUTHORITIES_PARAMETER
from .common import NfeUploadCommon, get_key, make_cancellation, make_nfe
from .nfe_maker import ISSUER, PRINTABLE_STRING, Signer, sign

GOOD = make_nfe()
KEY = get_key(GOOD)
AUTHORITY = Signer()
BRANCH = ISSUER[:8] + "000233"
ALTERED = "it was changed after SEFAZ authorised it"
PAST = (datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2021, 1, 1, tzinfo=timezone.utc))
FUTURE = (datetime(2027, 1, 1, tzinfo=timezone.utc), datetime(2028, 1, 1, tzinfo=timezone.utc))
# Who signs, and why a company in production does not believe it.
SIGNERS = {
    "another company": (Signer("06117473000150"), "with the certificate of 06117473000150"),
    "no company": (Signer(), "with the certificate of -"),
    "expired": (Signer(ISSUER, valid=PAST), "was valid from 01/01/2020 to 01/01/2021"),
    "not valid yet": (Signer(ISSUER, valid=FUTURE), "was valid from 01/01/2027 to 01/01/2028"),
}


def replace(content, pattern, new):
    """Return a file with the first place of a pattern replaced, which must be there."""
    changed, times = re.subn(pattern, new, content.decode(), count=1, flags=re.DOTALL)
    if not times:
        raise AssertionError(f"the file has no {pattern}")
    return changed.encode()


def edit_without_key(content, new_total):
    """Return a file with another total and the digests that belong to it, as a forger can."""
    forged = replace(content, "<vNF>[^<]*", f"<vNF>{new_total}")
    digest = re.search(rb"<DigestValue>([^<]*)", sign(forged))[1].decode()
    forged = replace(forged, "<DigestValue>[^<]*", f"<DigestValue>{digest}")
    return replace(forged, "<digVal>[^<]*", f"<digVal>{digest}")


def take_certificate(content, signer):
    """Return a file with the certificate of somebody else beside the old signature."""
    other = re.search(rb"<X509Certificate>[^<]*", sign(content, signer))[0].decode()
    return replace(content, "<X509Certificate>[^<]*", other)


FORGERIES = {
    "total with new digests": edit_without_key(GOOD, "6103.70"),
    "certificate of another": take_certificate(GOOD, Signer(ISSUER)),
    "junk instead of a certificate": replace(
        GOOD, "<X509Certificate>[^<]*", "<X509Certificate>AAAA"
    ),
    "junk instead of a signature": replace(GOOD, "<SignatureValue>[^<]*", "<SignatureValue>AAAA"),
    "signature of something else": replace(GOOD, 'URI="#NFe[^"]*"', f'URI="#NFe{KEY[::-1]}"'),
    "weight": replace(GOOD, "<pesoL>[^<]*", "<pesoL>99.000"),
}


@tagged("post_install", "-at_install")
class TestNfeProof(NfeUploadCommon):
    """Production believes what its issuer signed; the sandbox says what production would refuse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.environment = "production"
        cls.invoice = cls.create_plain_invoice()

    def test_issuers_own_certificate_and_that_of_a_branch_prove_it(self):
        for signer in (None, Signer(BRANCH), Signer(ISSUER, string_type=PRINTABLE_STRING)):
            with self.subTest(signer):
                self.assertNotIn("would be refused", self.take(make_nfe(signer=signer)))

    def test_other_certificates_prove_nothing(self):
        for name, (signer, reason) in SIGNERS.items():
            with self.subTest(name):
                self.assert_refused(make_nfe(signer=signer), "content: ", reason)

    def test_forged_content_is_refused(self):
        for name, content in FORGERIES.items():
            with self.subTest(name):
                reason = self.assert_refused(content)
                self.assertTrue(
                    ALTERED in reason or "cannot be read" in reason or "total" in reason
                )

    def test_sandbox_takes_the_same_files_and_says_why_production_would_not(self):
        self.agreement.environment = "sandbox"
        files = {name: make_nfe(signer=signer) for name, (signer, _why) in SIGNERS.items()}
        files |= {name: content for name, content in FORGERIES.items() if "total" not in name}
        for name, content in files.items():
            with self.subTest(name):
                self.assertIn("In production this file would be refused", self.take(content))

    def test_no_text_of_a_signed_nfe_can_be_changed(self):
        texts = [
            found.span(1)
            for found in re.finditer(rb">([^<>\s][^<>]*)<", GOOD[: GOOD.index(b"</infNFe>")])
        ]

        @settings(
            max_examples=80,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.sampled_from(texts), st.sampled_from("059AZaz"))
        def check(span, character):
            start, _end = span
            forged = GOOD[:start] + character.encode() + GOOD[start + 1 :]
            if forged != GOOD:
                self.refusal_of(lambda: self.upload(forged))

        before = self.snapshot(self.invoice)
        check()
        self.assertEqual(self.snapshot(self.invoice), before)

    def test_certificate_must_descend_from_the_authorities_in_the_folder(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(AUTHORITIES_PARAMETER, folder)
        self.assert_refused(GOOD, "certificates of the authorities cannot be read", folder)
        (Path(folder) / "ac.pem").write_bytes(AUTHORITY.pem())
        self.assert_refused(GOOD, "does not descend from the authorities")
        self.take(make_nfe(signer=Signer(ISSUER, authority=AUTHORITY)))
        (Path(folder) / "ac.pem").write_text("no certificate")
        self.assert_refused(GOOD, "certificates of the authorities cannot be read")


@tagged("post_install", "-at_install")
class TestCancellationProof(NfeUploadCommon):
    """A cancellation is an event that the issuer signed and SEFAZ registered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.environment = "production"
        cls.invoice = cls.create_plain_invoice()
        cls.upload(GOOD)

    def test_signed_event_of_the_issuer_is_believed(self):
        self.upload(make_cancellation(KEY))
        self.assertEqual(self.invoice.supplier_sefaz_state, "cancelled")

    def test_each_flaw_is_refused_with_its_reason(self):
        small = (
            f'<procEventoNFe xmlns="http://www.portalfiscal.inf.br/nfe"><evento><infEvento>'
            f"<chNFe>{KEY}</chNFe><tpEvento>110111</tpEvento></infEvento></evento><retEvento>"
            f"<infEvento><chNFe>{KEY}</chNFe><cStat>135</cStat><nProt>1</nProt></infEvento>"
            f"</retEvento></procEventoNFe>"
        ).encode()
        cases = {
            "nothing but a key": (small, "does not follow"),
            "not signed": (make_cancellation(KEY, signer=False), "is not signed"),
            "another author": (
                make_cancellation(KEY, author="06117473000150"),
                "asked for by 06117473000150; only the issuer",
            ),
            "another name": (
                make_cancellation(KEY, identifier=f"ID110111{KEY}02"),
                "is not made of its kind",
            ),
            "another authorisation": (
                make_cancellation(KEY, nfe_protocol="135180550847240"),
                "cancels the authorisation 135180550847240",
            ),
            "protocol of one digit": (make_cancellation(KEY, protocol="1"), "element nProt"),
            "reason changed": (
                make_cancellation(KEY).replace(b"Pedido cancelado", b"Pedido desfeito "),
                ALTERED,
            ),
            **{
                name: (make_cancellation(KEY, signer=signer), reason)
                for name, (signer, reason) in SIGNERS.items()
                if name != "not valid yet"
            },
        }
        for name, (content, reason) in cases.items():
            with self.subTest(name):
                self.assert_refused(content, reason)

    def test_every_element_left_out_is_refused_or_makes_no_difference(self):
        content = make_cancellation(KEY)
        names = set(re.findall(rb"<(\w+)>[^<]*</\w+>", content))
        needed = {b"CNPJ", b"chNFe", b"dhEvento", b"tpEvento", b"nSeqEvento", b"nProt", b"xJust"}
        needed |= {b"tpAmb", b"cStat", b"dhRegEvento", b"SignatureValue", b"X509Certificate"}
        for name in sorted(names):
            without = re.sub(rb"<%s>[^<]*</%s>" % (name, name), b"", content)
            with self.subTest(name.decode()), self.env.cr.savepoint() as savepoint:
                try:
                    self.upload(without)
                except UserError:
                    self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")
                else:
                    self.assertNotIn(name, needed)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_sandbox_takes_an_unsigned_event_and_says_so(self):
        self.agreement.environment = "sandbox"
        self.upload(make_cancellation(KEY, signer=False))
        self.assertIn("would be refused", str(self.invoice.message_ids[0].body))
        self.assertEqual(self.invoice.supplier_sefaz_state, "cancelled")
