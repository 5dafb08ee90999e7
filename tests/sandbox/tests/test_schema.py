"""The running server against its OpenAPI document."""

import uuid
from datetime import date

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance
from stdnum.br import cnpj

from ..app import create_app
from ..supplier import (
    customers,
    post_sale_request,
    post_sales,
    preauthorizations,
    transactions,
)
from ..supplier.idempotency import KEY
from ..supplier.registration import read_registration
from .client import CNPJ, ROOT, Tenant, nfe_key

DOCUMENT = yaml.safe_load((ROOT / "docs/api/supplier.openapi.yaml").read_text())
# Effective ones, within the document's example of a period.
ENTRIES = [
    {
        "tipoEvento": event,
        "tipoLancamento": "DEBITO",
        "dataLancamento": "2026-11-02",
        "valorLancamento": "-1.00",
    }
    for event in ("RPASSC", "NOVO")
]


def _with_check_digits(body):
    return body + cnpj.calc_check_digits(body)


letters_and_digits = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12)
schemathesis.openapi.format(
    "cnpj-cpf",
    st.sampled_from([CNPJ, "52998224725"])
    | letters_and_digits.map(_with_check_digits).filter(cnpj.is_valid),
)
schemathesis.openapi.format("nfe-key", st.integers(1, 999999999).map(nfe_key))
schemathesis.openapi.format(
    "codigo",
    st.sampled_from(
        [f"{prefix}0000000{n}" for prefix in ("PA", "TR", "PV", "LC") for n in range(9)]
    ),
)
# The whole calendar of `date` would include years that the contract excludes.
schemathesis.openapi.format("date", st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(str))

schema = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def stage(process):
    """A tenant with records that the generated calls can hit."""
    tenant = Tenant(process.url)
    tenant.set_customer(limiteTotal="100000.00")
    tenant.add_entries(*ENTRIES)
    for _ in range(8):
        tenant.reserve("100.00")
    for number in range(8):
        code = tenant.sell("1000.00")["codigoTransacao"]
        tenant.take_back(code, f"1.0{number}")
    return tenant


@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_documented(stage, case):
    """Generated calls, good and bad: no server error, documented status, type, headers, body.

    Accepting every generated body is not asked: sums of instalments and the like are beyond what
    a schema can say. Refusing every body that breaks the schema is.
    """
    headers = {}
    # The document's example of a key could be used up only once.
    if KEY.fullmatch((case.headers or {}).get("Idempotency-Key") or ""):
        headers["Idempotency-Key"] = uuid.uuid4().hex
    if case.operation.path != "/oauth/token":
        headers["Authorization"] = f"Bearer {stage.token}"
    case.call_and_validate(
        base_url=f"{stage.url}/api/v1",
        headers=headers,
        timeout=10,
        excluded_checks=[positive_data_acceptance],
    )


def test_document_lists_exactly_the_calls_that_are_served():
    served = {
        (method, rule.rule.removeprefix("/api/v1").replace("<", "{").replace(">", "}"))
        for rule in create_app(":memory:").url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    documented = {
        (method.upper(), path)
        for path, item in DOCUMENT["paths"].items()
        for method in item.keys() & {"get", "post", "put", "delete", "patch"}
    }
    assert documented == served


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("CreditState", customers.CREDIT_STATES),
        ("CustomerState", customers.STATES),
        ("PreauthorizationState", preauthorizations.STATES),
        ("TransactionState", transactions.STATES),
        ("PostSaleKind", post_sale_request.KINDS),
        ("PostSaleState", post_sales.STATES),
    ],
)
def test_document_lists_every_code(name, codes):
    assert DOCUMENT["components"]["schemas"][name]["enum"] == list(codes)


def test_example_of_a_registration_is_valid():
    for example in DOCUMENT["components"]["schemas"]["CustomerRegistration"]["examples"]:
        read_registration(example)
