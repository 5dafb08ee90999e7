from . import (
    test_asaas_connection,
    test_clients,
    test_neutralize,
    test_provider,
    test_settlement,
    test_uninstall_hook,
)
