# Code of the charge type "Vendor" (``account.payment.method``). A bearer
# (``account.payment.method.line``) of this charge type puts an order or an invoice
# into vendor financing.
VENDOR_METHOD_CODE = "vendor"

# Where companies are whose address says nothing else: Brasilia's time.
TIME_ZONE = "America/Sao_Paulo"

# Payment states of a posted invoice that is not fully paid.
OPEN_PAYMENT_STATES = ("not_paid", "partial")

# The groups of users who decide on requests and undo operations, and who book operations.
MANAGER = "vendor_financing.vendor_financing_group_manager"
ACCOUNTANT = "account.group_account_invoice"

# Of all activities that the addon schedules by itself: see `tools/activity.py`.
ACTIVITY_TYPE = "vendor_financing.mail_activity_type_notice"
