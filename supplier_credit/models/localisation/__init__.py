from . import (
    account_move_fiscal,
    account_move_line_fiscal,
    res_partner_fiscal,
    sale_order_line_fiscal,
)
