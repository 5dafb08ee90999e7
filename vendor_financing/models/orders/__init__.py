from . import (
    request,
    request_decision,
    request_notice,
    sale_order,
    sale_order_gate,
    sale_order_invoicing,
    sale_order_term,
)
