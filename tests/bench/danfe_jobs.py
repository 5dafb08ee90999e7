"""Draws NF-e of many items by the library alone and by supplier_credit. Runs in Odoo's Python."""

import importlib
import json
import sys
import time
import types
from copy import deepcopy
from io import BytesIO
from pathlib import Path

import nfelib
from brazilfiscalreport.danfe import Danfe, DanfeConfig
from lxml import etree
from pypdf import PdfReader

SAMPLE = "nfe/samples/v4_0/leiauteNFe/nfe_reforma_tributaria.xml"
FISCAL = Path(__file__).resolve().parents[2] / "supplier_credit" / "tools" / "fiscal"
LAYOUTS = {"MOC 7.0": "2026-11-30T12:00:00-03:00", "NT 2026.010": "2026-12-01T12:00:00-03:00"}
LONG_ITEMS, LONG_TEXT = 150, 500


def load_layouts():
    """Return the addon's module without loading Odoo."""
    package = types.ModuleType("fiscal")
    package.__path__ = [str(FISCAL)]
    sys.modules["fiscal"] = package
    return importlib.import_module("fiscal.danfe_layouts")


def make_nfe(moment, items, characters):
    """Return an NF-e with so many different items.

    :param characters: length of the additional text of each item
    """
    root = etree.parse(Path(nfelib.__file__).parent / SAMPLE).getroot()
    information = root.find(".//{*}infNFe")
    information.find("{*}ide/{*}dhEmi").text = moment
    first, *others = information.findall("{*}det")
    for item in others:
        information.remove(item)
    for number in range(items, 0, -1):
        item = deepcopy(first)
        item.set("nItem", str(number))
        item.find("{*}prod/{*}xProd").text = f"Produto {number} " + "com nome " * (number % 12)
        text = " ".join(f"texto{number + place}" for place in range(characters // 5))
        item.find("{*}infAdProd").text = text[:characters] or f"Item {number}"
        first.addnext(item)
    information.remove(first)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def draw_by_library(content):
    return bytes(Danfe(xml=content, config=DanfeConfig()).output())


def time_drawing(draw, content):
    began = time.perf_counter()
    drawn = draw(content)
    return time.perf_counter() - began, [
        page.extract_text() for page in PdfReader(BytesIO(drawn)).pages
    ]


def main():
    layouts = load_layouts()

    def draw_by_addon(content):
        return layouts.draw_layout(content, DanfeConfig())

    for layout, moment in LAYOUTS.items():
        for draw in (draw_by_library, draw_by_addon):
            draw(make_nfe(moment, 2, 0))
        for items, characters in ((int(sys.argv[1]), 0), (LONG_ITEMS, LONG_TEXT)):
            content = make_nfe(moment, items, characters)
            ours, our_pages = time_drawing(draw_by_addon, content)
            library, pages = time_drawing(draw_by_library, content)
            if our_pages != pages:
                raise SystemExit(f"{layout}: the drawings of {items} items differ")
            row = {
                "layout": layout,
                "items": items,
                "characters": characters,
                "pages": len(pages),
                "library": library,
                "ours": ours,
            }
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
