from . import account_journal, account_payment, account_payment_method, account_payment_method_line
