# Code of the charge type "Vendor" (``account.payment.method``). A bearer
# (``account.payment.method.line``) of this charge type is what puts an order or an
# invoice into vendor financing.
VENDOR_METHOD_CODE = "vendor"

# Payment states of a posted invoice that still has something to receive.
OPEN_PAYMENT_STATES = ("not_paid", "partial")

# Who decides on requests and undoes operations, and who settles, defaults and maintains.
MANAGER = "vendor_financing.vendor_financing_group_manager"
ACCOUNTANT = "account.group_account_invoice"

# Of all activities that the addon schedules by itself: see `tools/activity.py`.
ACTIVITY_TYPE = "vendor_financing.mail_activity_type_notice"
