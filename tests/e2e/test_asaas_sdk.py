"""The sandbox driven by an SDK that others wrote: it answers in the shapes that the SDK types."""

import json
import os
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from tests.host.layout import HOST
from tests.host.processes import free_port
from tests.sandbox.tests.asaas_client import Holder

from .sandbox import SandboxProcess

SDK = "asaas@1.1.0"
FOLDER = HOST / "asaas_sdk"
SCRIPT = Path(__file__).with_name("asaas_sdk.js")
INTERFACE = re.compile(r"interface (\w+)[^{]*\{(.*?)\n\}", re.DOTALL)
FIELD = re.compile(r"^    '?([\w\[\]]+)'?(\??): (.+);$", re.MULTILINE)
LIST = re.compile(r"type (\w+) = IAsaasPagination<(\w+)>")

pytestmark = [
    pytest.mark.load,
    pytest.mark.skipif(not shutil.which("npm"), reason="Node is not installed"),
]


@pytest.fixture(scope="module")
def sdk():
    """The installed SDK's folder."""
    if not (FOLDER / "node_modules/asaas").exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--no-audit", "--prefix", FOLDER, SDK]
        subprocess.run(command, check=True, timeout=300)
    return FOLDER / "node_modules"


@pytest.fixture(scope="module")
def types(sdk):
    """{interface: {field: (may be missing, type)}} as the SDK declares them."""
    text = "\n".join(path.read_text() for path in (sdk / "asaas/dist/types").glob("*.d.ts"))
    found = {
        name: {field: (bool(optional), kind) for field, optional, kind in FIELD.findall(body)}
        for name, body in INTERFACE.findall(text)
    }
    return found, dict(LIST.findall(text))


@pytest.fixture(scope="module")
def holder(tmp_path_factory):
    process = SandboxProcess(free_port(), tmp_path_factory.mktemp("sdk") / "books.db")
    holder = Holder(f"http://127.0.0.1:{process.port}")
    # The SDK names today.
    holder.move(reset=True)
    yield holder
    process.stop()


def _drive(sdk, holder, argument):
    """Run the script; return what it printed."""
    done = subprocess.run(
        ["node", SCRIPT, f"{holder.url}/asaas/v3", holder.key, argument],
        env={**os.environ, "NODE_PATH": str(sdk)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _check(types, name, body):
    """Compare an answer with an interface; what is typed as a Date comes as a text."""
    interfaces, lists = types
    if name in lists:
        assert body["object"] == "list" and isinstance(body["data"], list)
        for item in body["data"]:
            _check(types, lists[name], item)
        return
    for field, (optional, kind) in interfaces[name].items():
        value = body.get(field)
        if value is None:
            assert optional, (name, field)
        elif kind in interfaces:
            _check(types, kind, value)
        elif expected := {"string": str, "number": (int, float), "boolean": bool}.get(kind):
            assert isinstance(value, expected), (name, field, value)
        elif kind == "Date":
            datetime.fromisoformat(value)


def test_sdk_gets_the_shapes_that_it_types(sdk, types, holder):
    found = _drive(sdk, holder, "http://127.0.0.1:9/hook")
    refusals = {
        name: (answer["refused"], answer["codes"])
        for name, answer in found["answers"].items()
        if "refused" in answer
    }
    assert refusals == {
        "landline as mobile": (400, ["invalid_mobilePhone"]),
        "Pix of 3.00": (400, ["invalid_object"]),
        "webhook without e-mail": (400, ["invalid_email"]),
    }
    shown = {name: one for name, one in found["answers"].items() if "refused" not in one}
    assert len(shown) > 15
    for answer in shown.values():
        _check(types, answer["type"], answer["body"])
    assert shown["shown"]["body"]["deleted"] is True
    holder.pay({"id": found["payment"]}, method="PIX")
    answer = _drive(sdk, holder, found["payment"])["answers"]["refund"]
    _check(types, answer["type"], answer["body"])
    assert answer["body"]["refunds"][0]["status"] == "DONE"
