from . import (
    account_move,
    account_move_approval,
    account_move_approved_terms,
    account_move_collection,
    account_move_day,
    account_move_line,
    account_move_lock,
    account_partial_reconcile,
    base_partner_merge,
    res_partner_identity,
    sale_order,
    sale_order_line,
)
