# Code of the charge type "Supplier" (`account.payment.method`). A bearer
# (`account.payment.method.line`) of this charge type puts a document on Supplier's credit.
SUPPLIER_CODE = "supplier"

# The field of orders and invoices that holds their bearer.
BEARER_FIELD = "preferred_payment_method_line_id"

USER_GROUP = "supplier_credit.supplier_credit_group_user"
MANAGER_GROUP = "supplier_credit.supplier_credit_group_manager"
ACCOUNTANT_GROUP = "account.group_account_invoice"
# Who may know what is contracted with Supplier.
CONTRACT_READERS = f"{ACCOUNTANT_GROUP},account.group_account_readonly,{MANAGER_GROUP}"

# The time zone of companies and users that have none: that of Supplier and its customers.
TIME_ZONE = "America/Sao_Paulo"

# Model of a fiscal document that Supplier accepts (NF-e).
NFE_MODEL = "55"

# The type of the activities by which the addon notifies users.
ACTIVITY_TYPE = "supplier_credit.mail_activity_type_notice"
# Models of OCA's Brazilian localisation, which is no dependency.
OCA_DOCUMENT = "l10n_br_fiscal.document"
OCA_EVENT = "l10n_br_fiscal.event"
