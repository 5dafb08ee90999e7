"""Draws the DANFE of an authorised NF-e sold on Supplier's credit.

Source: seed 001, "Impressão da DANFE": an own note in the additional information, and no value or
due date of any instalment, because what the customer pays, and when, is Supplier's to say.
"""

from datetime import date
from decimal import Decimal

from brazilfiscalreport.danfe import Danfe, DanfeConfig
from lxml import etree

from .danfe_mask import mask_instalments
from .nfe import NAMES, NAMESPACE

# Groups of the NF-e that carry what the customer is charged and when.
CHARGE_GROUPS = ("cobr", "pag")
# Free text that an issuer may have written instalments into.
FREE_TEXTS = (
    "n:infAdic/n:infCpl", "n:infAdic/n:infAdFisco", "n:infAdic/n:obsCont/n:xTexto",
    "n:infAdic/n:obsFisco/n:xTexto", "n:det/n:infAdProd",
)  # fmt: skip
# Where the additional information stands among the last groups of infNFe.
AFTER_ADDITIONAL_INFORMATION = (
    "exporta", "compra", "cana", "infRespTec", "infSolicNFF", "agropecuario",
)  # fmt: skip


def draw_supplier_danfe(content, note, *, instalments=(), cancelled=False):
    """Return the DANFE as PDF bytes, with the note added and nothing of the instalments left.

    :param content: the procNFe, bytes
    :param note: text after the additional information, tags already replaced
    :param instalments: of the invoice's payment terms, as pairs of due date and amount in BRL; the
        NF-e's own duplicatas are known from the NF-e
    :param cancelled: draw it with the watermark of a cancelled NF-e
    """
    return _draw(_printable_xml(content, note, instalments), cancelled)


def draw_danfe(content, *, cancelled=False):
    """Return the DANFE of any other NF-e as PDF bytes, unchanged."""
    return _draw(content, cancelled)


def _draw(content, cancelled):
    return bytes(Danfe(xml=content, config=DanfeConfig(watermark_cancelled=cancelled)).output())


def _printable_xml(content, note, instalments):
    """Return a copy of the NF-e for the printer; the authorised file itself is never changed."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    information = root.find(".//n:infNFe", NAMES)
    _mask_free_texts(information, instalments)
    for name in CHARGE_GROUPS:
        for group in information.findall(f"n:{name}", NAMES):
            information.remove(group)
    if note:
        _append_note(information, note)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _mask_free_texts(information, instalments):
    instalments = [*instalments, *_read_duplicatas(information)]
    dates = [due for due, _amount in instalments if due]
    amounts = [amount for _due, amount in instalments if amount]
    for path in FREE_TEXTS:
        for element in information.findall(path, NAMES):
            element.text = mask_instalments(element.text, dates, amounts)


def _read_duplicatas(information):
    """Return the NF-e's own instalments as pairs of due date, if it has one, and value."""
    return [
        (
            date.fromisoformat(due) if due else None,
            Decimal(duplicata.findtext("n:vDup", "0", NAMES)),
        )
        for duplicata in information.findall("n:cobr/n:dup", NAMES)
        for due in [duplicata.findtext("n:dVenc", None, NAMES)]
    ]


def _append_note(information, note):
    additional = information.find("n:infAdic", NAMES)
    if additional is None:
        additional = etree.Element(f"{{{NAMESPACE}}}infAdic")
        following = next(
            (
                element
                for name in AFTER_ADDITIONAL_INFORMATION
                if (element := information.find(f"n:{name}", NAMES)) is not None
            ),
            None,
        )
        if following is None:
            information.append(additional)
        else:
            following.addprevious(additional)
    text = additional.find("n:infCpl", NAMES)
    if text is None:
        text = etree.Element(f"{{{NAMESPACE}}}infCpl")
        # Second in infAdic, after infAdFisco where there is one.
        fisco = additional.find("n:infAdFisco", NAMES)
        additional.insert(0 if fisco is None else 1, text)
    own = (text.text or "").strip()
    # An issuer may have put the note into the NF-e already; it stands once.
    if " ".join(note.split()) not in " ".join(own.split()):
        text.text = " ".join(filter(None, [own, note]))
