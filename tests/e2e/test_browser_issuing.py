"""Faturas of many contracts issued from the wizard in Chromium, while Odoo is killed.

ISSUE_CONTRACTS makes longer runs: the users' is of 2,000.
"""

import os
import re
import time
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.host import demo
from tests.host.layout import HOST, ROOT
from tests.host.processes import free_port, start_odoo

from . import browser
from .billing_screens import choose, fill, open_application
from .conftest import DATABASE as FIRST
from .conftest import INSTALLED
from .crons import wait_for_crons
from .days import today
from .odoo import Session
from .orders import wait_until
from .sandbox import SandboxProcess

DATABASE = f"{FIRST}_issuing"
CONTRACTS = int(os.environ.get("ISSUE_CONTRACTS", "150"))
# The host ends a request after this time, so that neither preview nor confirmation may take it.
SECONDS_OF_A_REQUEST = 120
SECONDS_TO_FINISH = 1500
NEXT_MONTH = (today().replace(day=1) + timedelta(days=32)).replace(day=1)
BATCH = "reseller_billing.reseller_billing_batch_menu"
SUBSCRIPTIONS = "reseller_billing.reseller_billing_subscriptions_menu"

# Nothing is due by itself.
SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from tests.host import contracts_script
contracts = contracts_script.make(env, {count})
contracts.next_month = {month!r}
env["res.users"].browse(2).lang = {language!r}
env.cr.commit()
"""


@pytest.fixture(scope="module")
def stage(databases):
    """An Odoo that can be killed, and contracts of which nothing is due by itself."""
    state = HOST / DATABASE
    state.mkdir(exist_ok=True)
    for path in state.glob("sandbox.sqlite*"):
        path.unlink()
    sandbox_port, odoo_port = free_port(), free_port()
    sandbox = SandboxProcess(sandbox_port, state / "sandbox.sqlite")
    stage = SimpleNamespace(url=f"http://127.0.0.1:{odoo_port}", odoo=None)

    def start():
        stage.odoo = start_odoo(databases, DATABASE, odoo_port, options=["--max-cron-threads=2"])

    stage.start = start
    try:
        databases.copy(DATABASE, template=INSTALLED)
        demo.fill(databases, DATABASE, sandbox_port, stage.url)
        script = SCRIPT.format(
            root=str(ROOT),
            count=CONTRACTS,
            month=NEXT_MONTH.isoformat(),
            language=browser.LANGUAGE,
        )
        databases.odoo_shell(DATABASE, script, what="Making the contracts")
        start()
        yield stage
    finally:
        if stage.odoo:
            stage.odoo.stop()
        sandbox.stop()
        databases.drop(DATABASE)


def read_job(stage):
    """Return how far the work is, as its user reads it; log in again, Odoo may have been killed."""
    admin = Session(stage.url, DATABASE, "admin", "admin")
    (job,) = admin.search_read(
        "reseller.billing.job", [], ["state", "done_count", "failed_count", "total_count"]
    )
    return job


def read_number(found):
    """Return the whole number that is shown, in any language."""
    return int(re.sub(r"\D", "", found.inner_text()) or 0)


def count_shown(page):
    """Return how many are done, as the window shows it."""
    return read_number(page.locator(".modal div[name=done_count]"))


def test_many_contracts_are_issued_though_odoo_is_killed(stage, databases):
    with browser.opened(stage.url, "admin", "admin") as page:
        page.set_default_timeout(SECONDS_OF_A_REQUEST * 1000)
        open_application(page, stage)
        page.locator(f'.o_menu_sections [data-menu-xmlid="{SUBSCRIPTIONS}"]').click()
        began = time.monotonic()
        page.locator(f'.o-dropdown--menu [data-menu-xmlid="{BATCH}"]').click()
        count = page.locator(".modal div[name=count]")
        count.wait_for()
        opened = time.monotonic() - began
        choose(page, "reference_month", f"{NEXT_MONTH.month:02}")
        fill(page, "reference_year", str(NEXT_MONTH.year))
        wait_until(lambda: read_number(count) == CONTRACTS, "all are listed", SECONDS_OF_A_REQUEST)
        began = time.monotonic()
        with page.expect_response(lambda response: "/action_confirm" in response.url):
            page.locator(".modal footer button[name=action_confirm]").click()
        confirmed = time.monotonic() - began
        expect(page.locator(".modal div[name=progress]")).to_be_visible()
        began = time.monotonic()
        # By itself, as the server tells it.
        wait_until(lambda: count_shown(page) > 0, "the window shows progress", SECONDS_TO_FINISH)
        shown = count_shown(page)
        stage.odoo.kill()
        assert 0 < shown < CONTRACTS
        browser.picture(page, "billing_job")
        stage.start()
        wait_for_crons(
            databases,
            DATABASE,
            lambda: read_job(stage)["state"] == "done",
            "the work is done",
            SECONDS_TO_FINISH,
        )
        done = time.monotonic() - began
        page.goto(f"{stage.url}/odoo/action-reseller_billing.reseller_billing_job_action")
        found = page.locator(".o_data_row td[name=done_count]")
        found.wait_for()
        assert read_number(found) == CONTRACTS
    print(
        f"{CONTRACTS} contracts: window opened in {opened:.1f} s, confirmed in {confirmed:.1f} s, "
        f"killed after {shown}, all issued in {done:.0f} s"
    )
    check_issued_once(stage)


def check_issued_once(stage):
    """Each contract has its fatura of the month, once, posted; nothing was lost."""
    job = read_job(stage)
    assert (job["done_count"], job["failed_count"], job["total_count"]) == (CONTRACTS, 0, CONTRACTS)
    admin = Session(stage.url, DATABASE, "admin", "admin")
    faturas = admin.search_read(
        "account.move",
        [["billing_contract_id", "!=", False], ["move_type", "=", "out_invoice"]],
        ["billing_contract_id", "reference_month", "state", "amount_total"],
    )
    once = Counter(fatura["billing_contract_id"][0] for fatura in faturas)
    assert (len(once), set(once.values())) == (CONTRACTS, {1})
    assert {fatura["state"] for fatura in faturas} == {"posted"}
    assert {fatura["reference_month"] for fatura in faturas} == {f"{NEXT_MONTH.month:02}"}
    dues = admin.call("reseller.billing.due", "search_count", [["state", "=", "billed"]])
    assert dues == CONTRACTS
