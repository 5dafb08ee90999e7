"""The disk of the filestore is full while faturas are charged: nothing is lost, nothing doubled.

A small file system of its own stands in for a disk or a quota; only root may mount it.
"""

import subprocess
from types import SimpleNamespace

import pytest

from tests.host import demo
from tests.host.layout import HOST, ROOT
from tests.host.processes import free_port, start_odoo

from .billing import Asaas
from .conftest import INSTALLED
from .odoo import Session
from .orders import wait_until
from .sandbox import Sandbox, SandboxProcess
from .test_crash_billing import count, trigger
from .test_restore_billing import living

pytestmark = pytest.mark.load

DATABASE = "e2e_full_disk"
CONTRACTS = 12
# Bytes that are free when the charging begins: for the files of a few boletos.
ROOM = 64 * 1024
SECONDS = 240
WITHOUT_FILE = """
    SELECT count(*) FROM payment_transaction t
     WHERE t.charge_state = 'awaiting' AND NOT EXISTS (
           SELECT FROM ir_attachment a
            WHERE a.res_model = 'payment.transaction' AND a.res_field = 'slip_pdf'
              AND a.res_id = t.id)
"""


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


@pytest.fixture
def stage(databases):
    state = HOST / DATABASE
    state.mkdir(exist_ok=True)
    for path in state.glob("sandbox.sqlite*"):
        path.unlink()
    sandbox_port, odoo_port = free_port(), free_port()
    sandbox = SandboxProcess(sandbox_port, state / "sandbox.sqlite")
    url = f"http://127.0.0.1:{odoo_port}"
    disk = HOST / "data/filestore" / DATABASE
    odoo = None
    try:
        databases.copy(DATABASE, template=INSTALLED)
        demo.fill(databases, DATABASE, sandbox_port, url)
        script = (
            "import sys\n"
            f"sys.path.insert(0, {str(ROOT)!r})\n"
            "from tests.host import contracts_script\n"
            f"contracts_script.make(env, {CONTRACTS})\n"
        )
        databases.odoo_shell(DATABASE, script, what="Making the contracts")
        kept = disk.with_name(f"{DATABASE}_kept")
        disk.rename(kept)
        disk.mkdir()
        mount("-t", "tmpfs", "-o", "size=512m", "tmpfs", disk)
        subprocess.run(["cp", "-a", f"{kept}/.", str(disk)], check=True)
        odoo = start_odoo(databases, DATABASE, odoo_port, options=["--max-cron-threads=2"])
        yield SimpleNamespace(
            admin=Session(url, DATABASE, "admin", "admin"),
            asaas=Asaas(Sandbox(sandbox).url),
            disk=disk,
            query=lambda sql: int(databases.postgres.query(sql, DATABASE)),
        )
    finally:
        if odoo:
            odoo.stop()
        sandbox.stop()
        subprocess.run(["umount", str(disk)], check=False)
        subprocess.run(["rm", "-rf", str(disk.with_name(f"{DATABASE}_kept"))], check=True)
        databases.drop(DATABASE)


def fill_up(disk):
    """Leave so much room as a few files need."""
    used = int(subprocess.check_output(["du", "-s", "-B1", str(disk)]).split()[0])
    mount("-o", f"remount,size={used + ROOM}", disk)


def test_full_disk_keeps_what_was_answered_and_registers_nothing_further(stage):
    admin = stage.admin
    fill_up(stage.disk)
    trigger(admin, "bill_contracts")
    wait_until(
        lambda: admin.call(
            "payment.provider", "search_count", [["billing_no_room_until", "!=", False]]
        ),
        "the disk is full",
        SECONDS,
    )
    wait_until(lambda: stage.query(WITHOUT_FILE), "a boleto is without its file", SECONDS)
    registered = len(living(stage.asaas))
    assert registered < CONTRACTS, "no further charges are registered"
    lines = admin.search_read(
        "payment.transaction", [["charge_state", "=", "awaiting"]], ["slip_line", "pix_payload"]
    )
    assert all(one["slip_line"] and one["pix_payload"] for one in lines)
    told = admin.call("mail.activity", "search_count", [["note", "ilike", "No space left"]])
    assert told, "the responsible is told"

    # Somebody makes room, and says so.
    mount("-o", "remount,size=512m", stage.disk)
    providers = admin.call("payment.provider", "search", [["billing_no_room_until", "!=", False]])
    admin.call("payment.provider", "action_end_pause", providers)
    trigger(admin, "send_charges")
    wait_until(
        lambda: count(admin, charge_state="awaiting") == CONTRACTS, "all are charged", SECONDS
    )
    charges = living(stage.asaas)
    assert (len(charges), set(charges.values())) == (CONTRACTS, {1})
