"""The running panel against its OpenAPI document."""

import uuid
from datetime import date

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from ..app import create_app
from ..panel import invoices, subscriptions
from ..supplier.idempotency import KEY
from .client import ROOT
from .panel_client import Reseller

DOCUMENT = yaml.safe_load((ROOT / "docs/api/reseller-panel.openapi.yaml").read_text())
METHODS = {"get", "post", "put", "delete", "patch"}

# The whole calendar of `date` would include years that the contract excludes.
schemathesis.openapi.format("date", st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(str))
schema = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def stage(process):
    """A reseller with records that the generated calls can hit."""
    reseller = Reseller(process.url)
    for _ in range(8):
        reseller.bill(reseller.subscribe(reseller.client()))
    return reseller


@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_documented(stage, case):
    """Generated calls, good and bad: no server error, documented status, type, headers, body.

    Accepting every generated body is not asked: that a client exists and may be billed is beyond
    what a schema can say. Refusing every body that breaks the schema is.
    """
    headers = {"X-Painel-Token": stage.token}
    # The document's example of a key could be used up only once.
    if KEY.fullmatch((case.headers or {}).get("Idempotency-Key") or ""):
        headers["Idempotency-Key"] = uuid.uuid4().hex
    case.call_and_validate(
        base_url=f"{stage.url}/painel",
        headers=headers,
        timeout=10,
        excluded_checks=[positive_data_acceptance],
    )


def test_document_lists_exactly_the_calls_that_are_served():
    served = {
        (method, rule.rule.removeprefix("/painel").replace("<", "{").replace(">", "}"))
        for rule in create_app(":memory:").url_map.iter_rules()
        if rule.rule.startswith("/painel/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    documented = {
        (method.upper(), path)
        for path, item in DOCUMENT["paths"].items()
        for method in item.keys() & METHODS
    }
    assert documented == served


@pytest.mark.parametrize(
    ("name", "codes"),
    [("SubscriptionState", subscriptions.STATES), ("InvoiceState", invoices.STATES)],
)
def test_document_lists_every_code(name, codes):
    assert DOCUMENT["components"]["schemas"][name]["enum"] == list(codes)
