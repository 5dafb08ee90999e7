from . import test_neutralize, test_public_methods, test_uninstall_hook
from .asaas import test_connection, test_provider
from .charges import (
    test_charge,
    test_charge_changes,
    test_charge_over_http,
    test_charge_slip,
    test_refund,
    test_settlement,
    test_webhook,
)
from .contracts import (
    test_clients,
    test_contract,
    test_contract_over_http,
    test_follow_up,
    test_overview,
)
from .faturas import (
    test_client_identity,
    test_fatura_over_http,
    test_portal,
    test_proof,
    test_screens,
)
from .panel import test_client_import, test_faturas, test_panel_over_http, test_push
from .panel import test_clients as test_panel_clients
from .tools import test_http, test_table
