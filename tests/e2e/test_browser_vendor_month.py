"""The end of a month in vendor financing clicked in Chromium: closed by hand, read as a report."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from .browser import form_url, open_tab, picture
from .days import today
from .test_browser_vendor import agreement, find  # noqa: F401
from .test_browser_vendor_day import look

AGREEMENTS = "action-vendor_financing.vendor_financing_agreement_action"
CONTRACTS = "action-vendor_financing.vendor_financing_contract_action"
CLOSING = "action-vendor_financing.vendor_financing_month_end_action"
REPORT = "action-vendor_financing.vendor_financing_recognition_report_action"


def last_month():
    """Return the first and the last day of the month that ended."""
    end = today().replace(day=1) - timedelta(days=1)
    return date(end.year, end.month, 1), end


@pytest.fixture(scope="module")
def contract(admin, agreement):  # noqa: F811
    """A contract of the month that ended, over the term, by an agreement with loss rates."""
    accounts = {
        "deferred_income_account_id": ("2.9.902", "Receitas a apropriar", "liability_current"),
        "deferred_cost_account_id": ("1.9.902", "Despesas a apropriar", "asset_prepayments"),
        "loss_account_id": ("5.9.902", "Perdas esperadas", "expense"),
        "loss_allowance_account_id": ("2.9.903", "Provisão para perdas", "liability_current"),
    }
    values = {
        field: admin.call(
            "account.account", "create", {"code": code, "name": name, "account_type": kind}
        )
        for field, (code, name, kind) in accounts.items()
    }
    rates = [{"days_from": 0, "rate": 1.0}, {"days_from": 30, "rate": 20.0}]
    values |= {"recognition": "straight_line", "quote_days": 90}
    values["loss_rate_ids"] = [[0, 0, rate] for rate in rates]
    admin.call("vendor.financing.agreement", "write", [agreement], values)
    start, _end = last_month()
    invoice = {
        "move_type": "out_invoice",
        "partner_id": find(admin, "res.partner", ["vat", "!=", False], ["is_company", "=", True]),
        "invoice_date": start.isoformat(),
        "preferred_payment_method_line_id": find(
            admin, "account.payment.method.line", ["name", "=", "Vendor BB"]
        ),
        "l10n_latam_document_number": "990077",
        "invoice_line_ids": [
            [0, 0, {"name": "Adubo", "quantity": 1, "price_unit": 6000, "tax_ids": []}]
        ],
    }
    move = admin.call("account.move", "create", invoice)
    (move,) = move if isinstance(move, list) else (move,)
    admin.call("account.move", "action_post", [move])
    line = find(
        admin,
        "account.move.line",
        ["move_id", "=", move],
        ["account_type", "=", "asset_receivable"],
    )
    terms = {"agreement_id": agreement, "number": "2026/077", "plan": "60"}
    terms |= {"date": start.isoformat(), "credit_date": start.isoformat()}
    terms["title_ids"] = [[0, 0, {"line_id": line}]]
    made = admin.call("vendor.financing.contract", "create", terms)
    (made,) = made if isinstance(made, list) else (made,)
    title = find(admin, "vendor.financing.contract.title", ["contract_id", "=", made])
    part = {"title_id": title, "principal": 6000, "interest": 60, "customer_total": 6060}
    part["date_due"] = (start + timedelta(days=60)).isoformat()
    admin.call("vendor.financing.contract.installment", "create", part)
    admin.call("vendor.financing.contract", "action_apply_expected", [made])
    admin.call("vendor.financing.contract", "action_effect", [made])
    return made


def test_month_is_closed_and_reported(page, running, admin, analyst, agreement, contract):  # noqa: F811
    start, end = last_month()
    page.goto(form_url(running, AGREEMENTS, agreement))
    open_tab(page, "month_end")
    look(page, "vendor_month_agreement")
    page.goto(f"{running.url}/odoo/{CLOSING}")
    dialogue = page.locator(".modal")
    expect(dialogue.locator("div[name=contract_count]")).to_contain_text("1")
    look(page, "vendor_month_close")
    dialogue.locator("button[name=action_close]").click()
    # The month's recognition; the expected loss and its reversal.
    expect(page.locator(".o_list_view .o_data_row")).to_have_count(3)
    picture(page, "vendor_month_entries")
    earned = round(60 * (end - start).days / 60, 2)
    (known,) = analyst.search_read(
        "vendor.financing.contract", [["id", "=", contract]], ["deferred_income", "operation_ids"]
    )
    assert known["deferred_income"] == round(60 - earned, 2)
    page.goto(f"{running.url}/odoo/{REPORT}")
    page.locator(".o_group_header").first.click()
    look(page, "vendor_month_report")
    page.goto(form_url(running, CONTRACTS, contract))
    open_tab(page, "operations")
    look(page, "vendor_month_contract")
