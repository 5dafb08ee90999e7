import base64
import hashlib
import re
from xml.etree import ElementTree

from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.nfe import key_check_digit
from .common import NFE_FILE, SAMPLES, SupplierCreditCommon

NAMESPACE = "http://www.portalfiscal.inf.br/nfe"
SAMPLE_KEY = "35180834128745000152550010000476051695511860"


def sign(content):
    """Return the NF-e with the digest of what it holds, as signature and protocol name it.

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
    *,
    number=47605,
    series=1,
    issuer="34128745000152",
    recipient="57647232000153",
    total="610.37",
    environment="1",
    **texts,
):
    """Return an authorised NF-e that is whole: key, check digit and digests are its own.

    :param texts: other elements by name, each replaced where it first stands
    """
    text = (SAMPLES / NFE_FILE).read_text()
    key = f"351808{issuer}55{series:03}{number:09}169551186"
    key += key_check_digit(key)
    text = text.replace(SAMPLE_KEY, key)
    for old, new in (
        ("<nNF>47605<", f"<nNF>{number}<"),
        ("<serie>1<", f"<serie>{series}<"),
        ("<cDV>0<", f"<cDV>{key[-1]}<"),
        ("<CNPJ>34128745000152<", f"<CNPJ>{issuer}<"),
        ("<CNPJ>57647232000153<", f"<CNPJ>{recipient}<"),
        ("<vNF>610.37<", f"<vNF>{total}<"),
        ("<tpAmb>1<", f"<tpAmb>{environment}<"),
    ):
        if old not in text:
            raise AssertionError(f"the sample has no {old}")
        text = text.replace(old, new)
    for name, value in texts.items():
        text = re.sub(f"<{name}>[^<]*<", f"<{name}>{value}<", text, count=1)
    return sign(text.encode())


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


class NfeUploadCommon(SupplierCreditCommon):
    """The wizard's two doors: a file for one invoice, many files that find theirs."""

    def upload(self, content, invoice=None, user=None, **values):
        wizards = self.env["supplier.credit.nfe.upload"].with_user(user or self.accountant)
        wizard = wizards.create(
            {
                "invoice_id": (invoice or self.invoice).id,
                "nfe_file": base64.b64encode(content),
                **values,
            }
        )
        return wizard.action_upload()

    def upload_many(self, *contents, user=None, invoices=None):
        """Upload files that are named 0.xml, 1.xml and so on; return the lines of the result."""
        user = user or self.accountant
        attachments = (
            self.env["ir.attachment"]
            .with_user(user)
            .create(
                [
                    {
                        "name": f"{index}.xml",
                        "raw": content,
                        "res_model": "supplier.credit.nfe.upload",
                        "res_id": 0,
                    }
                    for index, content in enumerate(contents)
                ]
            )
        )
        action = (invoices or self.env["account.move"]).with_user(user).action_open_nfe_uploads()
        wizards = self.env["supplier.credit.nfe.upload"].with_user(user)
        wizard = wizards.with_context(**action["context"]).create(
            {"attachment_ids": [Command.set(attachments.ids)]}
        )
        shown = wizard.action_upload()
        self.assertEqual(shown["res_id"], wizard.id)
        return wizard.line_ids.sorted("name")

    def refusal_of(self, act):
        """Return the message by which `act` is refused, without undoing what it did before."""
        try:
            act()
        except UserError as error:
            return str(error)
        raise AssertionError("nothing was refused")

    def snapshot(self, invoice):
        """Return all that is stored of an invoice and its entries."""
        # Written by whoever reads them, or different with each reading.
        volatile = {"access_token", "tax_totals", "needed_terms", "payment_term_details"}
        invoice = invoice.sudo()
        names = [name for name in invoice._fields if name not in volatile]
        self.env.flush_all()
        self.env.invalidate_all()
        lines = [name for name, field in invoice.line_ids._fields.items() if field.store]
        return invoice.read(names), invoice.line_ids.read(lines)

    def assertRefused(self, content, *parts, invoice=None, **values):
        invoice = invoice or self.invoice
        before = self.snapshot(invoice)
        reason = self.refusal_of(lambda: self.upload(content, invoice, **values))
        for part in parts:
            self.assertIn(part, reason)
        self.assertEqual(self.snapshot(invoice), before)
        return reason

    def create_plain_invoice(self, *, amount=610.37, partner=None, bearer=None, series="1"):
        """Return a draft invoice without order, of the accountant's."""
        invoice = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": (partner or self.customer).id,
                    "invoice_payment_term_id": self.payment_term.id,
                    "preferred_payment_method_line_id": (bearer or self.bearer).id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": self.product.id,
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
        invoice.sudo().journal_id.l10n_br_invoice_serial = series
        return invoice
