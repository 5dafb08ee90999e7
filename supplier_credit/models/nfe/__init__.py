from . import (
    account_move_line_rounding,
    account_move_nfe,
    account_move_nfe_cancellation,
    account_move_nfe_check,
    account_move_nfe_match,
    account_move_nfe_number,
    account_move_nfe_problem,
    account_move_nfe_rounding,
    account_move_oca,
    account_move_sefaz,
    nfe_cancellation,
)
