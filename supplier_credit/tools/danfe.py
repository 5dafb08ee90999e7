"""Draws the DANFE of an authorised NF-e sold on Supplier's credit.

Source: seed 001, "Impressão da DANFE": an own note in the additional information, and no value or
due date of any instalment, because what the customer pays, and when, is Supplier's to say.
"""

from brazilfiscalreport.danfe import Danfe
from lxml import etree

from .nfe import NAMES, NAMESPACE

# Groups of the NF-e that carry what the customer is charged and when.
CHARGE_GROUPS = ("cobr", "pag")
# Where the additional information stands among the last groups of infNFe.
AFTER_ADDITIONAL_INFORMATION = (
    "exporta", "compra", "cana", "infRespTec", "infSolicNFF", "agropecuario",
)  # fmt: skip


def draw_supplier_danfe(content, note):
    """Return the DANFE as PDF bytes, with the note added and the charge groups left out.

    :param content: the procNFe, bytes
    :param note: text after the additional information, tags already replaced
    """
    return _draw(_printable_xml(content, note))


def draw_danfe(content):
    """Return the DANFE of any other NF-e as PDF bytes, unchanged."""
    return _draw(content)


def _draw(content):
    return bytes(Danfe(xml=content).output())


def _printable_xml(content, note):
    """Return a copy of the NF-e for the printer; the authorised file itself is never changed."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    information = root.find(".//n:infNFe", NAMES)
    for name in CHARGE_GROUPS:
        for group in information.findall(f"n:{name}", NAMES):
            information.remove(group)
    if note:
        _append_note(information, note)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


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
        text = etree.SubElement(additional, f"{{{NAMESPACE}}}infCpl")
    text.text = " ".join(filter(None, [(text.text or "").strip(), note]))
