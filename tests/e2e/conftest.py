"""A running Odoo and a running sandbox, each a process of its own, with the demo company."""

import base64
import os
from types import SimpleNamespace

import pytest

from tests.host import demo
from tests.host.databases import Databases
from tests.host.environments import ODOO_PYTHON
from tests.host.layout import ADDONS, HOST
from tests.host.odoo_source import load
from tests.host.postgres import Postgres
from tests.host.processes import free_port, start_odoo

from . import browser
from .odoo import Session
from .sandbox import Sandbox, SandboxProcess

# Another name lets two runs share one PostgreSQL.
DATABASE = os.environ.get("E2E_DATABASE", "e2e")
INSTALLED = f"{DATABASE}_installed"
FILLED = f"{DATABASE}_filled"


def pytest_configure(config):
    config.addinivalue_line("markers", "load: long; left out by `make test`, run by `make e2e`")


@pytest.fixture(scope="session")
def databases():
    postgres = Postgres()
    postgres.start()
    databases = Databases(postgres, load(), ODOO_PYTHON)
    databases.copy(INSTALLED, ADDONS)
    yield databases
    databases.drop(INSTALLED)


@pytest.fixture(scope="session")
def sandbox_port():
    """The sandbox's port, which a filled database names: each sandbox listens there in turn."""
    return free_port()


@pytest.fixture(scope="session")
def filled(databases, sandbox_port):
    """A database with the demo company, and with what browsers load bundled."""
    databases.copy(FILLED, template=INSTALLED)
    demo.fill_company(databases, FILLED, sandbox_port)
    bundle = "env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()"
    databases.odoo_shell(FILLED, bundle, what="Bundling assets")
    yield FILLED
    databases.drop(FILLED)


@pytest.fixture(scope="module")
def odoo_options():
    """Further options of Odoo's command line; a test module may override this fixture."""
    return []


@pytest.fixture(scope="module")
def running(databases, filled, sandbox_port, odoo_options):
    """Odoo with the three addons and the demo company, and the sandbox it talks to."""
    odoo_port = free_port()
    state = HOST / DATABASE
    state.mkdir(exist_ok=True)
    demo.make_nfe_files(state)
    books = state / "sandbox.sqlite"
    for path in state.glob("sandbox.sqlite*"):
        path.unlink()
    sandbox = SandboxProcess(sandbox_port, books)
    odoo = None
    try:
        databases.copy(DATABASE, template=filled)
        demo.introduce_customers(sandbox_port)
        odoo = start_odoo(databases, DATABASE, odoo_port, options=odoo_options)
        yield SimpleNamespace(
            url=f"http://127.0.0.1:{odoo_port}",
            sandbox=Sandbox(sandbox),
            nfe_folder=state,
        )
    finally:
        if odoo:
            odoo.stop()
        sandbox.stop()
        databases.drop(DATABASE)


@pytest.fixture(scope="module")
def admin(running):
    return Session(running.url, DATABASE, "admin", "admin")


@pytest.fixture(scope="module")
def group_ids(admin):
    """Return a function from the XML ids of groups to their ids."""

    def find(*names):
        found = []
        for name in names:
            module, _, local = name.partition(".")
            (data,) = admin.search_read(
                "ir.model.data", [["module", "=", module], ["name", "=", local]], ["res_id"]
            )
            found.append(data["res_id"])
        return found

    return find


@pytest.fixture(scope="module")
def users(running, admin, group_ids):
    """A salesman, an accountant, and a manager of sales and of Supplier's credit, in English."""
    roles = {
        "salesman": ["sales_team.group_sale_salesman_all_leads"],
        "accountant": [
            "account.group_account_invoice",
            "sales_team.group_sale_salesman_all_leads",
        ],
        "manager": [
            "supplier_credit.supplier_credit_group_manager",
            "sales_team.group_sale_manager",
        ],
    }
    sessions = SimpleNamespace()
    for login, groups in roles.items():
        admin.call(
            "res.users",
            "create",
            {
                "name": login.title(),
                "login": login,
                "password": f"{login}-{login}",
                "lang": "en_US",
                "group_ids": [[6, 0, group_ids(*groups)]],
            },
        )
        session = Session(running.url, DATABASE, login, f"{login}-{login}")
        setattr(sessions, login, session)
    return sessions


@pytest.fixture(scope="module")
def analyst(running, admin, group_ids):
    """A person who sells, invoices and manages the agreement."""
    admin.call(
        "res.users",
        "create",
        {
            "name": "Ana Analista",
            "login": "ana",
            "password": "ana-ana-ana",
            "lang": browser.LANGUAGE,
            "tz": "America/Sao_Paulo",
            "group_ids": [
                [
                    6,
                    0,
                    group_ids(
                        "sales_team.group_sale_manager",
                        "account.group_account_manager",
                        "supplier_credit.supplier_credit_group_manager",
                    ),
                ]
            ],
        },
    )
    return Session(running.url, DATABASE, "ana", "ana-ana-ana")


@pytest.fixture(scope="module")
def page(running, analyst):
    """The analyst's browser, logged in."""
    with browser.opened(running.url, "ana", "ana-ana-ana") as page:
        yield page


@pytest.fixture
def sandbox(running):
    yield running.sandbox
    running.sandbox.clear_faults()


def nfe_base64(running, name):
    return base64.b64encode((running.nfe_folder / name).read_bytes()).decode()
