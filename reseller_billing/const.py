# Code of the online receipts provider in ``payment.provider``.
ASAAS_CODE = "asaas"

# System parameter that replaces the address in Test Mode, for a sandbox of one's own. It has no
# effect on an enabled provider: a forgotten parameter must never receive a production key.
ASAAS_TEST_URL_PARAMETER = "reseller_billing.asaas_test_url"

SUPPORTED_CURRENCIES = ("BRL",)

DEFAULT_PAYMENT_METHOD_CODES = {"boleto", "pix"}
