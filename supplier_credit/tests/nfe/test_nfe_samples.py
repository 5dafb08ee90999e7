from odoo.tests import tagged

from ..common import SAMPLES
from .common import NfeUploadCommon

ALIMENTOS = "34.128.745/0001-52"
NO_SIGNATURE = "does not follow the official NF-e layout"

# For each file of nfelib's samples: issuer, recipient and total of its invoice, or why no invoice
# can have it.
ACCEPTED = {
    "leiauteNFe/26180875335849000115550010000016871192213331-nfe.xml": (
        "75.335.849/0001-15", "37.148.260/0001-19", 5780.00,
    ),
    "leiauteNFe/35180834128745000152550010000474281920007498-nfe.xml": (
        ALIMENTOS, "681.615.256-50", 347.28,
    ),
    "leiauteNFe/35180834128745000152550010000474491454651420-nfe.xml": (
        ALIMENTOS, "53.232.886/0001-65", 173.01,
    ),
    "leiauteNFe/35180834128745000152550010000474501597356342-nfe.xml": (
        ALIMENTOS, "17.902.818/0001-00", 175.01,
    ),
    "leiauteNFe/35180834128745000152550010000474641681223493-nfe.xml": (
        ALIMENTOS, "48.527.693/0001-00", 175.01,
    ),
    "leiauteNFe/35180834128745000152550010000476051695511860-nfe.xml": (
        ALIMENTOS, "57.647.232/0001-53", 610.37,
    ),
    "leiauteNFe/35180834128745000152550010000476121675985748-nfe.xml": (
        ALIMENTOS, "688.348.469-82", 9.06,
    ),
    "leiauteNFe/35180834128745000152550010000476491552806942-nfe.xml": (
        ALIMENTOS, "97.493.746/0001-16", 879.68,
    ),
    "leiauteNFe/35180834128745000152550010000476711079516696-nfe.xml": (
        ALIMENTOS, "146.544.623-09", 24.34,
    ),
    "leiauteNFe/35180834128745000152550010000476781421693968-nfe.xml": (
        ALIMENTOS, "62.212.286/0001-26", 313.92,
    ),
    "leiauteNFe/35180834128745000152550010000476861118934859-nfe.xml": (
        ALIMENTOS, "95.398.560/0001-52", 3251.92,
    ),
    # Of SEFAZ's test environment: accepted while the agreement is one of the sandbox.
    "leiauteNFe/41170706117473000150550010000463202612756525-procNFe.xml": (
        "06.117.473/0001-50", "27.373.722/0001-48", 84.90,
    ),
    "procNFe.xml": ("06.117.473/0001-50", "27.373.722/0001-48", 84.90),
}  # fmt: skip
REFUSED = {
    "leiauteInutNFe/41080676472349000430550010000001041671821888-ped-inu.xml": (
        "begins with inutNFe instead of nfeProc"
    ),
    "leiauteNFe/42210775277525000178550030000266631762885493-procNFe.xml": NO_SIGNATURE,
    "leiauteNFe/42211275277525000178550030000276771368212013-procNFe.xml": NO_SIGNATURE,
    "leiauteNFe/42220575277525000178550030000292481295366801-procNFe.xml": NO_SIGNATURE,
    "leiauteNFe/NFe35200159594315000157550010000000012062777161.xml": "SEFAZ did not authorise",
    "leiauteNFe/nfe_reforma_tributaria.xml": "does not agree with issuer, model, series or number",
    "nfce_contingencia.xml": "without SEFAZ's protocol",
}


@tagged("post_install", "-at_install")
class TestNfeSamples(NfeUploadCommon):
    """Every sample of the library is uploaded, not a selection."""

    def test_every_sample_is_in_the_table(self):
        folder = SAMPLES.parent
        found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        self.assertEqual(found, ACCEPTED.keys() | REFUSED.keys())
        self.assertFalse(ACCEPTED.keys() & REFUSED.keys())

    def test_authorised_samples_are_taken_over_by_their_invoice(self):
        for name, (issuer, recipient, total) in ACCEPTED.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.company.vat = issuer
                self.customer.vat = recipient
                invoice = self.create_plain_invoice(amount=total)
                self.upload((SAMPLES.parent / name).read_bytes(), invoice)
                self.assertEqual(invoice.supplier_sefaz_state, "authorised")
                self.assertIn("550010000", invoice.supplier_nfe_key)
                self.assertAlmostEqual(invoice.supplier_nfe_total, total)
                savepoint.rollback()

    def test_the_other_samples_are_refused_with_their_reason(self):
        self.invoice = self.create_plain_invoice()
        for name, reason in REFUSED.items():
            with self.subTest(name):
                self.assert_refused((SAMPLES.parent / name).read_bytes(), reason)

    def test_production_agreement_refuses_every_sample_for_its_altered_content(self):
        self.agreement.environment = "production"
        for name, (issuer, recipient, total) in ACCEPTED.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.company.vat = issuer
                self.customer.vat = recipient
                invoice = self.create_plain_invoice(amount=total)
                self.assert_refused(
                    (SAMPLES.parent / name).read_bytes(), "content: it was changed", invoice=invoice
                )
                savepoint.rollback()
