from . import (
    agreement_confirmation,
    agreement_import,
    entry,
    entry_counterpart,
    entry_matching,
    entry_obstacle,
    entry_storage,
    event,
    settlement,
    settlement_posting,
    settlement_proof,
    settlement_undo,
)
