from . import (
    agreement_queue,
    message,
    message_claim,
    message_delivery,
    message_inbox,
    message_outcome,
    message_stop,
)
