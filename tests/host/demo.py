"""The demo of `make run`: a Brazilian company, the three addons, the sandbox, crons running."""

import json
import time
import urllib.request

from .environments import ODOO_PYTHON
from .layout import ADDONS, HOST, ODOO_PORT, ROOT, SANDBOX_PORT
from .nfe_files import NAMES
from .processes import check_port_free, start_odoo, start_sandbox
from .terminal import HostError, run, say, step

DATABASE = "demo"
CLIENT = ("sandbox-client", "sandbox-secret")
# What the demo's customers may buy on Supplier's credit, BRL.
CUSTOMER_LIMIT = "50000.00"
TOUR = """
  Odoo:     http://localhost:{port}      login: admin   password: admin
  Sandbox:  http://127.0.0.1:{sandbox_port}/_sandbox/ledger?clientId=sandbox-client
  NF-e:     {nfe_folder}

  The demo speaks Portuguese; another language is chosen under the user's preferences.

  1. Supplier opens with Visão geral; click Pedidos bloqueados and open the order of Supermercados
     Ltda. Press Confirmar to see why it is blocked, then Enviar pré-autorização: code, amount and
     validity appear in the tab Supplier. Change a price and see it blocked again until the change
     is sent (parameter 2.3). Liberar manualmente asks a manager for a reason.
  2. Confirmar, Criar fatura, then Carregar NF-e on the draft: choose {nfe_name} and Carregar.
  3. Confirmar on the invoice: the NF-e is registered at Supplier, the tab Supplier shows the
     calendar, and the invoice is paid because Supplier took the receivable over.
  4. Press DANFE: it carries the note of parameter 4.2 and no instalment.
  5. Supplier > Configuração > Convênios: change the secret and press Testar conexão; send the other
     order and see it wait under Requer atenção until the secret is right again. On a customer, tab
     Supplier: Enviar para análise de crédito.
  6. Controle de assinaturas > Contratações > Novo: choose Padaria Sol Nascente, Salvar, and set
     the status in the tab Dados da contratação to Ativo. Faturas > Novo for the same client:
     Salvar, and a moment later it is Aguardando Pagamento. HTML shows the client's page: leave it
     open and pay, all that waits or one charge, whose ID the ledger names:
       curl -X POST http://127.0.0.1:{sandbox_port}/_sandbox/asaas/payments/pay-all -d '{{}}' \\
            -H 'Content-Type: application/json'      (one: payments/ID/pay)
       http://127.0.0.1:{sandbox_port}/_sandbox/asaas/ledger
     The page says Pago by itself; so do Financeiro > Contas a receber > Lançamentos and Boletos.

  Ctrl-C stops everything; the next `make run` goes on with the same data.
"""


def check_ports():
    """Raise HostError if the demo's ports are taken, before anything long begins."""
    check_port_free(ODOO_PORT, "Odoo", "ODOO_PORT")
    check_port_free(SANDBOX_PORT, "the sandbox", "SANDBOX_PORT")


def run_demo(databases):
    """Start the demo, making its database the first time, and stay until Ctrl-C."""
    databases.postgres.set_durable(True)
    state = HOST / "demo"
    state.mkdir(exist_ok=True)
    make_nfe_files(state)
    complete = state / "complete"
    if not databases.postgres.private and not complete.exists():
        if databases.postgres.exists(DATABASE):
            raise HostError(
                f"The server at PGHOST already has a database {DATABASE} that this command did not "
                "make. Rename or drop it, or unset PGHOST to use a private server."
            )
    if not databases.postgres.exists(DATABASE) or not complete.exists():
        complete.unlink(missing_ok=True)
        (state / "sandbox.sqlite").unlink(missing_ok=True)
    sandbox = start_sandbox(SANDBOX_PORT, state / "sandbox.sqlite")
    odoo = None
    try:
        if not complete.exists():
            with step("Making the demo database with the three addons (once)"):
                databases.copy(DATABASE, ADDONS)
                fill(databases, DATABASE, SANDBOX_PORT, f"http://127.0.0.1:{ODOO_PORT}")
            complete.touch()
        else:
            databases.update(DATABASE, ADDONS)
        odoo = start_odoo(databases, DATABASE, ODOO_PORT)
        say("The demo is running.")
        print(
            TOUR.format(
                port=ODOO_PORT,
                sandbox_port=SANDBOX_PORT,
                nfe_folder=state,
                nfe_name=NAMES[0],
            ),
            flush=True,
        )
        while odoo.running and sandbox.running:
            time.sleep(0.5)
        raise HostError(f"Odoo or the sandbox ended by itself; see {odoo.log} and {sandbox.log}.")
    finally:
        if odoo:
            odoo.stop()
        sandbox.stop()


def fill(databases, database, sandbox_port, odoo_url=None):
    """Fill a database with the demo company, and let the sandbox know its customers.

    :param odoo_url: where Odoo will be reached; the sandbox sends the events of charges there
    """
    fill_company(databases, database, sandbox_port, odoo_url)
    introduce_customers(sandbox_port)


def introduce_customers(sandbox_port):
    """Let the sandbox know the demo company's customers."""
    for vat in ("57647232000153", "95398560000152"):
        set_customer(sandbox_port, vat, {"limiteTotal": CUSTOMER_LIMIT})


def fill_company(databases, database, sandbox_port, odoo_url=None):
    """Fill a database with the demo company; without `odoo_url` the sandbox need not run."""
    sandbox_url = f"http://127.0.0.1:{sandbox_port}"
    script = (
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.host import billing_script, demo_script\n"
        f"demo_script.fill(env, '{sandbox_url}/api/v1', *{CLIENT!r})\n"
        f"billing_script.fill(env, '{sandbox_url}/asaas/v3', {odoo_url!r})\n"
    )
    databases.odoo_shell(database, script, what="Filling the demo database")


def fill_contracts(databases, database):
    """Fill a database with contracts and a panel; nothing outside need run, nothing is charged."""
    script = (
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.host import contracts_script\n"
        "contracts_script.make_with_panel(env)\n"
    )
    databases.odoo_shell(database, script, what="Filling the database with contracts")


def set_customer(sandbox_port, vat, values):
    """Set a customer's credit at the sandbox."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{sandbox_port}/_sandbox/clientes/{vat}?clientId={CLIENT[0]}",
        data=json.dumps(values).encode(),
        headers={"Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def make_nfe_files(folder):
    """Put the demo's NF-e, issued today, where a person finds them to upload."""
    run([ODOO_PYTHON, "-m", "tests.host.nfe_files", folder], what="Making NF-e", cwd=ROOT)
