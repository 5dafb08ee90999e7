"""Bonus, return and settlement clicked in Chromium: what a person can do where they do not go well.

Begins with the sale of `test_browser.py`, made over RPC; the steps follow upon each other.
"""

import base64
import datetime
import re

import pytest
from playwright.sync_api import expect

from .browser import LANGUAGE, button, form_url, picture, press
from .conftest import nfe_base64
from .days import today
from .nfe_files import nfe_maker
from .orders import wait_until

ORDER_AMOUNT = 610.37
OTHER_AMOUNT = 3251.92
BONUS = 50.01
# By so much (BRL) one transfer is too low.
SHORT = 10
REQUESTS = "action-supplier_credit.supplier_credit_post_sale_action"
STATEMENTS = "action-supplier_credit.supplier_credit_settlement_action"
UNDECIDED = "action-supplier_credit.supplier_credit_settlement_entry_action_undecided"


@pytest.fixture(scope="module")
def invoice(running, analyst):
    """The registered and processed invoice of the demo's first order."""
    return sell(running, analyst, ORDER_AMOUNT, "nfe-47605.xml")


def sell(running, analyst, amount, nfe):
    """Return the invoice of the demo's order of this amount, registered and processed."""
    (order,) = analyst.search_read("sale.order", [["amount_total", "=", amount]], ["name"])
    analyst.call("sale.order", "action_send_supplier_preauthorization", [order["id"]])
    analyst.call("sale.order", "action_confirm", [order["id"]])
    context = {"active_model": "sale.order", "active_ids": [order["id"]]}
    advance = analyst.call("sale.advance.payment.inv", "create", {}, context=context)
    analyst.call("sale.advance.payment.inv", "create_invoices", [advance], context=context)
    order = analyst.read_one("sale.order", order["id"], ["invoice_ids"])
    (invoice,) = order["invoice_ids"]
    wizard = analyst.call(
        "supplier.credit.nfe.upload",
        "create",
        {"invoice_id": invoice, "nfe_file": nfe_base64(running, nfe)},
    )
    analyst.call("supplier.credit.nfe.upload", "action_upload", [wizard])
    analyst.call("account.move", "action_post", [invoice])
    values = analyst.read_one(
        "account.move", invoice, ["name", "payment_state", "supplier_nfe_key", "supplier_order_id"]
    )
    assert values["payment_state"] == "paid"
    return values


@pytest.fixture(scope="module")
def sale(analyst, invoice):
    """The sale at Supplier, and its transfers in the order of their dates."""
    (transaction,) = analyst.search_read(
        "supplier.credit.transaction", [["invoice_id", "=", invoice["id"]]], ["code"]
    )
    transaction["installments"] = analyst.search_read(
        "supplier.credit.transaction.installment",
        [["transaction_id", "=", transaction["id"]]],
        ["number", "transfer_date", "transfer_amount", "fee"],
        order="number",
    )
    return transaction


def open_request(page, running, analyst, invoice, state):
    (request,) = analyst.search_read(
        "supplier.credit.post.sale",
        [["invoice_id", "=", invoice["id"]], ["state", "=", state]],
        ["open_amount"],
        order="id desc",
        limit=1,
    )
    page.goto(form_url(running, REQUESTS, request["id"]))
    expect(page.locator(".o_form_view .o_form_sheet")).to_be_visible()
    return request


def test_refused_reset_leads_to_the_ways_on(page, running, analyst, invoice):
    page.goto(
        form_url(running, "action-supplier_credit.account_move_action_console", invoice["id"])
    )
    button(page, "button_draft").click()
    dialog = page.locator(".modal")
    expect(dialog).to_contain_text("47605")
    # The button that leads on, not the one that closes.
    dialog.locator("footer .btn-primary").click()
    expect(page.locator(".modal button[name=action_bonus]")).to_be_visible()
    picture(page, "post_sale_guide")


def test_bonus_is_asked_for_and_refused(page, running, analyst, invoice, sandbox):
    sandbox.rule_post_sales("reprovada")
    page.locator(".modal button[name=action_bonus]").click()
    dialog = page.locator(".modal").last
    amount = dialog.locator("div[name=amount] input")
    expect(amount).to_be_visible()
    amount.fill(f"{BONUS}".replace(".", "," if LANGUAGE == "pt_BR" else "."))
    amount.press("Tab")
    dialog.locator("div[name=reason] input, div[name=reason] textarea").first.fill(
        "Avaria no transporte"
    )
    picture(page, "bonus")
    dialog.locator("button[name=action_grant]").click()
    expect(page.locator(".modal")).to_be_hidden()
    request = open_request(page, running, analyst, invoice, "refused")
    assert request["open_amount"] == BONUS
    expect(page.locator(".o_form_view .alert-danger:visible")).not_to_be_empty()
    picture(page, "post_sale_refused")


def test_refused_request_needs_attention_and_is_asked_for_again(
    page, running, analyst, invoice, sandbox
):
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_attention_action")
    expect(page.locator(".o_data_row", has_text=invoice["name"]).first).to_be_visible()
    picture(page, "attention_post_sale")
    open_request(page, running, analyst, invoice, "refused")
    button(page, "action_open_outcome").click()
    dialog = page.locator(".modal")
    expect(dialog.locator("input[type=radio]")).to_have_count(3)
    picture(page, "post_sale_decide")
    sandbox.rule_post_sales("parcial")
    dialog.locator("input[data-value=resend]").check()
    dialog.locator("button[name=action_confirm]").click()
    expect(page.locator(".modal")).to_be_hidden()
    open_request(page, running, analyst, invoice, "partially_approved")
    expect(page.locator("div[name=installment_ids] .o_data_row").first).to_be_visible()
    picture(page, "post_sale_partial")


def test_the_rest_is_credited_to_the_customer_directly(page, running, analyst, invoice):
    button(page, "action_open_outcome").click()
    dialog = page.locator(".modal")
    dialog.locator("input[data-value=direct]").check()
    dialog.locator("button[name=action_confirm]").click()
    expect(page.locator(".modal")).to_be_hidden()
    expect(button(page, "action_open_outcome")).to_have_count(0)
    requests = analyst.search_read(
        "supplier.credit.post.sale",
        [["invoice_id", "=", invoice["id"]]],
        ["open_amount", "processing_state"],
    )
    assert {request["open_amount"] for request in requests} == {0}
    page.goto(f"{running.url}/odoo/{REQUESTS}")
    expect(page.locator(".o_data_row")).to_have_count(len(requests))
    picture(page, "post_sales")


def test_return_begins_with_the_hosts_credit_note(page, running, analyst, invoice, sandbox):
    sandbox.rule_post_sales(None)
    page.goto(
        form_url(running, "action-supplier_credit.account_move_action_console", invoice["id"])
    )
    button(page, "action_reverse").click()
    dialog = page.locator(".modal")
    dialog.locator("div[name=reason] input").fill("Devolução de um item")
    picture(page, "return_wizard")
    dialog.locator("button[name=refund_moves], button[name=reverse_moves]").first.click()
    expect(page.locator(".modal")).to_be_hidden()
    expect(page.locator(".o_form_view .o_form_sheet")).to_be_visible()
    (note,) = analyst.search_read(
        "account.move",
        [["reversed_entry_id", "=", invoice["id"]], ["move_type", "=", "out_refund"]],
        ["state"],
    )
    assert note["state"] == "draft"
    picture(page, "return_draft")
    analyst.call("account.move", "unlink", [note["id"]])


def transfer(sale, number):
    return sale["installments"][number - 1]


def test_settlement_shows_what_needs_a_person(page, running, analyst, sale, sandbox):
    """A transfer that is too low, an unknown event, and a fee dated in a locked period."""
    due = transfer(sale, 1)["transfer_date"]
    short = transfer(sale, 2)
    yesterday = today() - datetime.timedelta(days=1)
    days = (datetime.date.fromisoformat(due) - today()).days
    sandbox.move_clock(advanceDays=days)
    fee = {
        "tipoEvento": "RPASSC",
        "tipoLancamento": "DEBITO",
        "valorTaxa": "3.50",
        "valorLancamento": "3.50",
    }
    sandbox.add_to_statement(
        {
            "tipoEvento": "XPTO",
            "tipoLancamento": "DEBITO",
            "dataLancamento": due,
            "valorPrincipal": "12.34",
        },
        {
            "tipoEvento": "IMPL",
            "tipoLancamento": "CREDITO",
            "dataLancamento": due,
            "codigoTransacao": sale["code"],
            "numeroParcela": 2,
            "valorPrincipal": f"{short['transfer_amount'] + short['fee'] - SHORT:.2f}",
            "valorTaxa": f"{short['fee']:.2f}",
        },
        {**fee, "dataLancamento": due},
        {**fee, "dataLancamento": yesterday.isoformat()},
    )
    page.goto(f"{running.url}/odoo/{STATEMENTS}")
    page.locator("button[name=action_import]:visible").click()
    expect(page.locator(".o_notification").first).to_be_visible()
    wait_until(
        lambda: analyst.call("supplier.credit.settlement", "search_count", []) == 2,
        "two statements are imported",
    )
    page.goto(f"{running.url}/odoo/{STATEMENTS}")
    expect(page.locator(".o_data_row")).to_have_count(2)
    picture(page, "statements")
    page.goto(f"{running.url}/odoo/{UNDECIDED}")
    rows = page.locator(".o_data_row")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="XPTO")).to_be_visible()
    picture(page, "settlement_undecided")


def test_difference_is_written_off(page, running, sale):
    page.locator(".o_data_row", has_text=sale["code"]).locator("td[name=external_id]").click()
    expect(page.locator(".o_form_view .alert-warning:visible")).to_be_visible()
    button(page, "action_decide").click()
    dialog = page.locator(".modal")
    expect(dialog.locator("div[name=counterpart_line_id] input")).not_to_have_value("")
    dialog.locator("div[name=write_off] input").check()
    picture(page, "settlement_difference")
    dialog.locator("button[name=action_choose]").click()
    expect(page.locator(".modal")).to_be_hidden()
    expect(page.locator("div[name=difference]").first).to_contain_text("10")


def test_unknown_event_is_left_out_with_a_reason(page, running):
    page.goto(f"{running.url}/odoo/{UNDECIDED}")
    expect(page.locator(".o_data_row")).to_have_count(1)
    page.locator(".o_data_row td[name=external_id]").click()
    button(page, "action_decide").click()
    dialog = page.locator(".modal")
    # Without a reason nothing is left out.
    dialog.locator("button[name=action_ignore]").click()
    expect(page.locator(".modal")).to_have_count(2)
    refusal = page.locator(".modal").last
    expect(refusal).to_contain_text("LC")
    refusal.locator("footer button").first.click()
    expect(page.locator(".modal")).to_have_count(1)
    dialog.locator("div[name=reason] input").fill("Cobrança contestada com a Supplier")
    picture(page, "settlement_unknown_event")
    dialog.locator("button[name=action_ignore]").click()
    expect(page.locator(".modal")).to_be_hidden()
    page.goto(f"{running.url}/odoo/{UNDECIDED}")
    expect(page.locator(".o_data_row")).to_have_count(0)
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_event_action")
    expect(page.locator(".o_data_row").first).to_be_visible()
    picture(page, "settlement_events")


def test_statements_are_posted_and_proven(page, running, admin, analyst, sale):
    """What fell into the locked period is booked on the first open day, and the record says so."""
    yesterday = today() - datetime.timedelta(days=1)
    (company,) = admin.search_read("res.company", [], ["id"], limit=1)
    admin.call(
        "res.company", "write", [company["id"]], {"fiscalyear_lock_date": yesterday.isoformat()}
    )
    page.goto(f"{running.url}/odoo/{STATEMENTS}")
    for date in (transfer(sale, 1)["transfer_date"], yesterday.isoformat()):
        (statement,) = analyst.search_read(
            "supplier.credit.settlement", [["date", "=", date]], ["state"]
        )
        page.goto(form_url(running, STATEMENTS, statement["id"]))
        press(page, "action_post")
        expect(button(page, "action_undo")).to_be_visible()
        picture(page, "statement_locked" if date == yesterday.isoformat() else "statement")
        (statement,) = analyst.search_read(
            "supplier.credit.settlement", [["date", "=", date]], ["state", "move_id"]
        )
        assert statement["state"] == "posted"
        booked = analyst.read_one("account.move", statement["move_id"][0], ["date"])["date"]
        assert booked == max(date, today().isoformat())
    expect(page.locator(".o-mail-Message").first).to_be_visible()
    page.goto(
        f"{running.url}/odoo/action-supplier_credit.supplier_credit_settlement_entry_action_forecast"
    )
    expect(page.locator(".o_graph_renderer canvas")).to_be_visible()
    picture(page, "cash_forecast")
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_settlement_proof_action")
    expect(page.locator(".o_data_row").first).to_be_visible()
    picture(page, "settlement_proof")


def test_cancelled_nfe_is_asked_about_and_its_order_billed_again(page, running, analyst, tmp_path):
    """Seed 002: the sale is cancelled where a person says so; the corrected NF-e comes after."""
    invoice = sell(running, analyst, OTHER_AMOUNT, "nfe-47686.xml")
    file = tmp_path / "procEventoNFe.xml"
    (protocol,) = re.findall(r"<nProt>(\d+)<", read_nfe(running, "nfe-47686.xml"))
    file.write_bytes(
        nfe_maker.make_cancellation(invoice["supplier_nfe_key"], nfe_protocol=protocol)
    )
    page.goto(
        form_url(running, "action-supplier_credit.account_move_action_console", invoice["id"])
    )
    button(page, "action_open_nfe_upload").click()
    page.locator(".modal input[type=file]").set_input_files(file)
    expect(page.locator(".modal div[name=nfe_file] input[type=text]")).to_have_value(file.name)
    page.locator(".modal button[name=action_upload]:visible").click()
    question = page.locator(".modal .alert-warning:visible")
    expect(question).to_contain_text("47686")
    picture(page, "nfe_cancellation_question")
    page.locator(".modal button[name=action_upload_and_cancel]:visible").click()
    expect(page.locator(".modal")).to_be_hidden()
    page.reload()
    ribbon = page.locator(".o_form_view .ribbon:visible")
    expect(ribbon).to_contain_text("cancel", ignore_case=True)
    picture(page, "invoice_nfe_cancelled")
    order = invoice["supplier_order_id"][0]
    values = analyst.read_one(
        "sale.order", order, ["invoice_status", "supplier_release_state", "supplier_block_reason"]
    )
    assert values["invoice_status"] == "to invoice"
    assert values["supplier_block_reason"]
    page.goto(form_url(running, "action-supplier_credit.sale_order_action_console", order))
    expect(page.locator(".o_form_view .alert-warning:visible").first).to_be_visible()
    press(page, "action_send_supplier_preauthorization")
    expect(page.locator(".o_form_view .alert-warning:visible")).to_have_count(0)
    picture(page, "order_billed_again")
    context = {"active_model": "sale.order", "active_ids": [order]}
    advance = analyst.call("sale.advance.payment.inv", "create", {}, context=context)
    analyst.call("sale.advance.payment.inv", "create_invoices", [advance], context=context)
    assert len(analyst.read_one("sale.order", order, ["invoice_ids"])["invoice_ids"]) == 2


def read_nfe(running, name):
    return base64.b64decode(nfe_base64(running, name)).decode()
