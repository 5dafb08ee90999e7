"""A vendor contract clicked in Chromium: from the pending invoice to what the bank reports."""

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.host.packages import find_program

from .browser import LANGUAGE, button, form_url, open_tab, picture, press
from .days import today

CONTRACTS = "action-vendor_financing.vendor_financing_contract_action"
INSTALLMENTS = "action-vendor_financing.vendor_financing_contract_installment_action"
HOLIDAYS = "action-vendor_financing.bank_holiday_action"
OVERVIEW = "action-vendor_financing.vendor_financing_overview_action"
PENDING = "action-vendor_financing.account_move_action"
RECEIVABLES = "action-vendor_financing.vendor_financing_receivable_action"
WORDS = {
    "en_US": {
        "to finance": "Invoices to finance",
        "due": "Due today or before",
        "limit": "Used of the limit",
        "finance": "Finance at a Bank",
        "financed": "Financed",
    },
    "pt_BR": {
        "to finance": "Notas a financiar",
        "due": "Vencem hoje ou já venceram",
        "limit": "Usado do limite",
        "finance": "Financiar em um banco",
        "financed": "Financiado",
    },
}[LANGUAGE]
ACCOUNTS = {
    "vendor_account_id": ("2.9.901", "Conta de Vendor", "liability_current"),
    "bank_account_id": ("1.9.901", "Banco em trânsito", "asset_current"),
    "interest_account_id": ("4.9.901", "Receita de juros", "income_other"),
    "expense_account_id": ("5.9.901", "Despesas bancárias", "expense"),
}


def find(session, model, *domain):
    return session.search_read(model, list(domain), ["id"], limit=1)[0]["id"]


def post_invoice(admin, number, price):
    invoice = {
        "move_type": "out_invoice",
        "partner_id": find(admin, "res.partner", ["vat", "!=", False], ["is_company", "=", True]),
        "invoice_date": today().isoformat(),
        "preferred_payment_method_line_id": find(
            admin, "account.payment.method.line", ["name", "=", "Vendor BB"]
        ),
        "l10n_latam_document_number": number,
        "invoice_line_ids": [
            [0, 0, {"name": "Fertilizante", "quantity": 1, "price_unit": price, "tax_ids": []}]
        ],
    }
    admin.call("account.move", "action_post", [admin.call("account.move", "create", invoice)])


@pytest.fixture(scope="module")
def agreement(admin):
    """An agreement with a bank, its quote of the day, and a posted invoice that waits for it."""
    accounts = {
        field: admin.call(
            "account.account",
            "create",
            {
                "code": code,
                "name": name,
                "account_type": account_type,
                "reconcile": account_type.endswith("_current"),
            },
        )
        for field, (code, name, account_type) in ACCOUNTS.items()
    }
    bank = find(admin, "account.journal", ["type", "=", "bank"])
    agreement = admin.call(
        "vendor.financing.agreement",
        "create",
        {
            "name": "Vendor Banco do Brasil",
            "partner_id": admin.call("res.partner", "create", {"name": "Banco do Brasil"}),
            "journal_id": bank,
            "entry_journal_id": find(admin, "account.journal", ["type", "=", "general"]),
            "limit_amount": 50000,
            **accounts,
        },
    )
    quote = {"agreement_id": agreement, "bank_rate": 1.8, "customer_rate": 2.3}
    admin.call("vendor.financing.rate", "create", quote)
    method = find(admin, "account.payment.method", ["code", "=", "vendor"])
    bearer = {"name": "Vendor BB", "journal_id": bank, "payment_method_id": method}
    admin.call("account.payment.method.line", "create", bearer)
    post_invoice(admin, "990001", 10000)
    return agreement


def test_pending_invoice_is_listed(page, running, agreement):
    page.goto(f"{running.url}/odoo/action-vendor_financing.account_move_action")
    expect(page.locator(".o_data_row")).to_have_count(1)
    picture(page, "vendor_pending")


def test_contract_is_made_effective(page, running, analyst, agreement):
    page.goto(f"{running.url}/odoo/action-vendor_financing.vendor_financing_contract_action_new")
    page.locator("div[name=number] input").fill("2026/001")
    press(page, "action_add_pending")
    expect(page.locator("div[name=title_ids] .o_data_row")).to_have_count(1)
    open_tab(page, "installments")
    expect(page.locator("div[name=installment_ids] .o_data_row")).to_have_count(1)
    expect(page.locator("div[name=customer_total]").first).not_to_be_empty()
    credited = page.locator("div[name=credited_amount] input")
    credited.fill("10049,12" if LANGUAGE == "pt_BR" else "10049.12")
    credited.press("Tab")
    picture(page, "vendor_contract")
    press(page, "action_open_effectivation")
    dialogue = page.locator(".modal")
    expect(dialogue.locator("div[name=difference]")).to_contain_text("0")
    picture(page, "vendor_effectivation")
    dialogue.locator("button[name=action_confirm]").click()
    expect(button(page, "action_undo")).to_be_visible()
    (contract,) = analyst.search_read("vendor.financing.contract", [], ["state"])
    assert contract["state"] == "effective"
    open_tab(page, "operations")
    picture(page, "vendor_contract_effective")


def test_overview_opens_its_lists(page, running, admin, agreement):
    post_invoice(admin, "990002", 4200)
    page.goto(f"{running.url}/odoo/{OVERVIEW}")
    cards = page.locator(".o_kanban_record:not(.o_kanban_ghost)")
    expect(cards).to_have_count(2)
    company, bank = cards.first, cards.last
    expect(bank).to_contain_text("Vendor Banco do Brasil")
    picture(page, "vendor_overview")
    company.get_by_text(WORDS["to finance"]).click()
    expect(page.locator(".o_data_row")).to_have_count(1)
    expect(page.locator(".o_data_row")).to_contain_text("990002")
    page.go_back()
    bank.get_by_text(WORDS["due"]).click()
    expect(page.locator(".o_list_view")).to_be_visible()
    expect(page.locator(".o_data_row")).to_have_count(0)
    page.go_back()
    bank.get_by_text(WORDS["limit"]).click()
    expect(page.locator(".o_form_view div[name=limit_amount]")).to_be_visible()


def test_receivables_are_filtered_opened_and_printed(page, running, agreement, tmp_path):
    page.goto(f"{running.url}/odoo/{RECEIVABLES}")
    rows = page.locator(".o_data_row")
    expect(rows).to_have_count(2)
    picture(page, "vendor_receivables")
    page.locator(".o_control_panel button.o_searchview_dropdown_toggler").click()
    page.locator(".o_filter_menu").get_by_text(WORDS["financed"], exact=True).click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("990001")
    page.keyboard.press("Escape")
    if find_program(("wkhtmltopdf",)):
        with page.expect_download() as download:
            page.locator(".o_control_panel button[name=action_print]").click()
        target = tmp_path / "receivables.pdf"
        download.value.save_as(target)
        # Debian's wkhtmltopdf draws letters as curves; the addon's own tests read the text.
        assert len(PdfReader(target).pages) == 1
    rows.locator("td[name=date_due]").click()
    expect(page.locator(".o_form_view .oe_title, .o_form_view h1").first).to_contain_text("990001")


def test_financed_invoice_is_not_reset(page, running, analyst, agreement):
    (part,) = analyst.search_read("vendor.financing.contract.installment", [], ["move_id"])
    page.goto(form_url(running, "action-account.action_move_out_invoice_type", part["move_id"][0]))
    button(page, "button_draft").click()
    dialog = page.locator(".modal")
    expect(dialog).to_contain_text("990001")
    picture(page, "vendor_reset_refused")
    dialog.locator("footer button, .btn-close").first.click()
    expect(dialog).to_be_hidden()


def test_customer_paid_the_bank(page, running, analyst, agreement):
    page.goto(f"{running.url}/odoo/{INSTALLMENTS}")
    row = page.locator(".o_data_row")
    expect(row).to_have_count(1)
    row.locator("input[type=checkbox]").check()
    page.locator("button[name=action_open_settlement]:visible").click()
    dialog = page.locator(".modal")
    expect(dialog.locator("div[name=line_ids] .o_data_row")).to_have_count(1)
    picture(page, "vendor_settlement")
    dialog.locator("button[name=action_confirm]").click()
    expect(dialog).to_be_hidden()
    (contract,) = analyst.search_read("vendor.financing.contract", [], ["state"])
    assert contract["state"] == "settled"
    (position,) = analyst.call(
        "vendor.financing.agreement", "read", [agreement], ["proof_difference", "used_amount"]
    )
    assert position["proof_difference"] == position["used_amount"] == 0


def test_clerk_chooses_which_note_goes_to_which_bank(page, running, admin, analyst, agreement):
    post_invoice(admin, "990003", 1500)
    page.goto(f"{running.url}/odoo/{PENDING}")
    rows = page.locator(".o_data_row")
    expect(rows).to_have_count(2)
    rows.filter(has_text="990003").locator("input[type=checkbox]").check()
    page.locator(".o_control_panel button", has_text=WORDS["finance"]).click()
    dialog = page.locator(".modal")
    expect(dialog.locator("div[name=amount]")).to_contain_text("1")
    picture(page, "vendor_allocation")
    dialog.locator("button[name=action_confirm]").click()
    titles = page.locator("div[name=title_ids] .o_data_row")
    expect(titles).to_have_count(1)
    expect(titles).to_contain_text("990003")
    titles.locator("td[name=partner_id]").click()
    dialog = page.locator(".modal")
    expect(dialog.locator("div[name=installment_ids] .o_data_row")).to_have_count(1)
    picture(page, "vendor_title")
    dialog.locator("div[name=plan] input").fill("30/60")
    dialog.locator("footer .o_form_button_save, footer .btn-primary").first.click()
    expect(dialog).to_be_hidden()
    page.locator("button.o_form_button_save").click()
    press(page, "action_view_titles")
    expect(page.locator(".o_list_view .o_data_row")).to_have_count(1)
    picture(page, "vendor_titles")
    parts = analyst.search_read(
        "vendor.financing.contract.installment", [["state", "=", "pending"]], ["principal"]
    )
    assert [part["principal"] for part in parts] == [750.0, 750.0]


def test_bank_holidays_are_loaded(page, running, admin, agreement):
    page.goto(f"{running.url}/odoo/{HOLIDAYS}")
    page.locator("button[name=action_load_vendor_holidays]").click()
    expect(page.locator(".o_data_row").nth(20)).to_be_visible()
    picture(page, "vendor_holidays")
