from . import (
    test_asaas_connection,
    test_charge,
    test_clients,
    test_contract,
    test_follow_up,
    test_neutralize,
    test_portal,
    test_provider,
    test_settlement,
    test_uninstall_hook,
    test_webhook,
)
