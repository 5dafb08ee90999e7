from . import (
    test_access,
    test_agreement,
    test_cancellation,
    test_danfe,
    test_delivery,
    test_gate,
    test_nfe_upload,
    test_preauthorization,
    test_supplier_client,
    test_transaction,
    test_webhook,
)
