"""Draws the DANFE of an authorised NF-e sold on Supplier's credit.

Source: seed 001, "Impressão da DANFE": a note in the additional information, and no value or due
date of any instalment, because Supplier decides how much the customer pays, and when.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from brazilfiscalreport.danfe import Danfe, DanfeConfig
from lxml import etree

from .danfe_mask import mask_instalments
from .nfe import NAMES, NAMESPACE

# A due date and an amount in BRL; None where it is not to be masked.
Instalments = Iterable[tuple[date | None, Decimal | None]]

# Groups of the NF-e with the amounts and due dates that the customer is charged.
CHARGE_GROUPS = ("cobr", "pag")
# Free texts, which an issuer may have written instalments into.
FREE_TEXTS = (
    "n:infAdic/n:infCpl", "n:infAdic/n:infAdFisco", "n:infAdic/n:obsCont/n:xTexto",
    "n:infAdic/n:obsFisco/n:xTexto", "n:det/n:infAdProd",
)  # fmt: skip
# Where the additional information stands among the last groups of infNFe.
AFTER_ADDITIONAL_INFORMATION = (
    "exporta", "compra", "cana", "infRespTec", "infSolicNFF", "agropecuario",
)  # fmt: skip


def draw_supplier_danfe(
    content: bytes, note: str, *, instalments: Instalments = (), cancelled: bool = False
) -> bytes:
    """Return the DANFE as PDF, with the note and without any trace of the instalments.

    :param content: the procNFe
    :param note: text after the additional information, tags already replaced
    :param instalments: those of the invoice's payment terms; the NF-e's own duplicatas are read
        from the NF-e
    :param cancelled: draw it with the watermark of a cancelled NF-e
    """
    return _draw(_printable_xml(content, note, instalments), cancelled)


def draw_danfe(content: bytes, *, cancelled: bool = False) -> bytes:
    """Return the DANFE of any other NF-e as PDF, unchanged."""
    return _draw(content, cancelled)


def _draw(content: bytes, cancelled: bool) -> bytes:
    return bytes(Danfe(xml=content, config=DanfeConfig(watermark_cancelled=cancelled)).output())


def _printable_xml(content: bytes, note: str, instalments: Instalments) -> bytes:
    """Return a copy of the NF-e to draw from; the authorised file itself is never changed."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    information = root.find(".//n:infNFe", NAMES)
    _mask_free_texts(information, instalments)
    for name in CHARGE_GROUPS:
        for group in information.findall(f"n:{name}", NAMES):
            information.remove(group)
    if note:
        _append_note(information, note)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _mask_free_texts(information: etree._Element, instalments: Instalments) -> None:
    instalments = [*instalments, *_read_duplicatas(information)]
    dates = [due for due, _amount in instalments if due]
    amounts = [amount for _due, amount in instalments if amount]
    for path in FREE_TEXTS:
        for element in information.findall(path, NAMES):
            element.text = mask_instalments(element.text, dates, amounts)


def _read_duplicatas(information: etree._Element) -> list[tuple[date | None, Decimal]]:
    """Return due date, if there is one, and value of the NF-e's own instalments."""
    return [
        (
            date.fromisoformat(due) if due else None,
            Decimal(duplicata.findtext("n:vDup", "0", NAMES)),
        )
        for duplicata in information.findall("n:cobr/n:dup", NAMES)
        for due in [duplicata.findtext("n:dVenc", None, NAMES)]
    ]


def _append_note(information: etree._Element, note: str) -> None:
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
