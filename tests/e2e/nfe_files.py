"""The addon's maker of NF-e, in a process without Odoo."""

import importlib.util

from tests.host.layout import ROOT


def _load():
    # By its file: to import its package would take all of Odoo.
    path = ROOT / "supplier_credit/tests/nfe/nfe_maker.py"
    specification = importlib.util.spec_from_file_location("nfe_maker", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


nfe_maker = _load()
