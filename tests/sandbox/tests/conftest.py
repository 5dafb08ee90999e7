import pytest

from .asaas_client import Holder, Receiver
from .client import Process, Tenant


@pytest.fixture(scope="session")
def process(tmp_path_factory):
    sandbox = Process(str(tmp_path_factory.mktemp("sandbox") / "books.sqlite"))
    yield sandbox
    sandbox.stop()


@pytest.fixture
def tenant(process):
    return Tenant(process.url)


@pytest.fixture
def buyer(tenant):
    """A tenant whose customer CNPJ has a limit of 10,000.00."""
    tenant.set_customer(limiteTotal="10000.00")
    return tenant


@pytest.fixture
def seller(buyer):
    """The buyer's tenant, who sells."""
    return buyer


@pytest.fixture
def holder(process):
    """A new Asaas account."""
    return Holder(process.url)


@pytest.fixture
def receiver():
    """Where the events of an Asaas account may go."""
    server = Receiver()
    yield server
    server.shutdown()
    server.server_close()
