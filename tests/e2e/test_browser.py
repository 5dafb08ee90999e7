"""The main path clicked in Chromium, as the printed tour of `make run` describes it."""

from pathlib import Path

import pypdfium2
from playwright.sync_api import expect

from .browser import PICTURES, button, form_url, open_tab, picture, press

ORDER_AMOUNT = 610.37


def test_agreement_and_its_connection(page, running, analyst):
    (agreement,) = analyst.search_read("supplier.credit.agreement", [], ["name"])
    page.goto(
        form_url(
            running, "action-supplier_credit.supplier_credit_agreement_action", agreement["id"]
        )
    )
    press(page, "action_test_connection")
    expect(page.locator(".o_notification").first).to_contain_text(agreement["name"])
    picture(page, "agreement")


def test_parameters_stand_under_their_numbers(page, running, analyst):
    open_tab(page, "orders")
    for number in ("3.1", "3.2"):
        expect(page.locator(".o_notebook .tab-pane.active")).to_contain_text(number)
    picture(page, "agreement_orders")
    open_tab(page, "post_sales")
    for number in ("5.7", "5.12", "5.16"):
        expect(page.locator(".o_notebook .tab-pane.active")).to_contain_text(number)


def test_setup_proposes_what_is_there(page, running):
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_setup_action")
    dialog = page.locator(".modal")
    expect(dialog.locator("div[name=journal_id] input")).not_to_have_value("")
    expect(dialog.locator("div[name=bank_journal_id] input")).not_to_have_value("")
    picture(page, "setup")
    dialog.locator("footer button[special=cancel], footer .btn-secondary").first.click()


def test_customer_is_sent_for_credit_analysis(page, running, analyst):
    """Supplier knows the customer already and answers with approval and position."""
    (order,) = analyst.search_read(
        "sale.order", [["amount_total", "=", ORDER_AMOUNT]], ["partner_id"]
    )
    customer = order["partner_id"][0]
    page.goto(form_url(running, "action-base.action_partner_form", customer))
    open_tab(page, "supplier_credit")
    button(page, "action_send_for_supplier_credit").click()
    dialog = page.locator(".modal")
    dialog.locator(".o_inner_group div[name=desired_limit] input").fill("20000")
    dialog.locator(".o_inner_group div[name=desired_limit] input").press("Tab")
    picture(page, "customer_send")
    dialog.locator("button[name=action_send]").click()
    expect(dialog).to_be_hidden()
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_customer_action")
    row = page.locator(".o_data_row").first
    expect(row.locator("td[name=state]")).not_to_be_empty()
    (credit,) = analyst.search_read(
        "supplier.credit.customer",
        [["partner_id", "=", customer]],
        ["state", "customer_state", "limit_total"],
    )
    assert (credit["state"], credit["customer_state"]) == ("approved", "active")
    assert credit["limit_total"] == 50000
    picture(page, "customers")
    row.locator("td[name=state]").click()
    expect(page.locator(".o_form_view div[name=limit_available]").first).to_be_visible()
    picture(page, "customer")


def test_overview_counts_and_opens_what_it_counts(page, running):
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_overview_action")
    # Attention first, blocked orders second, whatever the language.
    blocked_orders = page.locator(".o_kanban_record").first.locator("a").nth(1)
    expect(blocked_orders).to_contain_text("2")
    picture(page, "overview")
    blocked_orders.click()
    expect(page.locator(".o_data_row")).to_have_count(2)


def test_manager_is_asked_for_a_reason(page, running, analyst):
    (order,) = analyst.search_read("sale.order", [["amount_total", "=", ORDER_AMOUNT]], ["name"])
    page.goto(form_url(running, "action-supplier_credit.sale_order_action_console", order["id"]))
    button(page, "action_open_supplier_release").click()
    dialog = page.locator(".modal")
    expect(dialog.locator(".alert-warning")).to_contain_text(order["name"])
    dialog.locator("div[name=reason] textarea").fill("Aprovado pela diretoria em reunião")
    picture(page, "order_release")
    dialog.locator("footer button[special=cancel], footer .btn-secondary").first.click()
    expect(dialog).to_be_hidden()
    (still,) = analyst.search_read(
        "sale.order", [["id", "=", order["id"]]], ["supplier_release_state"]
    )
    assert still["supplier_release_state"] == "blocked"


def test_blocked_order_says_why_and_is_released(page, running, analyst):
    (order,) = analyst.search_read("sale.order", [["amount_total", "=", ORDER_AMOUNT]], ["name"])
    page.goto(f"{running.url}/odoo/action-supplier_credit.sale_order_action_console")
    row = page.locator(".o_data_row", has_text=order["name"])
    expect(row).to_be_visible()
    picture(page, "console_orders")
    row.locator("td[name=name]").click()
    banner = page.locator(".o_form_view .alert-warning:visible")
    expect(banner).to_contain_text(order["name"])
    page.locator(
        ".o_form_view button#action_confirm:visible, button[name=action_confirm]:visible"
    ).first.click()
    dialog = page.locator(".modal")
    expect(dialog).to_contain_text(order["name"])
    dialog.locator("footer button, .btn-close").first.click()
    expect(dialog).to_be_hidden()
    picture(page, "order_blocked")
    press(page, "action_send_supplier_preauthorization")
    open_tab(page, "supplier_credit")
    expect(page.locator("div[name=supplier_preauthorization_code]")).to_contain_text("PA")
    expect(page.locator("div[name=supplier_preauthorization_amount]")).to_contain_text("640")
    expect(page.locator("div[name=supplier_preauthorization_valid_until]")).not_to_be_empty()
    expect(banner).to_have_count(0)
    picture(page, "order_released")
    press(page, "action_confirm")
    expect(button(page, "action_confirm")).to_have_count(0)


def test_order_becomes_an_invoice_with_its_nfe(page, running, analyst):
    page.locator(".o_form_view button.btn-primary:visible").first.click()
    page.locator(".modal button[name=create_invoices]").click()
    page.wait_for_selector("button[name=action_open_nfe_upload]:visible")
    picture(page, "invoice_draft")
    button(page, "action_open_nfe_upload").click()
    page.locator(".modal input[type=file]").set_input_files(running.nfe_folder / "nfe-47605.xml")
    expect(page.locator(".modal div[name=nfe_file] input[type=text]")).to_have_value(
        "nfe-47605.xml"
    )
    picture(page, "nfe_upload")
    page.locator(".modal button[name=action_upload]").click()
    expect(page.locator(".modal")).to_be_hidden()
    expect(page.locator(".o_form_view .o_form_sheet")).to_contain_text("47605")


def test_price_on_the_invoice_is_the_orders(page, running):
    """Seed 001, "Faturamento", 1: the order is the place; the draft says so and stays as it was."""
    row = page.locator("div[name=invoice_line_ids] .o_data_row").first
    row.locator("td[name=price_unit]").click()
    row.locator("td[name=price_unit] input").fill("1")
    button_save = page.locator(".o_form_button_save")
    button_save.click()
    dialog = page.locator(".modal")
    expect(dialog).to_contain_text("S0")
    picture(page, "invoice_line_refused")
    dialog.locator("footer button, .btn-close").first.click()
    expect(dialog).to_be_hidden()
    page.locator(".o_form_button_cancel").click()
    expect(page.locator(".o_form_view .o_form_sheet")).to_contain_text("610")


def test_posting_registers_it_and_shows_the_calendar(page, running, analyst):
    press(page, "action_post")
    page.wait_for_selector("button[name=action_view_supplier_transaction]:visible")
    open_tab(page, "supplier_credit")
    rows = page.locator("div[name=supplier_installment_ids] .o_data_row")
    expect(rows).to_have_count(3)
    picture(page, "invoice_registered")
    page.goto(
        f"{running.url}/odoo/action-supplier_credit.supplier_credit_transaction_installment_action"
    )
    expect(page.locator(".o_data_row").first).to_be_visible()
    picture(page, "financial_calendar")
    page.locator("button.o_switch_view.o_graph").click()
    expect(page.locator(".o_graph_renderer canvas")).to_be_visible()
    picture(page, "financial_calendar_graph")
    page.locator("button.o_switch_view.o_calendar").click()
    expect(page.locator(".o_calendar_container")).to_be_visible()
    next_month = page.locator(".o_calendar_button_next")
    next_month.click()
    expect(page.locator(".fc-event").first).to_be_visible()
    picture(page, "financial_calendar_month")


def test_danfe_is_downloaded(page, running, analyst, tmp_path):
    (invoice,) = analyst.search_read(
        "account.move",
        [["amount_total", "=", ORDER_AMOUNT], ["move_type", "=", "out_invoice"]],
        ["name"],
    )
    page.goto(
        form_url(running, "action-supplier_credit.account_move_action_console", invoice["id"])
    )
    with page.expect_download() as download:
        button(page, "action_print_supplier_danfe").click()
    target = tmp_path / "danfe.pdf"
    download.value.save_as(target)
    document = pypdfium2.PdfDocument(target)
    text = document[0].get_textpage().get_text_range()
    assert "47605" in text.replace(".", "")
    if PICTURES:
        document[0].render(scale=1.6).to_pil().save(Path(PICTURES) / "danfe.png")


def test_registered_invoice_is_not_reset(page, running, analyst):
    button(page, "button_draft").click()
    dialog = page.locator(".modal")
    expect(dialog).to_contain_text("47605")
    picture(page, "invoice_reset_refused")
    # The other button leads to return, cancellation and bonus.
    dialog.locator("footer .btn-secondary, .btn-close").first.click()
    expect(dialog).to_be_hidden()
    expect(button(page, "action_register_payment")).to_have_count(0)


def test_processing_is_undone_and_done_again(page, running, analyst):
    (transaction,) = analyst.search_read(
        "supplier.credit.transaction", [["total", "=", ORDER_AMOUNT]], ["invoice_id"]
    )
    page.goto(
        form_url(
            running, "action-supplier_credit.supplier_credit_transaction_action", transaction["id"]
        )
    )
    expect(page.locator("div[name=installment_ids] .o_data_row")).to_have_count(3)
    picture(page, "transaction")
    button(page, "action_undo_processing").click()
    page.locator(".modal footer .btn-primary").click()
    expect(button(page, "action_process")).to_be_visible()
    (invoice,) = analyst.search_read(
        "account.move", [["id", "=", transaction["invoice_id"][0]]], ["payment_state"]
    )
    assert invoice["payment_state"] == "not_paid"
    press(page, "action_process")
    expect(button(page, "action_undo_processing")).to_be_visible()
    (invoice,) = analyst.search_read(
        "account.move", [["id", "=", transaction["invoice_id"][0]]], ["payment_state"]
    )
    assert invoice["payment_state"] == "paid"


def test_many_nfe_are_uploaded_at_once(page, running):
    page.goto(f"{running.url}/odoo/action-supplier_credit.account_move_action_console")
    expect(page.locator(".o_data_row").first).to_be_visible()
    picture(page, "console_invoices")
    page.locator("button[name=action_open_nfe_uploads]:visible").click()
    dialog = page.locator(".modal")
    files = [running.nfe_folder / f"nfe-{number}.xml" for number in ("47605", "47686")]
    dialog.locator("input[type=file]").last.set_input_files(files)
    expect(dialog.locator("div[name=attachment_ids]")).to_contain_text("nfe-47686")
    dialog.locator("button[name=action_upload]").click()
    expect(dialog.locator("div[name=line_ids] .o_data_row")).to_have_count(2)
    picture(page, "nfe_uploads")
    dialog.locator("footer button:visible").first.click()
    expect(dialog).to_be_hidden()


def test_message_waits_where_it_can_be_retried(page, running, analyst, sandbox):
    (order,) = analyst.search_read(
        "sale.order",
        [["state", "=", "draft"], ["supplier_release_state", "=", "blocked"]],
        ["name"],
    )
    sandbox.set_faults({"kind": "status", "status": 503, "path": "/pre-autorizacoes"})
    analyst.call("sale.order", "action_send_supplier_preauthorization", [order["id"]])
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_message_action")
    row = page.locator(".o_data_row").first
    expect(row).to_be_visible()
    picture(page, "messages")
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_attention_action")
    expect(page.locator(".o_data_row").first).to_contain_text(order["name"])
    picture(page, "attention")
    page.goto(f"{running.url}/odoo/action-supplier_credit.supplier_credit_message_action")
    row = page.locator(".o_data_row").first
    sandbox.clear_faults()
    row.locator("td[name=operation]").click()
    press(page, "action_retry")
    (reservation,) = analyst.search_read(
        "supplier.credit.preauthorization", [["order_id", "=", order["id"]]], ["state"]
    )
    assert reservation["state"] == "active"
