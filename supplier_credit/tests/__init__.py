from . import (
    test_access,
    test_documents_over_http,
    test_evening,
    test_neutralize,
    test_uninstall_hook,
)
from .agreement import test_agreement, test_overview
from .bearers import test_bearers
from .comparison import test_agreement_access, test_comparison, test_found
from .credit import (
    test_customer,
    test_customer_access,
    test_customer_history,
    test_customer_limit,
    test_customer_own_limit,
    test_customer_position,
)
from .documents import (
    test_danfe,
    test_danfe_content,
    test_documents,
    test_documents_content,
    test_documents_http,
)
from .invoicing import (
    test_customer_identity,
    test_invoice_lock,
    test_invoice_posting,
    test_invoice_total,
    test_processing,
    test_processing_property,
    test_reserved_amount,
    test_roundings,
    test_transaction,
)
from .messaging import test_delivery, test_outage, test_queue, test_webhook
from .nfe import (
    test_nfe_access,
    test_nfe_cancellation,
    test_nfe_fields,
    test_nfe_hostile,
    test_nfe_many,
    test_nfe_number,
    test_nfe_order,
    test_nfe_proof,
    test_nfe_samples,
    test_nfe_sefaz,
    test_nfe_upload,
)
from .orders import (
    test_cancellation,
    test_change,
    test_down_payment,
    test_gate,
    test_preauthorization,
    test_release,
    test_renewal,
)
from .post_sales import (
    test_back_to_order,
    test_post_sale_cancellation,
    test_post_sale_exchange,
    test_post_sale_outcome,
    test_post_sale_processing,
    test_post_sale_return,
)
from .settlement import (
    test_settlement,
    test_settlement_file,
    test_settlement_import,
    test_settlement_large,
    test_settlement_post_sale,
    test_settlement_property,
)
from .tools import test_bounds, test_brazilian_address, test_client, test_table
