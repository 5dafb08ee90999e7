from . import payment_provider, payment_provider_failure
