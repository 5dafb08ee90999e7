from . import (
    event,
    event_follow,
    payer,
    payment_provider,
    payment_provider_webhook,
    payment_transaction,
    payment_transaction_delivery,
    payment_transaction_exchange,
    payment_transaction_mail,
    payment_transaction_outcome,
    payment_transaction_refund,
    payment_transaction_settlement,
)
