"""Makes valid files of SEFAZ, with their own keys, check digits and digests.

Neither Odoo nor the code under test is used, so that tests outside of Odoo can import it, too.
"""

import base64
import hashlib
import re
from xml.etree import ElementTree

NAMESPACE = "http://www.portalfiscal.inf.br/nfe"
# Access key and recipient of the sample.
SAMPLE_KEY = "35180834128745000152550010000476051695511860"
ISSUER = "34128745000152"
RECIPIENT = "57647232000153"


def compute_check_digit(key):
    """Return the check digit of an access key without one: modulo 11, weights 2 to 9."""
    weights = (2, 3, 4, 5, 6, 7, 8, 9)
    values = [ord(character) - ord("0") for character in reversed(key)]
    rest = sum(value * weights[place % 8] for place, value in enumerate(values)) % 11
    return str(11 - rest) if rest > 1 else "0"


def sign(content):
    """Return the NF-e with the digest of its content in signature and protocol.

    By the standard library's canonicalisation, which shares no code with the one under test.
    """
    text = content.decode()
    information = text[text.index("<infNFe") : text.index("</infNFe>") + len("</infNFe>")]
    alone = information.replace("<infNFe", f'<infNFe xmlns="{NAMESPACE}"', 1)
    canonical = ElementTree.canonicalize(xml_data=alone)
    value = base64.b64encode(hashlib.sha1(canonical.encode()).digest()).decode()
    text = re.sub("<DigestValue>[^<]*<", f"<DigestValue>{value}<", text)
    return re.sub("<digVal>[^<]*<", f"<digVal>{value}<", text).encode()


def make_nfe(
    sample,
    *,
    number=47605,
    series=1,
    issuer=ISSUER,
    recipient=RECIPIENT,
    total="610.37",
    environment="1",
    **texts,
):
    """Return a valid authorised NF-e, with its own key, check digit and digests.

    :param sample: the NF-e of `SAMPLE_KEY`, as text
    :param texts: other elements by name, each replaced where it first stands
    """
    key = f"351808{issuer}55{series:03}{number:09}169551186"
    key += compute_check_digit(key)
    text = sample.replace(SAMPLE_KEY, key)
    for old, new in (
        ("<nNF>47605<", f"<nNF>{number}<"),
        ("<serie>1<", f"<serie>{series}<"),
        ("<cDV>0<", f"<cDV>{key[-1]}<"),
        (f"<CNPJ>{ISSUER}<", f"<CNPJ>{issuer}<"),
        (f"<CNPJ>{RECIPIENT}<", f"<CNPJ>{recipient}<"),
        ("<vNF>610.37<", f"<vNF>{total}<"),
        ("<tpAmb>1<", f"<tpAmb>{environment}<"),
    ):
        if old not in text:
            raise AssertionError(f"the sample has no {old}")
        text = text.replace(old, new)
    for name, value in texts.items():
        text = re.sub(f"<{name}>[^<]*<", f"<{name}>{value}<", text, count=1)
    return sign(text.encode())


def make_return_nfe(sample, sale_key, *, purpose="4", by_customer=False, **values):
    """Return an authorised return NF-e that refers to a sale's.

    :param by_customer: issued by the customer, to the company
    """
    if by_customer:
        values["issuer"] = RECIPIENT
    text = make_nfe(sample, finNFe=purpose, **values).decode()
    if by_customer:
        text = re.sub(r"(<dest>\s*<CNPJ>)[^<]*", rf"\g<1>{ISSUER}", text, count=1)
    reference = f"</verProc><NFref><refNFe>{sale_key}</refNFe></NFref>"
    return sign(text.replace("</verProc>", reference, 1).encode())


def make_cancellation(key, *, kind="110111", status="135", answered_key=None, environment="1"):
    """Return a procEventoNFe as SEFAZ returns it for the cancellation of an NF-e."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<procEventoNFe xmlns="{NAMESPACE}" versao="1.00">
  <evento versao="1.00">
    <infEvento Id="ID{kind}{key}01">
      <cOrgao>35</cOrgao><tpAmb>{environment}</tpAmb><CNPJ>{key[6:20]}</CNPJ><chNFe>{key}</chNFe>
      <dhEvento>2026-11-22T09:00:00-03:00</dhEvento><tpEvento>{kind}</tpEvento>
      <nSeqEvento>1</nSeqEvento><verEvento>1.00</verEvento>
      <detEvento versao="1.00"><descEvento>Cancelamento</descEvento><nProt>135180550847249</nProt>
        <xJust>Pedido cancelado pelo cliente</xJust></detEvento>
    </infEvento>
  </evento>
  <retEvento versao="1.00">
    <infEvento>
      <tpAmb>{environment}</tpAmb><verAplic>SP_EVENTOS</verAplic><cOrgao>35</cOrgao>
      <cStat>{status}</cStat><xMotivo>Evento registrado</xMotivo>
      <chNFe>{answered_key or key}</chNFe><tpEvento>{kind}</tpEvento><nSeqEvento>1</nSeqEvento>
      <dhRegEvento>2026-11-22T09:00:05-03:00</dhRegEvento><nProt>135260000000001</nProt>
    </infEvento>
  </retEvento>
</procEventoNFe>""".encode()
