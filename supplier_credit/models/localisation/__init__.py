from . import (
    account_move_fiscal,
    res_partner_fiscal,
)
