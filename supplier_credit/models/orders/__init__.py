from . import (
    preauthorization,
    preauthorization_cancellation,
    preauthorization_change,
    preauthorization_validity,
    release,
    sale_order,
    sale_order_block,
    sale_order_down_payment,
    sale_order_gate,
    sale_order_line,
    sale_order_preauthorization,
    sale_order_release,
)
