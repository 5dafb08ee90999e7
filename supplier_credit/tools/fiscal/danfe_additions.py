"""What the library leaves out of the DANFE, as lines of the additional information.

In Portuguese, as all of the document. Source: MOC 7.0, Anexo I (layout of the NF-e).
"""

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from .fiscal_xml import NAMES


def list_additions(information: etree._Element) -> list[str]:
    """Return the lines that an NF-e needs besides its own additional information.

    :param information: infNFe
    """
    return [
        *_list_contingency(information),
        *_list_foreign_recipient(information),
        *_list_volumes(information),
        *_list_trailers(information),
    ]


def _list_contingency(information: etree._Element) -> Iterator[str]:
    moment = information.findtext("n:ide/n:dhCont", "", NAMES)
    if moment:
        day, time = "/".join(reversed(moment[:10].split("-"))), moment[11:19]
        reason = information.findtext("n:ide/n:xJust", "", NAMES)
        yield f"Emitida em contingência em {day} {time}. Motivo: {reason}"


def _list_foreign_recipient(information: etree._Element) -> Iterator[str]:
    if number := information.findtext("n:dest/n:idEstrangeiro", "", NAMES):
        yield f"Identificação do destinatário estrangeiro: {number}"


def _list_volumes(information: etree._Element) -> Iterator[str]:
    """Yield each volume but the first, which has its own fields."""
    volumes = information.findall("n:transp/n:vol", NAMES)
    for place, volume in enumerate(volumes[1:], start=2):
        described = (
            ("quantidade", volume.findtext("n:qVol", "", NAMES)),
            ("espécie", volume.findtext("n:esp", "", NAMES)),
            ("marca", volume.findtext("n:marca", "", NAMES)),
            ("numeração", volume.findtext("n:nVol", "", NAMES)),
            ("peso bruto", _format_weight(volume.findtext("n:pesoB", "", NAMES))),
            ("peso líquido", _format_weight(volume.findtext("n:pesoL", "", NAMES))),
        )
        said = ", ".join(f"{name} {value}" for name, value in described if value)
        yield f"Volume {place} de {len(volumes)}: {said}"


def _list_trailers(information: etree._Element) -> Iterator[str]:
    for trailer in information.findall("n:transp/n:reboque", NAMES):
        plate, state, register = (
            trailer.findtext(f"n:{name}", "", NAMES) for name in ("placa", "UF", "RNTC")
        )
        said = " ".join(filter(None, [plate, state, register and f"ANTT {register}"]))
        yield f"Reboque: {said}"


def _format_weight(weight: str) -> str:
    return f"{Decimal(weight):,.3f}".translate(str.maketrans(",.", ".,")) if weight else ""
