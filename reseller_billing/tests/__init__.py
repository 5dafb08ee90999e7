from . import (
    test_asaas_connection,
    test_clients,
    test_neutralize,
    test_provider,
    test_uninstall_hook,
)
