from . import account_payment_register, sale_advance_payment_inv
