# Code of the online receipts provider in ``payment.provider``.
ASAAS_CODE = "asaas"

# Codes of all online receipts providers whose charges this addon makes.
RECEIPTS_CODES = (ASAAS_CODE,)

# System parameter that replaces the address in Test Mode, for an own sandbox. It has no effect on
# an enabled provider: a parameter left behind must never receive a production key.
ASAAS_TEST_URL_PARAMETER = "reseller_billing.asaas_test_url"

SUPPORTED_CURRENCIES = ("BRL",)

# The host's payment method of each kind of charge.
METHOD_OF_CHARGE = {
    "boleto_pix": "boleto",
    "boleto": "boleto",
    "pix": "pix",
    "undefined": "unknown",
}

# How a client can pay. "undefined" is the provider's word: its page offers cards, too.
CHARGE_KINDS = [
    ("boleto_pix", "Boleto or Pix"),
    ("undefined", "Boleto, Pix or card"),
    ("boleto", "Boleto"),
    ("pix", "Pix"),
]

DEFAULT_PAYMENT_METHOD_CODES = {"boleto", "pix"}

# States of a charge that its client can pay, or will be able to in a moment.
LIVE_STATES = ("processing", "awaiting", "overdue")

# The group of users who follow contracts and clients.
USER = "reseller_billing.reseller_billing_group_user"

# The group of users who give refunds, and read the payloads of provider and panel.
MANAGER = "reseller_billing.reseller_billing_group_manager"

# The type of all activities that the addon schedules: see `tools/activity.py`.
ACTIVITY_TYPE = "reseller_billing.mail_activity_type_notice"

# Of the days on which faturas are billed, due and reminded of, also in crons.
TIME_ZONE = "America/Sao_Paulo"
