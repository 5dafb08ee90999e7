from . import (
    account_payment_register,
    vendor_financing_charge_type,
    vendor_financing_maintenance,
    vendor_financing_report,
    vendor_financing_request_refusal,
    vendor_financing_settlement,
    vendor_financing_simulation,
)
