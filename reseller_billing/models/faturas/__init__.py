from . import (
    account_move,
    account_move_charge,
    account_move_dues,
    account_move_fatura,
    account_move_line,
    account_move_mail,
    account_move_proof,
    account_move_proposal,
    account_move_service_invoice,
    account_partial_reconcile,
    account_payment,
)
