"""The day of vendor financing clicked in Chromium: quotes, notes by banks, pictures, proposals."""

import pytest
from playwright.sync_api import expect

from .browser import LANGUAGE, picture, press
from .days import today
from .test_browser_vendor import CONTRACTS, OVERVIEW, agreement, find, post_invoice  # noqa: F401

PENDING = "action-vendor_financing.account_move_action"
DAY = "action-vendor_financing.vendor_financing_day_action"
GRID = "action-vendor_financing.vendor_financing_quote_grid_action"
SIZES = {"": (1366, 768), "_phone": (390, 844)}


def look(page, name):
    """Take the picture of a screen on a desk and on a phone."""
    for suffix, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)
        picture(page, f"{name}{suffix}")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.wait_for_timeout(400)


@pytest.fixture(scope="module")
def other_bank(admin, agreement):  # noqa: F811
    """Another bank, with a quote of today, and two more notes that wait."""
    other = admin.call(
        "vendor.financing.agreement", "copy", [agreement], {"name": "Vendor Bradesco"}
    )
    (other,) = other if isinstance(other, list) else (other,)
    quote = {"agreement_id": other, "bank_rate": 1.6, "customer_rate": 1.9}
    admin.call("vendor.financing.rate", "create", quote)
    post_invoice(admin, "990011", 4200)
    post_invoice(admin, "990012", 1500)
    return other


def test_notes_are_put_to_banks(page, running, analyst, agreement, other_bank):  # noqa: F811
    page.goto(f"{running.url}/odoo/{OVERVIEW}")
    page.locator("a[name=action_open_day]").first.click()
    notes = page.locator("div[name=note_ids] .o_data_row")
    banks = page.locator("div[name=bank_ids] .o_data_row")
    expect(notes).to_have_count(3)
    expect(banks).to_have_count(2)
    look(page, "vendor_day")
    press(page, "action_choose_best")
    expect(notes.nth(0)).to_contain_text("Vendor Banco do Brasil")
    notes.filter(has_text="990011").locator("td[name=is_ticked]").click()
    notes.filter(has_text="990011").locator("td[name=is_ticked] input").check()
    banks.filter(has_text="Bradesco").locator("button[name=action_take_ticked]").click()
    expect(notes.filter(has_text="990011")).to_contain_text("Bradesco")
    expect(banks.filter(has_text="Bradesco").locator("td[name=chosen_amount]")).to_contain_text("4")
    # By hand, in the list: the sums follow before anything is saved.
    notes.filter(has_text="990012").locator("td[name=agreement_id]").click()
    choice = notes.filter(has_text="990012").locator("td[name=agreement_id] input")
    choice.fill("Bradesco")
    page.locator(".o-autocomplete--dropdown-item", has_text="Bradesco").first.click()
    expected = "5.700,00" if LANGUAGE == "pt_BR" else "5,700.00"
    expect(banks.filter(has_text="Bradesco").locator("td[name=chosen_amount]")).to_contain_text(
        expected
    )
    look(page, "vendor_day_chosen")
    press(page, "action_make_contracts")
    expect(page.locator(".o_list_view .o_data_row")).to_have_count(2)
    picture(page, "vendor_day_contracts")
    found = analyst.search_read("vendor.financing.contract", [], ["principal", "agreement_id"])
    assert sorted(one["principal"] for one in found) == [5700.0, 10000.0]


def test_quotes_are_typed_in_one_grid(page, running, analyst, other_bank):
    page.goto(f"{running.url}/odoo/{GRID}")
    grid = page.locator(".o_vendor_financing_quote_grid")
    expect(grid.locator("tbody")).to_have_count(2)
    # Bradesco follows Banco do Brasil.
    cell = grid.locator("tbody").nth(1).locator("input")
    for field, rate in zip((cell.nth(0), cell.nth(1)), ("1,55", "1,95"), strict=True):
        field.fill(rate if LANGUAGE == "pt_BR" else rate.replace(",", "."))
        field.press("Tab")
    look(page, "vendor_quotes")
    press(page, "action_save")
    expect(page.locator(".o_list_view .o_data_row").first).to_be_visible()
    found = analyst.search_read(
        "vendor.financing.rate", [["agreement_id", "=", other_bank]], ["bank_rate", "customer_rate"]
    )
    assert [(one["bank_rate"], one["customer_rate"]) for one in found] == [(1.55, 1.95)]


@pytest.fixture(scope="module")
def effective(admin, other_bank):
    """The contracts of the day, made effective as expected."""
    ids = admin.call(
        "vendor.financing.contract", "search", [["state", "in", ["draft", "simulated"]]]
    )
    for one in ids:
        admin.call("vendor.financing.contract", "action_apply_expected", [one])
        admin.call("vendor.financing.contract", "action_effect", [one])
    return ids


@pytest.mark.parametrize("name", ["exposure", "maturity", "margin", "arrears", "rate_history"])
def test_pictures_are_drawn(page, running, effective, name):
    page.goto(f"{running.url}/odoo/action-vendor_financing.vendor_financing_{name}_action")
    expect(
        page.locator(".o_graph_view canvas, .o_pivot table, .o_view_nocontent").first
    ).to_be_visible()
    look(page, f"vendor_{name}")


@pytest.fixture
def bank_clerk(admin, analyst):
    """The users with the role of the host that may reconcile, for a while."""
    (group,) = admin.search_read(
        "ir.model.data",
        [["module", "=", "account"], ["name", "=", "group_account_basic"]],
        ["res_id"],
    )
    users = [find(admin, "res.users", ["login", "=", login]) for login in ("admin", "ana")]
    admin.call("res.users", "write", users, {"group_ids": [[4, group["res_id"]]]})
    yield
    admin.call("res.users", "write", users, {"group_ids": [[3, group["res_id"]]]})


def test_statement_is_matched(page, running, admin, bank_clerk, agreement, effective):  # noqa: F811
    (contract,) = admin.search_read(
        "vendor.financing.contract",
        [["id", "in", effective], ["agreement_id", "=", agreement]],
        ["credited_amount", "number"],
    )
    admin.call("vendor.financing.contract", "write", [contract["id"]], {"number": "2026/77"})
    line = {
        "journal_id": find(admin, "account.journal", ["type", "=", "bank"]),
        "payment_ref": "CREDITO VENDOR 2026/77",
        "amount": contract["credited_amount"],
    }
    admin.call("account.bank.statement.line", "create", line)
    page.goto(
        f"{running.url}/odoo/action-vendor_financing.vendor_financing_agreement_action/{agreement}"
    )
    press(page, "action_match_statement")
    expect(page.locator("div[name=line_ids] .o_data_row")).to_have_count(1)
    look(page, "vendor_matching")
    press(page, "action_reconcile")
    (line,) = admin.search_read("account.bank.statement.line", [], ["is_reconciled"])
    assert line["is_reconciled"]


def test_bank_is_instructed_of_an_extension(page, running, admin, agreement, effective):  # noqa: F811
    part = find(
        admin,
        "vendor.financing.contract.installment",
        ["contract_id", "in", effective],
        ["state", "=", "financed"],
    )
    bank = find(admin, "res.partner", ["name", "=", "Banco do Brasil"])
    admin.call("res.partner", "write", [bank], {"email": "vendor@banco.example"})
    wizard = admin.call(
        "vendor.financing.maintenance",
        "create",
        {"installment_id": part, "kind": "request", "date_due": f"{today().year + 1}-03-15"},
    )
    admin.call("vendor.financing.maintenance", "action_confirm", [wizard])
    (contract,) = admin.call(
        "vendor.financing.contract.installment", "read", [part], ["contract_id"]
    )
    contract_id = contract["contract_id"][0]
    page.goto(f"{running.url}/odoo/{CONTRACTS}/{contract_id}")
    look(page, "vendor_extension")
    press(page, "action_instruct_bank")
    dialog = page.locator(".modal")
    expect(
        dialog.locator(".o_attachment, .o_attachments_list, div[name=attachment_ids]").first
    ).to_be_visible()
    picture(page, "vendor_extension_mail")
    dialog.locator("button[name=action_send_mail]").click()
    expect(dialog).to_be_hidden()
    (sent,) = admin.call(
        "vendor.financing.contract.installment", "read", [part], ["extension_sent_on"]
    )
    assert sent["extension_sent_on"]
