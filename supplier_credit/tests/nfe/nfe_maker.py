"""Makes valid files of SEFAZ: with their own keys and check digits, and really signed.

Neither Odoo nor the code under test is used, so that tests outside of Odoo can import it, too.
"""

import base64
import functools
import hashlib
import re
from datetime import date, datetime, timedelta, timezone
from xml.etree import ElementTree

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

NAMESPACE = "http://www.portalfiscal.inf.br/nfe"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
# Access key and recipient of the sample.
SAMPLE_KEY = "35180834128745000152550010000476051695511860"
SAMPLE_CODE = "69551186"
ISSUER = "34128745000152"
RECIPIENT = "57647232000153"
PROTOCOL = "135180550847249"
COMPANY_NUMBER = x509.ObjectIdentifier("2.16.76.1.3.3")
# Certificates are valid for any day that a test may choose.
VALID = (datetime(2000, 1, 1, tzinfo=timezone.utc), datetime(2060, 1, 1, tzinfo=timezone.utc))
OCTET_STRING, PRINTABLE_STRING = 0x04, 0x13


def compute_check_digit(key):
    """Return the check digit of an access key without one: modulo 11, weights 2 to 9."""
    weights = (2, 3, 4, 5, 6, 7, 8, 9)
    values = [ord(character) - ord("0") for character in reversed(key)]
    rest = sum(value * weights[place % 8] for place, value in enumerate(values)) % 11
    return str(11 - rest) if rest > 1 else "0"


class Signer:
    """Somebody with a certificate, such as ICP-Brasil gives to companies.

    :param holder: the CNPJ in the certificate; None for a certificate of no company
    :param valid: from when and until when
    :param authority: another Signer, who gave the certificate; without one, it is self-signed
    :param string_type: how ASN.1 writes the CNPJ; authorities differ
    """

    def __init__(self, holder=None, *, valid=VALID, authority=None, string_type=OCTET_STRING):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.name = x509.Name(
            [x509.NameAttribute(x509.NameOID.COMMON_NAME, f"EMPRESA LTDA:{holder or 'AC'}")]
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(authority.name if authority else self.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(valid[0])
            .not_valid_after(valid[1])
            .add_extension(x509.BasicConstraints(ca=not holder, path_length=None), critical=True)
        )
        if holder:
            value = bytes((string_type, len(holder))) + holder.encode()
            names = [x509.OtherName(COMPANY_NUMBER, value)]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        signing_key = (authority or self).key
        self.certificate = builder.sign(signing_key, hashes.SHA256())

    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def sign(self, text, name):
        """Return a document with the signature of its element of this name beside it.

        By the standard library's canonicalisation, which shares no code with the one under test.
        A signature that is there already is replaced.
        """
        text = re.sub(r"\s*<Signature\b.*?</Signature>", "", text, flags=re.DOTALL)
        end = text.index(f"</{name}>") + len(f"</{name}>")
        element = text[text.index(f"<{name} ") : end]
        identifier = re.search(r'\bId="([^"]*)"', element)[1]
        alone = element.replace(f"<{name}", f'<{name} xmlns="{NAMESPACE}"', 1)
        value = _encode(hashlib.sha1(_canonicalise(alone)).digest())
        information = (
            f'<SignedInfo xmlns="{SIGNATURE}"><CanonicalizationMethod Algorithm="{C14N}"/>'
            f'<SignatureMethod Algorithm="{SIGNATURE}rsa-sha1"/><Reference URI="#{identifier}">'
            f'<Transforms><Transform Algorithm="{SIGNATURE}enveloped-signature"/>'
            f'<Transform Algorithm="{C14N}"/></Transforms>'
            f'<DigestMethod Algorithm="{SIGNATURE}sha1"/><DigestValue>{value}</DigestValue>'
            "</Reference></SignedInfo>"
        )
        signed = self.key.sign(_canonicalise(information), padding.PKCS1v15(), hashes.SHA1())
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        signature = (
            f'<Signature xmlns="{SIGNATURE}">{information}'
            f"<SignatureValue>{_encode(signed)}</SignatureValue><KeyInfo><X509Data>"
            f"<X509Certificate>{_encode(der)}</X509Certificate></X509Data></KeyInfo></Signature>"
        )
        text = text[:end] + signature + text[end:]
        return re.sub("<digVal>[^<]*<", f"<digVal>{value}<", text)


@functools.cache
def find_signer(holder):
    """Return the Signer of a CNPJ, always the same."""
    return Signer(holder)


def _canonicalise(text):
    return ElementTree.canonicalize(xml_data=text).encode()


def _encode(content):
    return base64.b64encode(content).decode()


def sign(content, signer=None):
    """Return an NF-e as its issuer signs it, with the protocol's digest of the same content."""
    text = content.decode()
    signer = signer or find_signer(re.search(r"<emit>\s*<CNPJ>([^<]*)<", text)[1])
    return signer.sign(text, "infNFe").encode()


def make_nfe(
    sample,
    *,
    number=47605,
    series=1,
    issuer=ISSUER,
    recipient=RECIPIENT,
    total="610.37",
    environment="1",
    issued=None,
    signer=None,
    code=SAMPLE_CODE,
    **texts,
):
    """Return a valid authorised NF-e, with its own key, check digit and signature.

    :param sample: the NF-e of `SAMPLE_KEY`, as text
    :param issued: the day of issue; today
    :param signer: who signs instead of the issuer
    :param code: the eight random digits of the key
    :param texts: other elements by name, each replaced where it first stands
    """
    issued = issued or date.today()
    key = f"35{issued:%y%m}{issuer}55{series:03}{number:09}1{code}"
    key += compute_check_digit(key)
    text = sample.replace(SAMPLE_KEY, key)
    for old, new in (
        ("<nNF>47605<", f"<nNF>{number}<"),
        ("<serie>1<", f"<serie>{series}<"),
        ("<cDV>0<", f"<cDV>{key[-1]}<"),
        (f"<cNF>{SAMPLE_CODE}<", f"<cNF>{code}<"),
        (f"<CNPJ>{ISSUER}<", f"<CNPJ>{issuer}<"),
        (f"<CNPJ>{RECIPIENT}<", f"<CNPJ>{recipient}<"),
        ("<vNF>610.37<", f"<vNF>{total}<"),
        ("<tpAmb>1<", f"<tpAmb>{environment}<"),
    ):
        if old not in text:
            raise AssertionError(f"the sample has no {old}")
        text = text.replace(old, new)
    text = sell(move_days(text, issued))
    for name, value in texts.items():
        text = re.sub(f"<{name}>[^<]*<", f"<{name}>{value}<", text, count=1)
    return sign(text.encode(), signer)


def reissue(sample, *, issued=None, environment=None):
    """Return any sample as a sale of this day, with a new key and signed by its issuer.

    :param sample: an authorised NF-e, as text
    """
    issued = issued or date.today()
    old = re.search(r'Id="NFe([0-9A-Z]{44})"', sample)[1]
    key = f"{old[:2]}{issued:%y%m}{old[6:43]}"
    key += compute_check_digit(key)
    text = sell(move_days(sample.replace(old, key), issued))
    text = re.sub("<cDV>[^<]*<", f"<cDV>{key[-1]}<", text)
    if environment:
        text = re.sub("<tpAmb>[^<]*<", f"<tpAmb>{environment}<", text)
    return sign(text.encode())


def move_days(text, issued):
    """Return the NF-e with all its days moved as far as the day of issue is."""
    old = date.fromisoformat(re.search(r"<dhEmi>([0-9-]{10})", text)[1])
    distance = issued - old

    def move(found):
        return f"{found[1]}{date.fromisoformat(found[2]) + distance}"

    names = "dhEmi|dhSaiEnt|dVenc|dhRecbto"
    text = re.sub(rf"(<(?:{names})>)(\d{{4}}-\d\d-\d\d)", move, text)
    # Later than midnight somewhere else it would be another day.
    return re.sub(r"(<dhEmi>[0-9-]{10}T)[^<]*", r"\g<1>08:16:57-03:00", text)


def sell(text):
    """Return the NF-e as one of a sale on credit; the samples give goods away."""
    text = re.sub(r"<CFOP>(\d)910<", r"<CFOP>\g<1>102<", text)
    text = re.sub(r"<natOp>Bonifica[^<]*<", "<natOp>Venda de produção própria<", text)
    total = re.search(r"<vNF>([^<]*)<", text)[1]
    payment = rf"<detPag><tPag>15</tPag><vPag>{total}</vPag></detPag>"
    return re.sub(r"<detPag>\s*<tPag>90</tPag>\s*<vPag>[^<]*</vPag>\s*</detPag>", payment, text)


def make_return_nfe(sample, sale_key, *, purpose="4", by_customer=False, **values):
    """Return an authorised return NF-e that refers to a sale's.

    :param by_customer: issued by the customer, to the company
    """
    values.setdefault("tpNF", "1" if by_customer else "0")
    if by_customer:
        values["issuer"] = RECIPIENT
    text = make_nfe(sample, finNFe=purpose, **values).decode()
    if by_customer:
        text = re.sub(r"(<dest>\s*<CNPJ>)[^<]*", rf"\g<1>{ISSUER}", text, count=1)
    reference = f"</verProc><NFref><refNFe>{sale_key}</refNFe></NFref>"
    return sign(text.replace("</verProc>", reference, 1).encode(), values.get("signer"))


def make_cancellation(
    key,
    *,
    kind="110111",
    status="135",
    answered_key=None,
    environment="1",
    author=None,
    identifier=None,
    sequence=1,
    nfe_protocol=PROTOCOL,
    protocol="135260000000001",
    at=None,
    signer=None,
):
    """Return a procEventoNFe as SEFAZ returns it for the cancellation of an NF-e.

    :param at: when it was registered, with time zone; now
    :param signer: who signs instead of the author; False leaves the signature out
    """
    author = author or key[6:20]
    at = at or datetime.now(timezone(timedelta(hours=-3)))
    moment = at.isoformat(timespec="seconds")
    identifier = identifier or f"ID{kind}{key}{sequence:02}"
    text = f"""<?xml version="1.0" encoding="utf-8"?>
<procEventoNFe xmlns="{NAMESPACE}" versao="1.00">
  <evento versao="1.00"><infEvento Id="{identifier}"><cOrgao>35</cOrgao>\
<tpAmb>{environment}</tpAmb><CNPJ>{author}</CNPJ><chNFe>{key}</chNFe>\
<dhEvento>{moment}</dhEvento><tpEvento>{kind}</tpEvento><nSeqEvento>{sequence}</nSeqEvento>\
<verEvento>1.00</verEvento><detEvento versao="1.00"><descEvento>Cancelamento</descEvento>\
<nProt>{nfe_protocol}</nProt><xJust>Pedido cancelado pelo cliente</xJust></detEvento>\
</infEvento></evento>
  <retEvento versao="1.00"><infEvento>\
<tpAmb>{environment}</tpAmb><verAplic>SP_EVENTOS</verAplic><cOrgao>35</cOrgao>\
<cStat>{status}</cStat><xMotivo>Evento registrado</xMotivo>\
<chNFe>{answered_key or key}</chNFe><tpEvento>{kind}</tpEvento>\
<xEvento>Cancelamento registrado</xEvento><nSeqEvento>1</nSeqEvento>\
<dhRegEvento>{moment}</dhRegEvento><nProt>{protocol}</nProt></infEvento></retEvento>
</procEventoNFe>"""
    if signer is False:
        return text.encode()
    return (signer or find_signer(author)).sign(text, "infEvento").encode()


def enclose(nfe, cancellation):
    """Return the NF-e's file with the cancellation in its envelope, as some programs keep them."""
    event = cancellation.decode()
    event = event[event.index("<procEventoNFe") :]
    return nfe.decode().replace("</nfeProc>", f"{event}</nfeProc>").encode()
