"""The companies that the tests run in: with core's Brazilian localisation, with OCA's, with none.

OCA's addons come from PyPI into a folder of their own, and only the databases made from them know
it: one of them installs itself wherever it is found.
"""

import hashlib
import os
import shutil
from dataclasses import dataclass, field

from .layout import HOST, ROOT
from .terminal import HostError, run, step

REQUIREMENTS = ROOT / "tests" / "host" / "requirements-oca.txt"
OCA = HOST / "oca"
OCA_ADDONS = OCA / "addons"
OCA_LIBRARIES = OCA / "libraries"
# A newer Odoo than Debian's calls this column of the list of contacts by another name.
RENAMED_COLUMN = (
    OCA_ADDONS / "l10n_br_base/views/res_partner_view.xml",
    '<field name="display_name" position="after">',
    '<field name="complete_name" position="after">',
)

# A company as the host makes it for Brazil: country, language, chart of accounts and a valid CNPJ.
PREPARE_CORE = """
env['ir.config_parameter'].set_param('database.is_neutralized', False)
company = env.company
company.write({'country_id': env.ref('base.br').id, 'name': 'Empresa Modelo Ltda'})
env['account.chart.template'].try_loading('br', company, install_demo=False)
assert company.chart_template == 'br', company.chart_template
env.cr.commit()
"""
PREPARE_OCA = """
env['ir.config_parameter'].set_param('database.is_neutralized', False)
company = env.company
company.write({'country_id': env.ref('base.br').id, 'name': 'Empresa Modelo Ltda'})
env['account.chart.template'].try_loading('br_oca_generic', company, install_demo=False)
assert company.chart_template == 'br_oca_generic', company.chart_template
assert 'l10n_latam.document.type' not in env
env.cr.commit()
"""
PREPARE_NONE = """
env['ir.config_parameter'].set_param('database.is_neutralized', False)
company = env.company
company.write({'country_id': env.ref('base.br').id, 'name': 'Empresa Modelo Ltda'})
env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
company.currency_id = env.ref('base.BRL').with_context(active_test=False)
assert 'l10n_latam.document.type' not in env
env.cr.commit()
"""


@dataclass(frozen=True)
class Localisation:
    """A company before our addons come.

    :param modules: what its database has installed
    :param prepare: a script for Odoo's shell that makes the company
    :param addons_paths: folders with addons beside the host's
    :param environment: variables that its processes need
    """

    modules: tuple
    prepare: str
    addons_paths: tuple = ()
    environment: dict = field(default_factory=dict)


CORE = Localisation(("sale_management", "account", "l10n_br"), PREPARE_CORE)
NONE = Localisation(("sale_management", "account"), PREPARE_NONE)


def oca(python):
    """Return OCA's localisation, whose addons are fetched once."""
    _ensure_oca(python)
    libraries = [str(OCA_LIBRARIES), *filter(None, [os.environ.get("PYTHONPATH")])]
    return Localisation(
        (
            "sale_management",
            "account",
            "l10n_br_sale",
            "l10n_br_fiscal_edi",
            "l10n_br_coa_generic",
            "account_payment_base_oca",
            "sale_financial_risk",
            "sale_exception",
        ),
        PREPARE_OCA,
        (OCA_ADDONS,),
        {"PYTHONPATH": os.pathsep.join(libraries)},
    )


def _ensure_oca(python):
    """Fetch the addons of the requirements; a folder that has its name is whole."""
    key = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    stamp = OCA / ".complete"
    if not stamp.exists() or stamp.read_text() != key:
        with step("Fetching OCA's Brazilian addons (once)"):
            _fetch(python, key)
    _patch()


def _fetch(python, key):
    making = OCA.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    run(
        [
            python, "-m", "pip", "install", "--quiet", "--pre", "--no-deps",
            "--target", making / "libraries", "-r", REQUIREMENTS,
        ],
        what="Fetching OCA's addons",
    )  # fmt: skip
    # Apart from the libraries: beside them, the folder `odoo` would stand for Odoo itself.
    (making / "libraries/odoo/addons").rename(making / "addons")
    (making / "libraries/odoo").rmdir()
    (making / ".complete").write_text(key)
    shutil.rmtree(OCA, ignore_errors=True)
    making.rename(OCA)


def _patch():
    """Let the list of contacts find its column in Odoo 19.0 as Debian has it."""
    path, newer, ours = RENAMED_COLUMN
    text = path.read_text()
    if ours in text:
        return
    if newer not in text:
        raise HostError(f"{path.name} of l10n_br_base has changed; see {__name__}.")
    path.write_text(text.replace(newer, ours))
