"""The exchange with the reseller panel about one record: plain values in, the panel's JSON out."""

from dataclasses import dataclass, field

from ..errors import ServiceError
from ..outbox import Job
from .client import PanelClient


@dataclass(frozen=True, kw_only=True)
class LinkJob(Job):
    """A request to the panel about one record.

    :param client: of the panel; None where `failure` says why nothing can be sent
    :param path: of the resource, to add a record, or of the record, to change it
    :param body: the panel's JSON
    :param key: idempotency key of a record that is added; empty for a change
    """

    client: PanelClient | None = None
    path: str = ""
    body: dict = field(default_factory=dict)
    key: str = ""
    failure: ServiceError | None = None


def exchange_record(job: LinkJob) -> dict:
    """Add or change a record in the panel; return the panel's record.

    :raise ServiceError: the failure, or that the outcome is unknown
    """
    if job.failure:
        raise job.failure
    if job.key:
        return job.client.add(job.path, job.body, job.key)
    return job.client.change(job.path, job.body)
