from . import (
    reseller_billing_batch,
    reseller_billing_change,
    reseller_billing_client_import,
    reseller_billing_refund,
)
