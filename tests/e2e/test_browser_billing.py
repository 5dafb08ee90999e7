"""The seed's own story clicked in Chromium: client of the panel, contract, fatura, payment."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
import requests
from playwright.sync_api import expect

from tests.host.taxpayers import make_cpf

from . import browser
from .billing import Asaas, Reseller
from .billing_screens import (
    WORDS,
    choose,
    choose_client,
    count_offered,
    expect_no_status,
    expect_status,
    fill,
    fill_date,
    get_password,
    hire,
    open_application,
    open_fatura,
    open_menu,
    row_of,
    save,
    switch_filter,
    take_filter_away,
    wait_for_status,
)
from .browser import LANGUAGE, button, form_url, open_tab, picture, press
from .days import today
from .orders import wait_until
from .panel import TOKEN, Panel

CLIENT = "Confeitaria Doce Vida"
OTHER = "Mercado Lua Cheia"
SUBSCRIPTIONS = "reseller_billing.reseller_billing_subscriptions_menu"
BATCH = "reseller_billing.reseller_billing_batch_menu"
LOGIN = "fabio"
VALUE = Decimal("149.90")
DUE = today() + timedelta(days=10)
# No automatic billing yet, and none before the contracts' start.
NEXT_MONTH = today().replace(day=1) + timedelta(days=32)


@pytest.fixture(scope="module")
def accountant(running, admin, group_ids):
    """A person who invoices, and manages nothing."""
    groups = group_ids("account.group_account_invoice")
    return hire(running, admin, LOGIN, "Fábio Faturista", groups)


@pytest.fixture(scope="module")
def reseller(running, admin, accountant):
    reseller = Reseller(admin, accountant, Asaas(running.sandbox.url))
    reseller.register_webhook(running.url)
    return reseller


@pytest.fixture(scope="module")
def page(running, reseller):
    """The accountant's browser, logged in."""
    with browser.opened(running.url, LOGIN, get_password(LOGIN)) as page:
        yield page


@pytest.fixture(scope="module")
def administrator(running, reseller, page):
    """The system administrator's browser, logged in."""
    reseller.admin.call("res.users", "write", [reseller.admin.info["uid"]], {"lang": LANGUAGE})
    page = browser.log_in(page.context.browser, running.url, "admin", "admin")
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def panel(running):
    """The reseller's panel with the story's client, who exists only there."""
    panel = Panel(running.sandbox.url)
    panel.client = panel.make_client(CLIENT, make_cpf(900), email="contato@docevida.example")["id"]
    return panel


@pytest.fixture
def asaas(reseller):
    yield reseller.asaas
    reseller.asaas.clear_faults()


# The seed's story


def test_administrator_connects_the_panel(running, administrator, panel):
    page = administrator
    open_application(page, running)
    open_menu(page, "reseller_billing_configuration_menu", "reseller_billing_panel_menu")
    page.locator(".o_list_button_add:visible").click()
    fill(page, "name", "oGestor")
    fill(page, "url", panel.url)
    fill(page, "token", TOKEN)
    save(page)
    press(page, "action_test_connection")
    expect(page.locator(".o_notification").first).to_contain_text("oGestor")
    page.locator(".o_notification_close").first.click()
    synchronise(page)
    picture(page, "billing_panel")


def synchronise(page):
    """Press the button on the panel's form, which then says when it was read."""
    press(page, "action_synchronise")
    expect(page.locator(".o_notification").first).to_contain_text("oGestor")
    page.locator(".o_notification_close").first.click()
    expect(page.locator(".o_form_view div[name=last_success]")).not_to_be_empty()


def test_clients_of_the_panel_are_among_all_clients(page, running, administrator):
    open_application(page, running)
    open_menu(page, "reseller_billing_registrations_menu", "res_partner_menu")
    expect(row_of(page, CLIENT)).to_have_count(1)


def test_contract_begins_in_trial_and_is_set_to_active(page):
    open_menu(page, "reseller_billing_subscriptions_menu", "reseller_billing_contract_menu")
    page.locator(".o_list_button_add:visible").click()
    choose_client(page, CLIENT)
    tab = page.locator(".o_notebook a[name=contract_data]")
    expect(tab).to_have_count(0)
    save(page)
    open_tab(page, "contract_data")
    state = page.locator(".o_notebook div[name=state] input")
    expect(state).to_have_value(WORDS["trial"])
    choose(page, "state", WORDS["active"])
    save(page)
    current = page.locator(".o_form_view .o_statusbar_status .o_arrow_button_current").first
    expect(current).to_have_text(WORDS["active"])
    picture(page, "billing_contract")


def test_fatura_is_charged_by_itself(page, reseller):
    open_menu(page, "reseller_billing_subscriptions_menu", "fatura_menu")
    page.locator(".o_list_button_add:visible").click()
    assert count_offered(page, OTHER) == 0
    assert count_offered(page, CLIENT) == 1
    choose_client(page, CLIENT)
    expect(page.locator("div[name=billing_contract_id] input")).not_to_have_value("")
    fill(page, "billing_description", "Sistema emissor de NF-e")
    fill(page, "billing_amount", WORDS["value"])
    fill_date(page, "invoice_date_due", DUE)
    choose(page, "reference_month", "07")
    fill(page, "reference_year", "2026")
    # Only the addon says what the provider has: a new fatura has no status before it is saved.
    expect_no_status(page)
    save(page)
    wait_for_status(page, "awaiting")
    open_tab(page, "charge")
    picture(page, "billing_fatura")


@pytest.fixture(scope="module")
def story(reseller):
    """The fatura that the story has made: id, code, and its charge at the provider."""
    (fatura,) = reseller.session.search_read(
        "account.move", [["billing_contract_id.partner_id.name", "=", CLIENT]], ["name"]
    )
    return SimpleNamespace(**fatura, charge=reseller.reference(fatura["id"]))


def test_fatura_is_found_among_receivables_and_boletos(page, story):
    open_menu(page, "reseller_billing_finance_menu", "receivable_menu")
    expect(page.locator(".o_searchview_facet")).to_contain_text(WORDS["open"])
    expect(row_of(page, story.name).locator("td[name=fatura_situation]")).to_have_text(
        WORDS["open"]
    )
    open_menu(page, "reseller_billing_finance_menu", "boleto_menu")
    expect(page.locator(".o_searchview_facet")).to_contain_text("Conta Principal")
    row = row_of(page, story.name)
    expect(row.locator("td[name=charge_state]")).to_have_text(WORDS["awaiting"])
    asked = page.context.expect_event("request", lambda one: "/asaas/b/pdf/" in one.url)
    with asked as request:
        row.locator("button[name=action_open_fatura_pdf]").click()
    assert requests.get(request.value.url, timeout=10).content.startswith(b"%PDF")
    for other in page.context.pages:
        if other != page:
            other.close()


def test_clients_page_says_paid_by_itself(page, running, reseller, asaas, story):
    open_fatura(page, running, story.id)
    with page.expect_popup() as opened:
        button(page, "action_open_fatura_page").click()
    address = opened.value.url
    opened.value.close()
    # The link works without a login.
    context = page.context.browser.new_context(
        viewport={"width": 1280, "height": 860}, locale=LANGUAGE.replace("_", "-")
    )
    client = context.new_page()
    client.goto(address)
    printed = client.frame_locator("#invoice_html").get_by_text(story.name).first
    charge = client.locator(".o_reseller_billing_charge")
    (values,) = reseller.admin.search_read(
        "account.move", [["id", "=", story.id]], ["slip_line", "pix_payload"]
    )
    expect(charge).to_contain_text(values["slip_line"])
    expect(charge).to_contain_text(values["pix_payload"])
    expect(charge.locator("img")).to_be_visible()
    expect(printed).to_be_visible(timeout=20000)
    picture(client, "billing_portal")
    asaas.pay(story.charge, method="PIX")
    expect(client.locator(".o_reseller_billing_charge[data-state=received]")).to_be_visible(
        timeout=60000
    )
    expect(printed).to_be_visible(timeout=20000)
    context.close()


def test_paid_fatura_is_settled_everywhere(page, running, story):
    open_fatura(page, running, story.id)
    expect_status(page, "received")
    open_tab(page, "charge")
    open_menu(page, "reseller_billing_finance_menu", "receivable_menu")
    take_filter_away(page)
    switch_filter(page, WORDS["settled"])
    row = row_of(page, story.name)
    expect(row.locator("td[name=fatura_situation]")).to_have_text(WORDS["settled"])
    picture(page, "billing_entries_paid")
    open_menu(page, "reseller_billing_finance_menu", "boleto_menu")
    row = row_of(page, story.name)
    expect(row.locator("td[name=charge_state]")).to_have_text(WORDS["received"])
    picture(page, "billing_boletos_paid")


def test_panel_says_paid_too(administrator, reseller, panel, story):
    synchronise(administrator)

    def told():
        (fatura,) = panel.list("faturas", panel.client)
        return fatura["situacao"] == "PAGA" and fatura

    fatura = wait_until(told, "the panel shows the fatura paid")
    assert (fatura["mesReferencia"], fatura["anoReferencia"]) == ("07", "2026")
    assert (Decimal(fatura["valorPago"]), fatura["idCobranca"]) == (VALUE, story.charge)
    (contract,) = panel.list("contratacoes", panel.client)
    assert contract["situacao"] == "ATIVO"


# What else happens to a fatura


@pytest.fixture(scope="module")
def contracts(reseller):
    """Active contracts with a plan, of more clients."""
    made = [reseller.make_contract() for _client in range(3)]
    names = ("Farmácia Boa Vista", "Auto Peças Horizonte", "Restaurante Dona Lina")
    for contract, name in zip(made, names, strict=True):
        reseller.admin.call("res.partner", "write", [contract.client], {"name": name})
    return made


def test_refused_charge_says_why_and_is_mended(page, running, reseller, asaas, contracts):
    refusal = {"kind": "status", "status": 400, "method": "POST", "path": "/payments$", "times": 1}
    asaas.set_faults(refusal)
    fatura = reseller.make_fatura(contracts[0], due=DUE.isoformat())
    asaas.clear_faults()
    open_fatura(page, running, fatura)
    expect_status(page, "error")
    expect(page.locator(".o_form_view .alert-warning div[name=charge_problem]")).not_to_be_empty()
    picture(page, "billing_fatura_problem")
    press(page, "action_register_charge")
    wait_for_status(page, "awaiting")
    expect(page.locator(".o_form_view div[name=charge_problem]:visible")).to_have_count(0)


def test_changed_value_changes_the_charge(page, running, reseller, asaas, contracts):
    fatura = reseller.make_fatura(contracts[1], due=DUE.isoformat())
    reseller.wait_for(fatura, "awaiting")
    open_fatura(page, running, fatura)
    page.locator(".o_form_view .o_statusbar_buttons button:visible").get_by_text(
        WORDS["change"], exact=True
    ).click()
    dialog = page.locator(".modal")
    amount = dialog.locator("div[name=amount] input")
    amount.fill(WORDS["other value"])
    amount.press("Tab")
    dialog.locator("button[name=action_confirm]").click()
    expect(dialog).to_be_hidden()
    reference = reseller.reference(fatura)

    def held():
        return next(one for one in asaas.ledger()["payments"] if one["id"] == reference)["value"]

    wait_until(lambda: held() == 120, "the charge is for the new value")
    wait_for_status(page, "awaiting")
    expect(page.locator(".o_form_view div[name=billing_amount]")).to_contain_text(
        WORDS["other value"]
    )


def test_batch_shows_what_it_will_issue(page, running, contracts):
    page.locator(f'.o_menu_sections [data-menu-xmlid="{SUBSCRIPTIONS}"]').click()
    page.locator(f'.o-dropdown--menu [data-menu-xmlid="{BATCH}"]').click()
    dialog = page.locator(".modal")
    rows = dialog.locator("div[name=line_ids] .o_data_row")
    expect(rows).to_have_count(3)
    choose(page, "reference_month", f"{NEXT_MONTH.month:02}")
    fill(page, "reference_year", str(NEXT_MONTH.year))
    expect(rows).to_have_count(3)
    picture(page, "billing_batch")
    with page.expect_response(lambda response: "/action_confirm" in response.url):
        dialog.locator("footer button[name=action_confirm]").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".o_list_view .o_data_row")).to_have_count(3)


def test_analysis_adds_up(page, contracts):
    page.locator(
        '.o_menu_sections [data-menu-xmlid="reseller_billing.reseller_billing_analysis_menu"]'
    ).click()
    expect(page.locator(".o_pivot table")).to_be_visible()
    expect(page.locator(".o_pivot tbody tr").first).to_contain_text("300")
    picture(page, "billing_analysis")


def test_provider_is_set_up(administrator, running, reseller):
    """Its administrator sees accounts, terms and the webhook on one page."""
    page = administrator
    provider = reseller.provider["id"]
    page.goto(form_url(running, "action-reseller_billing.payment_provider_action", provider))
    open_tab(page, "faturas")
    expect(page.locator("div[name=billing_fee_account_id] input")).not_to_have_value("")
    picture(page, "billing_provider")
    press(page, "action_register_webhook")
    expect(page.locator(".o_notification").first).to_contain_text("Asaas")
