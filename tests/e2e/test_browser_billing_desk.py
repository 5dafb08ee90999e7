"""A Monday morning at the desk in Chromium: the open tasks of the overview, worked off."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import requests
from playwright.sync_api import expect

from tests.host.billing_script import ASAAS_KEY
from tests.host.taxpayers import make_cpf

from . import browser
from .billing import Asaas, Reseller
from .billing_screens import (
    WORDS,
    expect_status,
    get_password,
    hire,
    open_application,
    open_fatura,
    open_menu,
    row_of,
    take_filter_away,
    wait_for_status,
)
from .browser import button, picture
from .days import today
from .orders import wait_until
from .panel import TOKEN, Panel

LOGIN = "marta"
OVERVIEW = "reseller_billing.reseller_billing_overview_menu"
DUE = (today() + timedelta(days=10)).isoformat()
LATE = (today() - timedelta(days=12)).isoformat()
LAST_MONTH = (today() - timedelta(days=22)).isoformat()
# Two clients here have the CPF of one of the panel.
SHARED = make_cpf(910)
CANDIDATES = ("Oficina Três Irmãos", "Oficina Três Irmãos Filial")
# The file's rows: a new client, one who moved, a repeated one and an invalid one.
NEW, KNOWN, WRONG = "Gráfica São João", "Floricultura Primavera", "Padaria Sem CPF"


@pytest.fixture(scope="module")
def manager(running, admin, group_ids):
    """A person who manages Subscription control, and invoices."""
    groups = group_ids(
        "reseller_billing.reseller_billing_group_manager",
        "account.group_account_invoice",
        # The clients of the file are contacts, which invoicing alone may not create.
        "base.group_partner_manager",
    )
    return hire(running, admin, LOGIN, "Marta Gestora", groups)


@pytest.fixture(scope="module")
def reseller(running, admin, manager):
    reseller = Reseller(admin, manager, Asaas(running.sandbox.url))
    reseller.register_webhook(running.url)
    return reseller


@pytest.fixture(scope="module")
def page(running, reseller):
    """The manager's browser, logged in."""
    with browser.opened(running.url, LOGIN, get_password(LOGIN)) as page:
        yield page


@pytest.fixture(scope="module")
def monday(running, reseller):
    """The events and rows of a weekend."""
    conflict = bring_a_conflict(running, reseller)
    contracts = [make_contract_of(reseller, "Farmácia Boa Vista", plan=False)]
    refusal = {"kind": "status", "status": 400, "method": "POST", "path": "/payments$"}
    reseller.asaas.set_faults(refusal)
    refused = reseller.make_fatura(contracts[0], due=DUE, billing_description="Emissor NF-e")
    reseller.wait_for(refused, "error")
    reseller.asaas.clear_faults()
    for name in ("Auto Peças Horizonte", "Restaurante Dona Lina", "Academia Sul"):
        contracts.append(make_contract_of(reseller, name))
    late = reseller.make_fatura(contracts[1], 80, due=DUE, invoice_date=LAST_MONTH)
    reseller.wait_for(late, "awaiting")
    # A day that is over is refused at first; Asaas gets today in its place.
    reseller.session.call("account.move", "write", [late], {"invoice_date_due": LATE})
    pay_without_fatura(running, reseller)
    return SimpleNamespace(contracts=contracts, conflict=conflict)


def make_contract_of(reseller, name, **values):
    contract = reseller.make_contract(**values)
    reseller.admin.call("res.partner", "write", [contract.client], {"name": name})
    return contract


def pay_without_fatura(running, reseller):
    """Pay a charge that was created on Asaas' own site."""
    base = f"{running.sandbox.url}/asaas/v3"
    headers = {"access_token": ASAAS_KEY, "User-Agent": "tests"}
    found = requests.get(f"{base}/customers?limit=1", headers=headers, timeout=10).json()
    charge = {"customer": found["data"][0]["id"], "billingType": "PIX", "value": 77, "dueDate": DUE}
    made = requests.post(f"{base}/payments", json=charge, headers=headers, timeout=10).json()
    orphan = [["charge_reference", "=", made["id"]], ["state", "=", "orphan"]]

    def list_news(*conditions):
        return reseller.admin.search_read("reseller.billing.event", [*orphan, *conditions], ["id"])

    wait_until(list_news, "the charge is listed")
    reseller.asaas.pay(made["id"], method="PIX")
    wait_until(lambda: list_news(["amount", "=", 77]), "its money is listed")


def bring_a_conflict(running, reseller):
    """Read a client of the panel who could be two here; return who they are."""
    shared = {"vat": SHARED, "zip": "01310-100", "customer_rank": 1}
    candidates = reseller.admin.call(
        "res.partner", "create", [{"name": name, **shared} for name in CANDIDATES]
    )
    panel = Panel(running.sandbox.url)
    made = panel.make_client("Oficina 3 Irmãos", SHARED, email="oficina@example.com")
    connected = reseller.admin.call(
        "reseller.billing.panel",
        "create",
        {"name": "oGestor", "url": panel.url, "token": TOKEN},
    )
    # The rows are in the language of the panel's responsible.
    speaks = {"lang": browser.LANGUAGE}
    reseller.admin.call("res.users", "write", [reseller.admin.info["uid"]], speaks)
    reseller.admin.call("reseller.billing.panel", "action_synchronise", [connected])
    return SimpleNamespace(reference=made["id"], candidates=candidates)


# The overview


def find_link(page, label):
    return page.locator(".o_kanban_record a", has_text=WORDS[label])


def read_count(link):
    return int(link.inner_text().split()[-1])


def test_overview_counts_what_needs_somebody(page, running, monday):
    open_application(page, running)
    for label, amount in (
        ("charges with a problem", "100"),
        ("not taken over", ""),
        ("overdue", "80"),
    ):
        link = find_link(page, label)
        expect(link).to_contain_text(amount)
        assert read_count(link) == 1, label
    assert read_count(find_link(page, "money not ours"))
    picture(page, "billing_overview")


def test_overview_counts_money_not_ours_once(page, running, reseller, monday):
    reseller.run_cron("reconcile_charges")
    open_application(page, running)
    link = find_link(page, "money not ours")
    expect(link).to_contain_text("77")
    assert read_count(link) == 1


def test_each_number_opens_its_list(page, monday):
    page.locator(f'.o_menu_sections [data-menu-xmlid="{OVERVIEW}"]').click()
    links = page.locator(".o_kanban_record a")
    expect(links.first).to_be_visible()
    opened = 0
    for number in range(links.count()):
        count = read_count(links.nth(number))
        if not count:
            continue
        links.nth(number).click()
        expect(page.locator(".o_list_view .o_data_row")).to_have_count(count)
        page.locator(".o_breadcrumb a, .o_breadcrumb .o_back_button").first.click()
        expect(links.first).to_be_visible()
        opened += 1
    # A problem, money that is not ours, a client of the panel, one late, all contracts.
    assert opened >= 5


# The results


def test_person_says_which_client_of_the_panel_it_is(page, reseller, monday):
    open_menu(page, "reseller_billing_registrations_menu", "reseller_billing_panel_row_menu")
    row = row_of(page, "Oficina 3 Irmãos")
    for name in CANDIDATES:
        expect(row.locator("td[name=candidate_ids]")).to_contain_text(name)
    row.locator("td[name=partner_id]").click()
    row.locator("td[name=partner_id] input").fill(CANDIDATES[1])
    page.locator(".o-autocomplete--dropdown-item").get_by_text(CANDIDATES[1]).first.click()
    picture(page, "billing_panel_rows")
    with page.expect_response(lambda response: "/action_retry" in response.url):
        row.locator("button[name=action_retry]").click()
    take_filter_away(page)
    expect(row.locator("td[name=state]")).to_have_text(WORDS["done"])
    (link,) = reseller.admin.search_read(
        "reseller.billing.panel.link",
        [["reference", "=", monday.conflict.reference]],
        ["partner_id"],
    )
    # From now on it is called as in the panel.
    assert link["partner_id"] == [monday.conflict.candidates[1], "Oficina 3 Irmãos"]
    open_menu(page, "reseller_billing_registrations_menu", "reseller_billing_panel_link_menu")
    expect(row_of(page, "Oficina 3 Irmãos")).to_have_count(1)


@pytest.fixture
def clients_file(tmp_path, reseller):
    """A file as a Brazilian spreadsheet saves it."""
    reseller.admin.call(
        "res.partner",
        "create",
        {"name": KNOWN, "vat": make_cpf(921), "zip": "01310-100", "customer_rank": 1},
    )
    lines = (
        "Nome;CPF/CNPJ;E-mail;CEP;Logradouro;Número;Cidade;UF",
        f"{NEW};{make_cpf(920)};grafica@example.com;30130-010;Rua da Bahia;12;Belo Horizonte;MG",
        f"{KNOWN};{make_cpf(921)};flores@example.com;01310-200;Av. Paulista;900;São Paulo;SP",
        f"{NEW};{make_cpf(920)};grafica@example.com;30130-010;Rua da Bahia;12;Belo Horizonte;MG",
        f"{WRONG};111.111.111-12;padaria@example.com;01310-100;;;São Paulo;SP",
    )
    path = tmp_path / "clientes.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    return path


def preview(page, path):
    """Choose a file of clients and look at what would be done with them."""
    registrations, entry = "reseller_billing_registrations_menu", "client_import_menu"
    page.locator(f'.o_menu_sections [data-menu-xmlid="reseller_billing.{registrations}"]').click()
    page.locator(
        f'.o-dropdown--menu [data-menu-xmlid="reseller_billing.reseller_billing_{entry}"]'
    ).click()
    dialog = page.locator(".modal")
    dialog.locator("div[name=file] input[type=file]").set_input_files(path)
    expect(dialog.locator("div[name=file] input.o_input").first).to_have_value(path.name)
    dialog.locator("footer button[name=action_preview]").click()
    expect(dialog.locator("td[name=decision]").first).to_be_visible()
    return dialog


def expect_decisions(dialog, *words):
    expect(dialog.locator("td[name=decision]")).to_have_text([WORDS[word] for word in words])


def test_clients_come_from_a_file(page, running, reseller, clients_file):
    open_application(page, running)
    dialog = preview(page, clients_file)
    expect_decisions(dialog, "new", "changed", "refused", "refused")
    picture(page, "billing_import")
    dialog.locator("footer button[name=action_import]").click()
    expect(dialog.locator("footer button[name=action_import]")).to_be_hidden()
    dialog.locator("footer button[special=cancel], footer .o_form_button_cancel").first.click()
    expect(dialog).to_be_hidden()
    found = reseller.session.search_read(
        "res.partner", [["name", "in", [NEW, KNOWN]]], ["name", "email", "city"], order="name"
    )
    assert [(one["name"], one["city"]) for one in found] == [
        (KNOWN, "São Paulo"),
        (NEW, "Belo Horizonte"),
    ]
    dialog = preview(page, clients_file)
    expect_decisions(dialog, "unchanged", "unchanged", "refused", "refused")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.fixture
def make_paid(reseller, monday):
    """Return a function that makes a fatura of 100.00 and has it paid."""

    def make(contract):
        fatura = reseller.make_fatura(monday.contracts[contract], due=DUE)
        reseller.wait_for(fatura, "awaiting")
        reference = reseller.reference(fatura)
        reseller.asaas.pay(reference, method="PIX")
        reseller.wait_for(fatura, "received")
        return SimpleNamespace(id=fatura, reference=reference)

    return make


def test_part_of_the_money_is_given_back(page, running, reseller, make_paid):
    fatura = make_paid(2)
    open_fatura(page, running, fatura.id)
    page.locator(".o_form_view .o_statusbar_buttons button:visible").get_by_text(
        WORDS["refund"], exact=True
    ).click()
    dialog = page.locator(".modal")
    expect(dialog.locator("div[name=charge_paid]")).to_contain_text(WORDS["paid value"])
    amount = dialog.locator("div[name=amount] input")
    amount.fill(WORDS["part"])
    amount.press("Tab")
    picture(page, "billing_refund")
    dialog.locator("button[name=action_confirm]").click()
    expect(dialog).to_be_hidden()
    wait_for_status(page, "partially refunded")
    (note,) = reseller.session.search_read(
        "account.move", [["reversed_entry_id", "=", fatura.id]], ["move_type", "amount_total"]
    )
    assert (note["move_type"], note["amount_total"]) == ("out_refund", 40)


def test_charge_back_is_seen_and_won(page, running, reseller, make_paid):
    fatura = make_paid(3)
    reseller.asaas.charge_back(fatura.reference, "REQUESTED")
    open_fatura(page, running, fatura.id)
    wait_for_status(page, "charged back")
    expect(page.locator("div[name=fatura_situation]")).to_have_text(WORDS["open"])
    expect(page.locator(".o-mail-Activity")).to_contain_text("Marta Gestora")
    expect(button(page, "action_register_charge")).to_be_visible()
    picture(page, "billing_chargeback")
    reseller.asaas.charge_back(fatura.reference, "WON")
    wait_for_status(page, "received")
    expect_status(page, "received")
    expect(page.locator("div[name=fatura_situation]")).to_have_text(WORDS["settled"])
