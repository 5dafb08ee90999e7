"""The two Python environments: one that Odoo runs in, one for the tools around it.

They are apart because linters, the sandbox's web framework and the browser driver want newer
libraries than the ones Odoo pins.
"""

import hashlib
import shutil
import subprocess
import sys
import venv

from .layout import HOST, LOGS, PYTHON, ROOT
from .terminal import HostError, run, step

ODOO_VENV = HOST / "venv"
TOOLS_VENV = HOST / "tools"
ODOO_PYTHON = ODOO_VENV / "bin" / "python"
TOOLS_PYTHON = TOOLS_VENV / "bin" / "python"

OLDEST_PYTHON = (3, 10)
ODOO_REQUIREMENTS = (
    ROOT / "tests" / "host" / "requirements-odoo.txt",
    ROOT / "requirements.txt",
)
TOOLS_REQUIREMENTS = (ROOT / "tests" / "host" / "requirements-tools.txt",)


def odoo_environment(source):
    """Make, or reuse, the environment with Odoo's and the addons' libraries; link Odoo into it."""
    _ensure(ODOO_VENV, ODOO_REQUIREMENTS, "Odoo's libraries")
    site = next((ODOO_VENV / "lib").glob("python3*/site-packages"))
    link = site / "odoo"
    if not link.is_symlink() or link.resolve() != source.package.resolve():
        link.unlink(missing_ok=True)
        link.symlink_to(source.package)
    return ODOO_PYTHON


def tools_environment():
    """Make, or reuse, the environment with linters, sandbox and browser driver."""
    _ensure(TOOLS_VENV, TOOLS_REQUIREMENTS, "the tools' libraries")
    return TOOLS_PYTHON


def _ensure(folder, requirements, what):
    if sys.version_info < OLDEST_PYTHON:
        raise HostError(
            f"Odoo 19 needs Python 3.10 or newer; this is {sys.version.split()[0]}. "
            "Choose another with:  make PYTHON=python3.11 …"
        )
    content = b"".join(path.read_bytes() for path in requirements)
    key = hashlib.sha256(content + sys.version.encode() + str(folder).encode()).hexdigest()
    stamp = folder / ".complete"
    if stamp.exists() and stamp.read_text() == key and _works(folder):
        return
    shutil.rmtree(folder, ignore_errors=True)
    with step(f"Installing {what} (once)"):
        try:
            venv.create(folder, with_pip=True)
        except subprocess.CalledProcessError as error:
            raise HostError(
                f"{PYTHON} cannot make a virtual environment; on Debian or Ubuntu:  sudo apt-get "
                f"install "
                "python3-venv python3-dev"
            ) from error
        files = [part for path in requirements for part in ("-r", path)]
        run(
            [folder / "bin" / "python", "-m", "pip", "install", "--quiet", *files],
            what=f"Installing {what}",
            log=LOGS / f"pip-{folder.name}.log",
        )
        stamp.write_text(key)


def _works(folder):
    probe = [str(folder / "bin" / "python"), "-c", "pass"]
    try:
        return subprocess.run(probe, check=False, capture_output=True).returncode == 0
    except OSError:
        return False
