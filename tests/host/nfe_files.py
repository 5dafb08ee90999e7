"""Authorised NF-e of today, for people and tests to upload. Run in Odoo's environment."""

import importlib.util
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from .environments import ODOO_VENV
from .layout import ROOT

ZONE = ZoneInfo("America/Sao_Paulo")
NAMES = ("nfe-47605.xml", "nfe-47686.xml")


def load_maker():
    """Return the addon's maker of NF-e; by its file, as its package would take all of Odoo."""
    path = ROOT / "supplier_credit/tests/nfe/nfe_maker.py"
    specification = importlib.util.spec_from_file_location("nfe_maker", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def read_sample(name):
    """Return the NF-e of nfelib that a file of this name is made from, as text."""
    number = name.removeprefix("nfe-").removesuffix(".xml")
    samples = next(
        (ODOO_VENV / "lib").glob("python3*/site-packages/nfelib/nfe/samples/v4_0/leiauteNFe")
    )
    return next(samples.glob(f"*55001{number:0>9}*-nfe.xml")).read_text()


def write_files(folder):
    """Write the NF-e as issued and signed today in São Paulo."""
    maker = load_maker()
    for name in NAMES:
        content = maker.reissue(read_sample(name), issued=datetime.now(ZONE).date())
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    write_files(Path(sys.argv[1]))
