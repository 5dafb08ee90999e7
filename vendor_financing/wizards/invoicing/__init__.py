from . import account_payment_register, charge_type
