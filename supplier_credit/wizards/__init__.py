from . import (
    supplier_credit_customer_send,
    supplier_credit_customer_send_line,
    supplier_credit_nfe_upload,
)
