from . import (
    account_move_own_limit,
    customer,
    customer_analysis,
    customer_own_limit,
    customer_position,
    customer_position_history,
    customer_request,
    customer_term_block,
    res_partner,
    res_partner_customer_data,
    res_partner_own_limit,
    res_partner_purchase_history,
)
