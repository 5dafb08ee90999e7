from . import reseller_billing_analysis
