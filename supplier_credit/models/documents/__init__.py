from . import (
    account_move_charge_terms,
    account_move_danfe,
    account_move_documents,
    account_move_send,
    ir_actions_report,
    ir_attachment,
)
