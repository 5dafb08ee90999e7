"""Odoo in Chromium, as the tests that click use it.

With E2E_PICTURES set to a folder, the pictures of the documentation are taken on the way.
"""

import os
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.host import clock
from tests.host.packages import chromium

LANGUAGE = os.environ.get("E2E_LANGUAGE", "en_US")
PICTURES = os.environ.get("E2E_PICTURES")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def opened(url, login, password):
    """Give a page of a browser in which this user has logged in."""
    manager = sync_playwright()
    with _real_time():
        playwright = manager.start()
    try:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(SWITCHES))
        yield log_in(browser, url, login, password)
        browser.close()
    finally:
        playwright.stop()


@contextmanager
def _real_time():
    """Have what is started meanwhile run by the real time: Chromium does not start by a set one."""
    library = os.environ.pop("LD_PRELOAD", None)
    try:
        yield
    finally:
        if library:
            os.environ["LD_PRELOAD"] = library


def log_in(browser, url, login, password):
    """Return a new page of a browser in which this user has logged in."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 860}, accept_downloads=True, locale="pt-BR"
    )
    if clock.chosen():
        # Pages then have the day that Odoo has; their timers run on.
        context.clock.set_fixed_time(datetime.now(timezone.utc))
    page = context.new_page()
    page.set_default_timeout(20000)
    page.goto(f"{url}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("form.oe_login_form button[type=submit]")
    # The first page makes Odoo bundle its assets, which a busy machine takes its time for.
    page.wait_for_selector(".o_main_navbar", timeout=60000)
    return page


def picture(page, name):
    if not PICTURES:
        return
    folder = Path(PICTURES)
    folder.mkdir(parents=True, exist_ok=True)
    # Notifications and the cursor's focus would differ from run to run.
    page.evaluate("document.activeElement && document.activeElement.blur()")
    page.wait_for_timeout(600)
    page.screenshot(path=folder / f"{name}.png")


def button(page, name):
    return page.locator(f".o_form_view button[name={name}]:visible").first


def press(page, name):
    """Press a button of the form and wait for the server's answer."""
    with page.expect_response(lambda response: f"/{name}" in response.url):
        button(page, name).click()


def open_tab(page, name):
    page.locator(f".o_notebook a.nav-link[name={name}]").click()


def form_url(running, action, record):
    return f"{running.url}/odoo/{action}/{record}"
