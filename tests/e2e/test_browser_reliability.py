"""After a fault, clicked in Chromium: a pause, a restored database, access to another contract."""

import pytest
import requests
from playwright.sync_api import expect

from tests.host.demo import CLIENT

from .browser import button, form_url, picture, press
from .days import today
from .orders import make_order, wait_until

AGREEMENTS = "action-supplier_credit.supplier_credit_agreement_action"
CUSTOMER = "57647232000153"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}


@pytest.fixture
def agreement(page, running, analyst):
    page.set_viewport_size(DESK)
    (agreement,) = analyst.search_read("supplier.credit.agreement", [], ["name"])
    yield agreement
    page.set_viewport_size(DESK)


def open_agreement(page, running, agreement):
    page.goto(form_url(running, AGREEMENTS, agreement["id"]))
    expect(page.locator(".o_form_view .o_form_sheet")).to_be_visible()


def test_pause_is_seen_and_ended(page, running, analyst, sandbox, agreement):
    """Supplier asks for years; half a day is believed, and a manager may try before."""
    order = make_order(analyst, "20.00")
    fault = {"kind": "rate_limit", "retryAfter": 4102444800, "path": "/pre-autorizacoes$"}
    sandbox.set_faults(fault)
    analyst.call("sale.order", "action_send_supplier_preauthorization", [order["id"]])
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_overview_action")
    expect(page.locator(".o_kanban_record .text-warning").first).to_be_visible()
    picture(page, "overview_paused")
    open_agreement(page, running, agreement)
    expect(page.locator(".alert-warning:visible")).to_be_visible()
    picture(page, "agreement_paused")
    sandbox.clear_faults()
    press(page, "action_try_now")
    expect(page.locator(".alert-warning:visible")).to_have_count(0)
    reserved = [["order_id", "=", order["id"]], ["state", "=", "active"]]
    wait_until(
        lambda: analyst.call("supplier.credit.preauthorization", "search_count", reserved),
        "the order is reserved",
    )


def test_unknown_reservation_is_found_and_taken_over(page, running, analyst, sandbox, agreement):
    """As after a restore: Supplier has a reservation that nothing here knows."""
    order = make_order(analyst, "35.00")
    reserve_elsewhere(sandbox, order)
    open_agreement(page, running, agreement)
    press(page, "action_compare")
    compared = [["id", "=", agreement["id"]], ["compared_at", "!=", False]]
    wait_until(
        lambda: analyst.call("supplier.credit.agreement", "search_count", compared),
        "the comparison ends",
    )
    page.reload()
    expect(page.locator(".alert-info:visible").first).to_be_visible()
    picture(page, "agreement_compared")
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_attention_action")
    row = page.locator(".o_data_row", has_text=order["name"]).first
    picture(page, "attention_found")
    row.locator("td").nth(1).click()
    expect(page.locator(".o_form_view h1")).to_contain_text("PA")
    picture(page, "finding")
    page.set_viewport_size(PHONE)
    picture(page, "finding_phone")
    page.set_viewport_size(DESK)
    press(page, "action_take_over")
    reserved = [["order_id", "=", order["id"]], ["state", "=", "active"]]
    wait_until(
        lambda: analyst.call("supplier.credit.preauthorization", "search_count", reserved),
        "the order has the reservation",
    )
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_finding_action")
    expect(page.locator(".o_view_nocontent, .o_data_row").first).to_be_visible()
    page.locator(".o_searchview .o_facet_remove").first.click()
    expect(page.locator(".o_data_row").first).to_be_visible()
    picture(page, "findings")


def reserve_elsewhere(sandbox, order):
    """Reserve an order's credit with the company's own credentials, past this Odoo."""
    login = {
        "grant_type": "client_credentials",
        "client_id": CLIENT[0],
        "client_secret": CLIENT[1],
    }
    api = f"{sandbox.url}/api/v1"
    token = requests.post(f"{api}/oauth/token", data=login, timeout=10).json()["access_token"]
    body = {
        "cnpjCpf": CUSTOMER,
        "numeroPedido": order["name"],
        "valorPedido": "35.00",
        "valorPreAutorizacao": "35.00",
        "parcelas": [{"numeroParcela": 1, "dataVencimento": str(today()), "valorParcela": "35.00"}],
    }
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"elsewhere-{order['name']}"}
    answer = requests.post(f"{api}/pre-autorizacoes", json=body, headers=headers, timeout=10)
    answer.raise_for_status()


def test_other_access_is_refused_with_what_lives(page, running, analyst, agreement):
    open_agreement(page, running, agreement)
    field = page.locator("div[name=client_id] input")
    field.fill("somebody-else")
    page.locator(".o_form_button_save").click()
    dialog = page.locator(".modal")
    expect(dialog).to_be_visible()
    picture(page, "agreement_other_access")
    dialog.locator(".btn-primary").first.click()
    button_discard = page.locator(".o_form_button_cancel")
    button_discard.click()
    expect(field).to_have_value(CLIENT[0])
    assert button(page, "action_compare").count() == 1
