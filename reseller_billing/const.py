# Code of the online receipts provider in ``payment.provider``.
ASAAS_CODE = "asaas"

# Codes of all online receipts providers whose charges this addon makes.
RECEIPTS_CODES = (ASAAS_CODE,)

# System parameter that replaces the address in Test Mode, for a sandbox of one's own. It has no
# effect on an enabled provider: a forgotten parameter must never receive a production key.
ASAAS_TEST_URL_PARAMETER = "reseller_billing.asaas_test_url"

SUPPORTED_CURRENCIES = ("BRL",)

# Of the host's methods: which one says what the client may pay with.
METHOD_OF_CHARGE = {"boleto": "boleto", "pix": "pix", "undefined": "unknown"}

DEFAULT_PAYMENT_METHOD_CODES = {"boleto", "pix"}

# States of a charge that its client can pay, or will be able to in a moment.
LIVE_STATES = ("processing", "awaiting", "overdue")

# Who gives refunds, and reads what the provider and the panel sent.
MANAGER = "reseller_billing.reseller_billing_group_manager"

# Of all activities that the addon schedules by itself: see `tools/activity.py`.
ACTIVITY_TYPE = "reseller_billing.mail_activity_type_notice"

# Of the days on which faturas are billed, due and reminded of, also in crons.
TIME_ZONE = "America/Sao_Paulo"
