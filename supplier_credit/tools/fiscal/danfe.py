"""Draws the DANFE of an authorised NF-e.

Of a sale on Supplier's credit it has a note in the additional information, and no value or due date
of any instalment, because Supplier decides how much the customer pays, and when.
Source: seed 001, "Impressão da DANFE".
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from brazilfiscalreport.danfe import DanfeConfig
from lxml import etree

from .danfe_additions import list_additions
from .danfe_layouts import LINE_BREAK, draw_layout
from .danfe_mask import Mask
from .danfe_terms import find_terms
from .danfe_text import to_printable
from .fiscal_xml import NAMES, NAMESPACE, read_xml

# To be raised when the same NF-e is drawn differently, so that no older drawing is served.
VERSION = (1, version("brazilfiscalreport"), version("fpdf2"))

# A due date and an amount in BRL; None where it is not to be masked.
Instalments = Iterable[tuple[date | None, Decimal | None]]

# Groups of the NF-e with the amounts and due dates that the customer is charged.
CHARGE_GROUPS = ("cobr", "pag")
# Free texts, which an issuer may have written instalments into.
FREE_TEXTS = (
    "n:ide/n:natOp", "n:ide/n:xJust",
    "n:emit/n:enderEmit/n:xCpl", "n:dest/n:enderDest/n:xCpl",
    "n:retirada/n:xCpl", "n:entrega/n:xCpl",
    "n:det/n:prod/n:cProd", "n:det/n:prod/n:xProd", "n:det/n:infAdProd",
    "n:transp/n:transporta/n:xNome", "n:transp/n:transporta/n:xEnder",
    "n:transp/n:vol/n:esp", "n:transp/n:vol/n:marca", "n:transp/n:vol/n:nVol",
    "n:infAdic/n:infAdFisco", "n:infAdic/n:infCpl", "n:infAdic/n:obsCont/n:xTexto",
    "n:infAdic/n:obsFisco/n:xTexto",
)  # fmt: skip
# Where the additional information stands among the last groups of infNFe.
AFTER_ADDITIONAL_INFORMATION = (
    "exporta", "compra", "cana", "infRespTec", "infSolicNFF", "agropecuario",
)  # fmt: skip
# The library writes the number of pages in place of this.
PAGES_MARK, PAGES_MARK_APART = "{nb}", "{ nb }"
# Where the NF-e itself has the note; of private use as LINE_BREAK.
NOTE_PLACE = "\ue001"


class DanfeProblem(Exception):
    """A DANFE that cannot be drawn; its text is the library's."""


@contextmanager
def _naming_problems() -> Iterator[None]:
    """Name whatever this or the library stumbles over, so that who prints learns what it was.

    :raise DanfeProblem: instead of any other error
    """
    try:
        yield
    except DanfeProblem:
        raise
    except Exception as error:
        raise DanfeProblem(f"{type(error).__name__}: {error}") from error


@_naming_problems()
def draw_supplier_danfe(
    content: bytes,
    note: str,
    *,
    instalments: Instalments = (),
    invoice_date: date | None = None,
    cancelled: bool = False,
    logo: bytes | None = None,
) -> bytes:
    """Return the DANFE as PDF, with the note and without any trace of the instalments.

    :param content: the procNFe
    :param note: text after the additional information, tags already replaced
    :param instalments: those of the invoice's payment terms; the NF-e's own duplicatas are read
        from the NF-e
    :param invoice_date: what these payment terms count from
    :param cancelled: draw it with the watermark of a cancelled NF-e
    :param logo: an image of the issuer, in a form that the library knows
    :raise DanfeProblem: if it cannot be drawn
    """
    root, information = _read(content)
    mask = _prepare_mask(information, instalments, invoice_date)
    note = to_printable(note).strip()
    _mark_note(information, note)
    for _name, element in _iterate_free_texts(information):
        element.text = mask.apply(element.text)
    for name in CHARGE_GROUPS:
        for group in information.findall(f"n:{name}", NAMES):
            information.remove(group)
    return _draw(root, information, note, cancelled, logo)


@_naming_problems()
def draw_danfe(content: bytes, *, cancelled: bool = False, logo: bytes | None = None) -> bytes:
    """Return the DANFE of any other NF-e as PDF, with everything that it says.

    :raise DanfeProblem: if it cannot be drawn
    """
    root, information = _read(content)
    return _draw(root, information, "", cancelled, logo)


def digest_inputs(content: bytes, note: str, **options: Any) -> str:
    """Return a digest of all that `draw_supplier_danfe` draws from, with its own version."""
    inputs = repr((VERSION, content, note, sorted(options.items())))
    return hashlib.sha256(inputs.encode("utf-8", "backslashreplace")).hexdigest()


@_naming_problems()
def list_hidden(
    content: bytes, *, instalments: Instalments = (), invoice_date: date | None = None
) -> list[tuple[str, str]]:
    """Return what `draw_supplier_danfe` hides: name of the element, and text.

    Names are those of the layout, for an item with its number, as in "det 2/xProd".
    """
    _root, information = _read(content)
    mask = _prepare_mask(information, instalments, invoice_date)
    duplicatas = [
        ("cobr/dup", " ".join(child.text or "" for child in duplicata))
        for duplicata in information.findall("n:cobr/n:dup", NAMES)
    ]
    return duplicatas + [
        (name, sentence)
        for name, element in _iterate_free_texts(information)
        for sentence in mask.find_sentences(element.text)
    ]


def _read(content: bytes) -> tuple[etree._Element, etree._Element]:
    """Return root and infNFe of a copy in printable characters; the file is never changed."""
    root = read_xml(content)
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    information = root.find(".//n:infNFe", NAMES)
    if information is None:
        raise DanfeProblem("it has no infNFe")
    for element in information.iter():
        if element.text:
            text = to_printable(element.text).replace(PAGES_MARK, PAGES_MARK_APART)
            # The library takes an empty element for one that is not there, and fails.
            element.text = text or " "
    return root, information


def _iterate_free_texts(information: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Yield the free texts that are not empty, each with its name for `list_hidden`."""
    for path in FREE_TEXTS:
        for element in information.iterfind(path, NAMES):
            if element.text:
                yield _name_element(path, element), element


def _name_element(path: str, element: etree._Element) -> str:
    name = path.replace("n:", "")
    if not name.startswith("det/"):
        return name
    item = next(element.iterancestors(f"{{{NAMESPACE}}}det"))
    return f"det {item.get('nItem')}/{name.rpartition('/')[2]}"


def _prepare_mask(
    information: etree._Element, instalments: Instalments, invoice_date: date | None
) -> Mask:
    issued = _read_date(information.findtext("n:ide/n:dhEmi", "", NAMES))
    terms = list(instalments)
    known = terms + _read_duplicatas(information)
    dates = {due for due, _amount in known if due}
    if issued:
        days = {
            days
            for _name, element in _iterate_free_texts(information)
            for term in find_terms(element.text)
            for days in term.days
        }
        if invoice_date:
            # An NF-e of another day may count the same payment terms from its own.
            days |= {(due - invoice_date).days for due, _amount in terms if due}
        dates |= {issued + timedelta(days=number) for number in days if number > 0}
    return Mask(dates, [amount for _due, amount in known if amount])


def _read_date(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None


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


def _mark_note(information: etree._Element, note: str) -> None:
    """Keep the place of the note where an issuer put it into the NF-e already.

    So it stands once, and what it says of instalments is not masked.
    """
    text = information.find("n:infAdic/n:infCpl", NAMES)
    if text is not None and text.text and note:
        own, note = (" ".join(said.split()) for said in (text.text, note))
        if note in own:
            text.text = own.replace(note, NOTE_PLACE, 1).replace(note, "")


def _draw(
    root: etree._Element,
    information: etree._Element,
    note: str,
    cancelled: bool,
    logo: bytes | None,
) -> bytes:
    own = information.findtext("n:infAdic/n:infCpl", "", NAMES).strip()
    # Issuers separate what belongs on lines of its own by semicolons.
    own = re.sub(r";[;\s]*", lambda found: found[0].strip() + LINE_BREAK, own)
    note = note.replace("\n", LINE_BREAK)
    texts = [own.replace(NOTE_PLACE, note)] if NOTE_PLACE in own else [own, note]
    lines = filter(None, [*texts, *list_additions(information)])
    # The break at the end keeps what the library adds apart.
    _write_additional_information(information, "".join(f"{line}{LINE_BREAK}" for line in lines))
    config = DanfeConfig(
        logo=logo or None, watermark_cancelled=cancelled, infcpl_semicolon_newline=True
    )
    return draw_layout(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), config)


def _write_additional_information(information: etree._Element, written: str) -> None:
    """Write infCpl, and make its groups where they are missing."""
    additional = information.find("n:infAdic", NAMES)
    if additional is None:
        if not written:
            return
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
    text.text = written or LINE_BREAK
