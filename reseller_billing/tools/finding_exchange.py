"""Cancelling a charge at the receipts provider that is unknown here: plain values in and out."""

from dataclasses import dataclass

from .asaas.client import AsaasClient
from .charge_exchange import WAITING
from .errors import ServiceError
from .outbox import Job
from .receipts import Charge


@dataclass(frozen=True, kw_only=True)
class FindingJob(Job):
    """A charge to be cancelled.

    :param client: of the provider; None where `failure` says why nothing can be sent
    :param reference: the provider's own
    """

    client: AsaasClient | None
    reference: str
    failure: ServiceError | None = None


def exchange_finding(job: FindingJob) -> Charge:
    """Cancel a charge unless it is paid; return it as it is then.

    :raise ServiceError: the failure, or that the outcome is unknown
    """
    if job.failure:
        raise job.failure
    charge = job.client.get_charge(job.reference)
    if charge.state not in WAITING or charge.deleted:
        return charge
    job.client.delete_charge(job.reference)
    return job.client.get_charge(job.reference)
