"""The main steps of seed 004 clicked in Chromium, in a company that the wizard set up.

Each step quotes what the users wrote. Quote, confirmation and invoice go over RPC. Entries are read
back by the type of account; `vendor_financing/tests/contract` compares the accounts themselves.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from . import browser
from .browser import LANGUAGE, button, form_url, open_tab, picture, press
from .days import today
from .test_browser_vendor import CONTRACTS, INSTALLMENTS, PENDING, RECEIVABLES, WORDS, find
from .test_browser_vendor_day import look

SETUP = "action-vendor_financing.vendor_financing_setup_action"
ORDERS = "action-sale.action_quotations_with_onboarding"
INVOICES = "action-account.action_move_out_invoice_type"
REQUESTS = "action-vendor_financing.vendor_financing_request_action"
REPORT = "action-vendor_financing.vendor_financing_report_action"
REPORT_LINES = "action-vendor_financing.vendor_financing_report_line_action"
BEARER = "Vendor Banco do Brasil"
CHANGE = {"en_US": "Change Charge Type", "pt_BR": "Mudar Tipo de Cobrança"}[LANGUAGE]


def typed(amount):
    """Return an amount as the language of the browser types it."""
    return str(amount).replace(".", ",") if LANGUAGE == "pt_BR" else str(amount)


@pytest.fixture(scope="module")
def manager(running, page):
    """The administrator's browser: who sets up, and decides on requests."""
    return browser.log_in(page.context.browser, running.url, "admin", "admin")


@pytest.fixture(scope="module")
def customer(admin):
    return find(admin, "res.partner", ["vat", "!=", False], ["is_company", "=", True])


@pytest.fixture(scope="module")
def order(admin, customer):
    """A quotation of 10,000.00, as a salesman has it before the charge type is chosen."""
    product = admin.call("product.product", "create", {"name": "Fertilizante", "taxes_id": False})
    (product,) = product if isinstance(product, list) else (product,)
    line = {"product_id": product, "product_uom_qty": 1, "price_unit": 10000, "tax_ids": False}
    made = admin.call(
        "sale.order", "create", {"partner_id": customer, "order_line": [[0, 0, line]]}
    )
    return made[0] if isinstance(made, list) else made


@pytest.fixture(scope="module")
def balances(admin):
    """Return a function from an entry to the balance of each account by its name."""

    def read(entry):
        lines = admin.search_read(
            "account.move.line", [["move_id", "=", entry]], ["account_id", "balance"]
        )
        found = {}
        for line in lines:
            (account,) = admin.call(
                "account.account", "read", [line["account_id"][0]], ["account_type"]
            )
            kind = account["account_type"]
            found[kind] = round(found.get(kind, 0) + line["balance"], 2)
        return found

    return read


def last_entry(admin, kind):
    (operation,) = admin.search_read(
        "vendor.financing.operation", [["kind", "=", kind]], ["move_id"], limit=1, order="id desc"
    )
    return operation["move_id"][0]


def choose(page, field, text):
    box = page.locator(f".o_form_view div[name={field}] input").first
    box.fill(text)
    page.locator(".o-autocomplete--dropdown-item", has_text=text).first.click()


def test_bank_is_set_up(manager, running, admin):
    # "informa o código do banco, a conta contábil de Vendor […] e uma conta de despesas bancárias"
    manager.goto(f"{running.url}/odoo/{SETUP}")
    dialog = manager.locator(".modal")
    dialog.locator("div[name=bank_code] input").fill("001")
    dialog.locator("div[name=bank_code] input").press("Tab")
    expect(dialog.locator("div[name=bearer_name] input")).to_have_value(BEARER)
    look(manager, "seed_setup")
    dialog.locator("button[name=action_set_up]").click()
    expect(dialog.locator("div[name=result]")).to_contain_text(BEARER)
    look(manager, "seed_setup_done")
    (agreement,) = admin.search_read(
        "vendor.financing.agreement", [["name", "=", BEARER]], ["vendor_account_id"]
    )
    assert agreement["vendor_account_id"]
    # "liga para os bancos para saber a melhor taxa de juros (que varia diariamente)"
    quote = {"agreement_id": agreement["id"], "bank_rate": 1.8, "customer_rate": 2.3}
    admin.call("vendor.financing.rate", "create", quote)


def test_order_is_approved(page, manager, running, admin, order):
    # "No pedido, escolher o tipo de cobrança cuja opção Vendor esteja marcada"
    page.goto(form_url(running, ORDERS, order))
    open_tab(page, "other_information")
    choose(page, "preferred_payment_method_line_id", BEARER)
    page.locator("button.o_form_button_save").click()
    expect(button(page, "action_request_vendor_approval")).to_be_visible()
    # "Pede-se uma aprovação […] para o pedido ser emitido"
    press(page, "action_request_vendor_approval")
    press(page, "action_request")
    expect(button(page, "action_request")).to_be_hidden()
    request = find(admin, "vendor.financing.request", ["order_id", "=", order])
    manager.goto(form_url(running, REQUESTS, request))
    press(manager, "action_approve")
    expect(button(manager, "action_approve")).to_be_hidden()
    (state,) = admin.call("vendor.financing.request", "read", [request], ["state"])
    assert state["state"] == "approved"


def test_invoice_at_sight_waits_for_the_bank(page, running, admin, order):
    # "A Nota Fiscal é emitida pelo valor da venda com o prazo sendo à vista."
    admin.call("sale.order", "action_confirm", [order])
    wizard = admin.call(
        "sale.advance.payment.inv",
        "create",
        {"sale_order_ids": [[6, 0, [order]]], "advance_payment_method": "delivered"},
    )
    (line,) = admin.search_read("sale.order.line", [["order_id", "=", order]], ["id"])
    admin.call("sale.order.line", "write", [line["id"]], {"qty_delivered": 1})
    admin.call("sale.advance.payment.inv", "create_invoices", wizard)
    (known,) = admin.call("sale.order", "read", [order], ["invoice_ids"])
    (invoice,) = known["invoice_ids"]
    admin.call(
        "account.move",
        "write",
        [invoice],
        {"invoice_date": today().isoformat(), "l10n_latam_document_number": "880001"},
    )
    page.goto(form_url(running, INVOICES, invoice))
    press(page, "action_post")
    expect(button(page, "action_post")).to_be_hidden()
    (move,) = admin.call(
        "account.move", "read", [invoice], ["vendor_collection", "invoice_date_due", "vendor_state"]
    )
    # "cobrança para carteira": no boleto, at sight or a day later.
    assert move["vendor_state"] == "pending"
    assert move["invoice_date_due"] <= (today() + timedelta(days=1)).isoformat()
    # "pesquisa quais as notas fiscais […] precisam ser cadastradas no banco como Vendor"
    page.goto(f"{running.url}/odoo/{PENDING}")
    rows = page.locator(".o_data_row")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("880001")
    look(page, "seed_pending")


def test_contract_is_entered_and_made_effective(page, running, admin, balances):
    page.goto(f"{running.url}/odoo/{PENDING}")
    page.locator(".o_data_row input[type=checkbox]").check()
    page.locator(".o_control_panel button", has_text=WORDS["finance"]).click()
    dialog = page.locator(".modal")
    # "o número de um contrato […] somente referência"
    dialog.locator("div[name=number] input").fill("VB-2026-1")
    dialog.locator("button[name=action_confirm]").click()
    expect(page.locator("div[name=title_ids] .o_data_row")).to_have_count(1)
    # "para cada título, o valor dos juros […] e seu novo vencimento […] e o valor […] no total"
    open_tab(page, "installments")
    row = page.locator("div[name=installment_ids] .o_data_row")
    row.locator("td[name=interest]").click()
    row.locator("td[name=interest] input").fill(typed(50.0))
    page.locator("button.o_form_button_save").click()
    expect(page.locator("button.o_form_button_save")).to_be_hidden()
    # "o valor creditado total": some cents less than the sum of the titles.
    credited = page.locator("div[name=credited_amount] input")
    credited.fill(typed(10049.12))
    credited.press("Tab")
    page.locator("button.o_form_button_save").click()
    look(page, "seed_contract")
    press(page, "action_open_effectivation")
    look(page, "seed_effectivation")
    page.locator(".modal button[name=action_confirm]").click()
    expect(button(page, "action_undo")).to_be_visible()
    # "debita a Conta de Banco […], credita a Conta de Vendor e credita a Conta de Receita de Juros"
    # and "alguma pequena diferença e esta é lançada como despesas bancárias".
    found = balances(last_entry(admin, "effectivation"))
    income = found.pop("income_other", 0) + found.pop("income", 0)
    assert found == {"asset_current": 10049.12, "expense": 0.88, "liability_current": -10000.0}
    assert round(income, 2) == -50.0


def test_note_is_marked_and_still_receivable(page, running, admin):
    # "estes serão marcados como Vendor"; "desmarcada como pendente para processamento de vendor"
    page.goto(f"{running.url}/odoo/{PENDING}")
    expect(page.locator(".o_data_row")).to_have_count(0)
    # "O título continua pendente e carregando o valor de crédito total do cliente"
    page.goto(f"{running.url}/odoo/{RECEIVABLES}")
    row = page.locator(".o_data_row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("880001")
    (move,) = admin.search_read(
        "account.move",
        [["vendor_financing_state", "=", "financed"]],
        ["amount_residual", "payment_state"],
    )
    assert (move["amount_residual"], move["payment_state"]) == (10000.0, "not_paid")


def test_bank_reports_the_payment(page, running, admin, balances, tmp_path):
    # "Quando o cliente pagar, o banco informa via relatório"
    page.goto(f"{running.url}/odoo/{REPORT}")
    dialog = page.locator(".modal")
    report = tmp_path / "baixas.csv"
    (part,) = admin.search_read("vendor.financing.contract.installment", [], ["move_id"])
    number = part["move_id"][1]
    report.write_text(
        f"documento;data;valor\n{number};{today():%d/%m/%Y};10.000,00\n", encoding="utf-8"
    )
    dialog.locator("div[name=report_file] input[type=file]").set_input_files(report)
    shown = dialog.locator("div[name=report_file] input:not([type=file])")
    expect(shown).to_have_value("baixas.csv")
    dialog.locator("button[name=action_import]").click()
    rows = page.locator(".o_data_row")
    expect(rows).to_have_count(1)
    picture(page, "seed_report")
    rows.locator("input[type=checkbox]").check()
    with page.expect_response(lambda response: "/action_book" in response.url):
        page.locator("button[name=action_book]:visible").click()
    # "credita Conta do Cliente no valor original do título e debita a Conta de Vendor"
    assert balances(last_entry(admin, "settlement")) == {
        "asset_receivable": -10000.0,
        "liability_current": 10000.0,
    }
    (move,) = admin.search_read(
        "account.move", [["vendor_financing_state", "=", "settled"]], ["payment_state"]
    )
    assert move["payment_state"] in ("paid", "in_payment")


def test_another_charge_type_becomes_vendor_and_is_not_paid(
    page, running, admin, customer, balances
):
    # "a venda […] realizada normalmente com outro tipo de cobrança […] alteração do tipo"
    invoice = {
        "move_type": "out_invoice",
        "partner_id": customer,
        "invoice_date": today().isoformat(),
        "l10n_latam_document_number": "880002",
        "invoice_line_ids": [
            [0, 0, {"name": "Adubo", "quantity": 1, "price_unit": 3000, "tax_ids": []}]
        ],
    }
    move = admin.call("account.move", "create", invoice)
    (move,) = move if isinstance(move, list) else (move,)
    admin.call("account.move", "action_post", [move])
    page.goto(form_url(running, INVOICES, move))
    page.locator(".o_cp_action_menus button").first.click()
    page.locator(".o-dropdown-item", has_text=CHANGE).first.click()
    dialog = page.locator(".modal")
    dialog.locator("div[name=bearer_id] input").fill(BEARER)
    page.locator(".o-autocomplete--dropdown-item", has_text=BEARER).first.click()
    dialog.locator("div[name=reason] input, div[name=reason] textarea").first.fill("postergar")
    picture(page, "seed_charge_type")
    dialog.locator("button[name=action_confirm]").click()
    expect(dialog).to_be_hidden()
    page.goto(f"{running.url}/odoo/{PENDING}")
    expect(page.locator(".o_data_row")).to_contain_text("880002")
    page.locator(".o_data_row input[type=checkbox]").check()
    page.locator(".o_control_panel button", has_text=WORDS["finance"]).click()
    page.locator(".modal button[name=action_confirm]").click()
    expect(page.locator("div[name=title_ids] .o_data_row")).to_have_count(1)
    credited = page.locator("div[name=credited_amount] input")
    expect(credited).to_have_value(typed("0.00"))
    press(page, "action_apply_expected")
    expect(credited).not_to_have_value(typed("0.00"))
    press(page, "action_open_effectivation")
    page.locator(".modal button[name=action_confirm]").click()
    expect(button(page, "action_undo")).to_be_visible()
    # "o banco irá debitar o valor da conta da distribuidora acrescentando juros e outros encargos"
    page.goto(f"{running.url}/odoo/{INSTALLMENTS}")
    page.locator(".o_data_row", has_text="880002").locator("input[type=checkbox]").check()
    page.locator("button[name=action_open_default]:visible").click()
    dialog = page.locator(".modal")
    dialog.locator("div[name=charges] input").fill(typed(45.5))
    look(page, "seed_default")
    dialog.locator("button[name=action_confirm]").click()
    expect(dialog).to_be_hidden()
    assert balances(last_entry(admin, "default")) == {
        "liability_current": 3000.0,
        "expense": 45.5,
        "asset_current": -3045.5,
    }
    (proof,) = admin.search_read(
        "vendor.financing.agreement", [["name", "=", BEARER]], ["proof_difference", "used_amount"]
    )
    assert (proof["proof_difference"], proof["used_amount"]) == (0, 0)


def test_customer_shows_its_contracts(page, running, customer):
    # "Clientes - Consulta Contrato Vendor"
    page.goto(form_url(running, "action-account.res_partner_action_customer", customer))
    press(page, "action_view_vendor_installments")
    look(page, "seed_customer")
    # "Manutenção de Vendor": the contracts, with each operation on them.
    page.goto(f"{running.url}/odoo/{CONTRACTS}")
    expect(page.locator(".o_data_row")).to_have_count(2)
    picture(page, "seed_contracts")
