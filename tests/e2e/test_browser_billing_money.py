"""Money at Asaas that is not as agreed here, in Chromium: seen, and one click from its fix."""

from datetime import timedelta

import pytest
import requests
from playwright.sync_api import expect

from tests.host.billing_script import ASAAS_KEY

from . import browser
from .billing import Asaas, Reseller
from .billing_screens import (
    expect_status,
    get_password,
    hire,
    open_fatura,
    row_of,
)
from .browser import picture
from .days import today
from .orders import wait_until

LOGIN = "rosa"
DUE = (today() + timedelta(days=10)).isoformat()


@pytest.fixture(scope="module")
def manager(running, admin, group_ids):
    groups = group_ids(
        "reseller_billing.reseller_billing_group_manager", "account.group_account_invoice"
    )
    return hire(running, admin, LOGIN, "Rosa Gestora", groups)


@pytest.fixture(scope="module")
def reseller(running, admin, manager):
    reseller = Reseller(admin, manager, Asaas(running.sandbox.url))
    reseller.register_webhook(running.url)
    return reseller


@pytest.fixture(scope="module")
def page(running, reseller):
    with browser.opened(running.url, LOGIN, get_password(LOGIN)) as page:
        yield page


def ask_asaas(running, method, path, body=None):
    """Do something in Asaas' own screen, that is by its API."""
    headers = {"access_token": ASAAS_KEY, "User-Agent": "tests"}
    url = f"{running.sandbox.url}/asaas/v3/{path}"
    answer = requests.request(method, url, json=body, headers=headers, timeout=10)
    answer.raise_for_status()
    return answer.json()


def get_problem(reseller, fatura):
    return reseller.read(fatura, "charge_problem")["charge_problem"]


def test_value_changed_at_asaas_is_shown_and_sent_again(page, running, reseller):
    fatura = reseller.make_fatura(reseller.make_contract(plan=False), due=DUE)
    reseller.wait_for(fatura, "awaiting")
    reference = reseller.reference(fatura)
    body = {"billingType": "BOLETO", "value": 130, "dueDate": DUE}
    ask_asaas(running, "PUT", f"payments/{reference}", body)
    wait_until(lambda: get_problem(reseller, fatura), "the difference is shown")
    open_fatura(page, running, fatura)
    banner = page.locator(".alert", has_text="130")
    expect(banner).to_be_visible()
    picture(page, "billing_difference")
    # The first is that of charges in error, which is hidden.
    page.locator('button[name="action_register_charge"]:visible').first.click()
    wait_until(lambda: not get_problem(reseller, fatura), "the difference is gone")
    assert ask_asaas(running, "GET", f"payments/{reference}")["value"] == 100
    open_fatura(page, running, fatura)
    expect(banner).to_have_count(0)


def test_deposit_is_booked_for_its_client(page, running, reseller):
    contract = reseller.make_contract(plan=False)
    fatura = reseller.make_fatura(contract, 80, due=DUE)
    reseller.wait_for(fatura, "awaiting")
    made = requests.post(
        f"{running.sandbox.url}/_sandbox/asaas/deposits",
        json={"apiKey": ASAAS_KEY, "kind": "TRANSFER", "value": "80.00"},
        timeout=10,
    ).json()
    orphan = [["charge_reference", "=", made["id"]], ["amount", "=", 80]]
    wait_until(
        lambda: reseller.admin.search_read("reseller.billing.event", orphan, ["id"]),
        "the deposit is listed",
    )
    page.goto(f"{running.url}/odoo/action-reseller_billing.reseller_billing_event_action")
    row_of(page, made["id"]).locator(".fa-money").first.click()
    dialog = page.locator(".modal-dialog")
    (client,) = reseller.admin.call("res.partner", "read", [contract.client], ["name"])
    field = dialog.locator('[name="partner_id"] input')
    field.fill(client["name"])
    page.locator(".o-autocomplete--dropdown-item", has_text=client["name"]).first.click()
    field = dialog.locator('[name="fatura_ids"] input')
    field.click()
    page.locator(".o-autocomplete--dropdown-item", has_text="FAT/").first.click()
    picture(page, "billing_deposit")
    dialog.locator("button[name=action_confirm]").click()
    expect(dialog).to_have_count(0)
    wait_until(
        lambda: reseller.read(fatura, "amount_residual")["amount_residual"] == 0,
        "the deposit settles the fatura",
    )


def test_underpaid_fatura_is_partly_paid_on_the_clients_page(page, running, reseller):
    fatura = reseller.make_fatura(reseller.make_contract(plan=False), due=DUE)
    reseller.wait_for(fatura, "awaiting")
    reseller.asaas.pay(reseller.reference(fatura), method="PIX", value="60.00")
    reseller.wait_for(fatura, "received")
    open_fatura(page, running, fatura)
    expect_status(page, "received")
    action = reseller.session.call("account.move", "action_open_fatura_page", [fatura])
    page.goto(running.url + action["url"])
    block = page.locator(".o_reseller_billing_charge")
    expect(block.locator(".text-bg-warning")).to_be_visible()
    expect(block.locator(".text-bg-success")).to_have_count(0)
    picture(page, "billing_portal_partly")
