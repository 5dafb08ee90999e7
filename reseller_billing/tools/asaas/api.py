"""API of Asaas: addresses, keys, form of errors. No ORM."""

import logging

from ..http import Service

_logger = logging.getLogger(__name__)

# Addresses of the API, by the provider's state (docs.asaas.com/docs/authentication).
URLS = {
    "enabled": "https://api.asaas.com/v3",
    "test": "https://api-sandbox.asaas.com/v3",
}

# The domain of the API, and of the pages and files that its answers refer to.
DOMAIN = "asaas.com"

# How the keys of an environment begin, by the provider's state (same page).
KEY_PREFIXES = {
    "enabled": "$aact_prod_",
    "test": "$aact_hmlg_",
}

# The header is mandatory for accounts opened since 2024-06-13 (docs.asaas.com).
USER_AGENT = "Odoo/19.0 reseller_billing"


def make_service(url: str, key: str, provider_id: int) -> Service:
    """Return the API of an account of Asaas.

    :param url: one of `URLS`, or an own sandbox
    :param provider_id: of payment.provider, for the log
    """
    return Service(
        url=url,
        headers={"Accept": "application/json", "User-Agent": USER_AGENT, "access_token": key},
        secret=key,
        label=f"Asaas provider {provider_id}",
        logger=_logger,
        read_problem=read_problem,
    )


def read_problem(body: object) -> tuple[str, str]:
    """Return code and words of an error, empty if it has not Asaas' form.

    The form is ``{"errors": [{"code": …, "description": …}]}``.
    """
    try:
        errors = body["errors"]
        codes = " ".join(str(error["code"]) for error in errors)
        return codes, " ".join(str(error["description"]) for error in errors)
    except (KeyError, TypeError):
        return "", ""
