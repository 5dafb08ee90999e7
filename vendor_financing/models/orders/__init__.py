from . import (
    request,
    request_decision,
    request_figures,
    sale_order,
    sale_order_gate,
    sale_order_invoicing,
    sale_order_line,
    sale_order_term,
    sale_order_till,
)
