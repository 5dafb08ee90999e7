from . import (
    sale_advance_payment_inv,
    supplier_credit_customer_send,
    supplier_credit_customer_send_line,
    supplier_credit_nfe_upload,
    supplier_credit_nfe_upload_line,
    supplier_credit_release_wizard,
    supplier_credit_settlement_decision,
    supplier_credit_settlement_file,
    supplier_credit_setup,
)
