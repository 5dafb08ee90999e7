from . import (
    account_move_reversal,
    sale_advance_payment_inv,
    supplier_credit_bonus,
    supplier_credit_customer_send,
    supplier_credit_customer_send_line,
    supplier_credit_nfe_upload,
    supplier_credit_nfe_upload_line,
    supplier_credit_post_sale_guide,
    supplier_credit_post_sale_outcome,
    supplier_credit_release_wizard,
    supplier_credit_setup,
)
