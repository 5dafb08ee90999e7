"""What is clicked on the screens of Subscription control."""

from playwright.sync_api import expect

from .browser import LANGUAGE, form_url
from .conftest import DATABASE
from .odoo import Session
from .orders import wait_until

WORDS = {
    "en_US": {
        "trial": "In trial",
        "active": "Active",
        "processing": "Processing",
        "awaiting": "Awaiting payment",
        "received": "Paid",
        "open": "Open",
        "settled": "Paid / settled",
        "error": "Error",
        "change": "Change",
        "date": "%m/%d/%Y",
        "value": "149.90",
        "other value": "120.00",
        "new": "New",
        "changed": "Changed",
        "unchanged": "Unchanged",
        "refused": "Refused",
        "done": "Done",
        "refund": "Refund",
        "part": "40.00",
        "paid value": "100.00",
        "partially refunded": "Partially refunded",
        "charged back": "Charged back",
        "charges with a problem": "Charges with a problem",
        "money not ours": "Unidentified payments",
        "not taken over": "Not imported",
        "overdue": "Overdue",
    },
    "pt_BR": {
        "trial": "Em Teste",
        "active": "Ativo",
        "processing": "Em Processamento",
        "awaiting": "Aguardando Pagamento",
        "received": "Pago",
        "open": "Aberto",
        "settled": "Pago/Liquidado",
        "error": "Erro",
        "change": "Alterar",
        "date": "%d/%m/%Y",
        "value": "149,90",
        "other value": "120,00",
        "new": "Novo",
        "changed": "Alterado",
        "unchanged": "Igual",
        "refused": "Recusado",
        "done": "Concluído",
        "refund": "Estornar",
        "part": "40,00",
        "paid value": "100,00",
        "partially refunded": "Estornado em parte",
        "charged back": "Contestado (chargeback)",
        "charges with a problem": "Cobranças com problema",
        "money not ours": "Dinheiro de cobranças",
        "not taken over": "do painel",
        "overdue": "Vencidas",
    },
}[LANGUAGE]


def hire(running, admin, login, name, groups):
    """Return the session of a new person who works in the language of the pictures.

    :param groups: ids of its groups
    """
    password = get_password(login)
    admin.call(
        "res.users",
        "create",
        {
            "name": name,
            "login": login,
            "password": password,
            "lang": LANGUAGE,
            "tz": "America/Sao_Paulo",
            "group_ids": [[6, 0, groups]],
        },
    )
    return Session(running.url, DATABASE, login, password)


def get_password(login):
    return f"{login}-{login}"


def open_application(page, running):
    page.goto(f"{running.url}/odoo")
    page.locator(".o_navbar_apps_menu button").first.click()
    page.locator('.o_app[data-menu-xmlid="reseller_billing.reseller_billing_menu"]').click()


def open_menu(page, section, name):
    """Open an entry of the application's menu, as a user does."""
    page.locator(f'.o_menu_sections [data-menu-xmlid="reseller_billing.{section}"]').click()
    entry = page.locator(f'.o-dropdown--menu [data-menu-xmlid="reseller_billing.{name}"]')
    with page.expect_response(lambda response: "/web_search_read" in response.url):
        entry.click()
    page.wait_for_timeout(300)


def fill(page, name, text):
    field = page.locator(f"div[name={name}] input:visible, div[name={name}] textarea:visible").first
    field.fill(text)
    field.press("Tab")


def fill_date(page, name, day):
    # The calendar of the field before it would cover it. A date shows as words until clicked.
    page.locator(".o_form_view .oe_title, .o_form_sheet").first.click(position={"x": 5, "y": 5})
    page.locator(f"div[name={name}] button").first.click()
    fill(page, name, day.strftime(WORDS["date"]))


def choose(page, name, text):
    """Choose one of the values of a selection."""
    page.locator(f"div[name={name}] input:visible").first.click()
    page.locator(".o-dropdown--menu .o-dropdown-item").get_by_text(text, exact=True).click()


def choose_client(page, name):
    page.locator("div[name=partner_id] input").first.fill(name)
    page.locator(".o-autocomplete--dropdown-item").get_by_text(name).first.click()


def count_offered(page, name):
    """Return how many clients of this name the fatura offers."""
    field = page.locator("div[name=partner_id] input").first
    with page.expect_response(lambda response: "/web_name_search" in response.url):
        field.fill(name)
    page.wait_for_timeout(300)
    found = page.locator(".o-autocomplete--dropdown-item").get_by_text(name).count()
    field.fill("")
    page.keyboard.press("Escape")
    return found


def save(page):
    with page.expect_response(lambda response: "/web_save" in response.url):
        page.locator(".o_form_button_save:visible").click()
    page.wait_for_url(lambda url: not url.endswith("/new"))


def expect_status(page, word):
    current = page.locator(".o_form_view div[name=charge_state] .o_arrow_button_current").first
    expect(current).to_have_text(WORDS[word])


def expect_no_status(page):
    expect(
        page.locator(".o_form_view div[name=charge_state] .o_arrow_button_current")
    ).to_have_count(0)


def wait_for_status(page, word):
    """Reload the form until it shows this status."""
    current = page.locator(".o_form_view div[name=charge_state] .o_arrow_button_current").first

    def shown():
        page.reload()
        current.wait_for()
        return WORDS[word] in current.inner_text()

    wait_until(shown, f"the form shows {word}")


def switch_filter(page, name):
    page.locator(".o_control_panel button.o_searchview_dropdown_toggler").click()
    page.locator(".o_filter_menu").get_by_text(name, exact=True).click()
    page.keyboard.press("Escape")


def take_filter_away(page):
    with page.expect_response(lambda response: "/web_search_read" in response.url):
        page.locator(".o_searchview_facet .o_facet_remove").click()
    expect(page.locator(".o_searchview_facet")).to_have_count(0)


def open_fatura(page, running, fatura):
    page.goto(form_url(running, "action-reseller_billing.fatura_action", fatura))
    page.locator(".o_form_view div[name=billing_amount]").wait_for()


def row_of(page, name):
    return page.locator(".o_data_row", has_text=name)
