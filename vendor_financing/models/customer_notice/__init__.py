from . import account_move, account_move_send, contract, installment, title
