"""Where everything lies, and which names the commands share."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Resolved: it may be a link to another disk, or to what another clone has built.
HOST = (ROOT / ".host").resolve()
LOGS = HOST / "logs"
DOWNLOADS = HOST / "downloads"

ADDONS = ("supplier_credit", "vendor_financing", "reseller_billing")
TEST_ADDONS = ROOT / "tests" / "addons"

ODOO_SERIES = "19.0"

ODOO_PORT = int(os.environ.get("ODOO_PORT", "8069"))
SANDBOX_PORT = int(os.environ.get("SANDBOX_PORT", "8070"))

PYTHON = Path(sys.executable)
IS_ROOT = os.geteuid() == 0
