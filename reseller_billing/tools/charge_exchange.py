"""Exchange of one charge with the receipts provider: plain values in, plain values out.

No ORM and no cursor: `payment.transaction` applies the outcome afterwards.
"""

import base64
import logging
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from time import monotonic

from .asaas.client import AsaasClient
from .download import LONGEST_DOWNLOAD, fetch_pdf
from .errors import Rejected, ServiceError
from .outbox import Job
from .receipts import Charge, DailyLimit, Payer, RefundUnderWay, Slip, Terms

_logger = logging.getLogger(__name__)

# States in which a charge waits to be paid, and in which money can go back.
WAITING = ("awaiting", "overdue")
REFUNDABLE = ("confirmed", "received", "partially_refunded")


@dataclass(frozen=True, kw_only=True)
class ChargeJob(Job):
    """A task of one charge at the provider.

    :param task: register, update, delete, cash, uncash, refund or follow
    :param ticket: of the task, so that a newer one is not ended by this answer
    :param client: of the provider; has the methods of `AsaasClient`
    :param reference: the provider's own, empty before the charge is registered
    :param terms: of the charge, without the provider's id of the client
    :param payer: the client; `payer_reference` is the provider's id of it, empty where it is
        unknown or outdated, `payer_digest` is of its data at the provider
    :param due_date: as agreed; `terms` has today where that is over
    :param today: in Brazil
    :param refund: in BRL, the total of all refunds
    :param failure: why the settings allow no request, if so
    :param deadline: by `time.monotonic`, of all requests together while somebody waits
    """

    task: str
    ticket: str | None
    client: AsaasClient | None
    reference: str
    needs_slip: bool
    terms: Terms
    payer: Payer
    payer_reference: str
    payer_digest: str
    due_date: date
    today: date
    refund: Decimal
    refund_text: str
    failure: ServiceError | None = None
    deadline: float | None = None


@dataclass(frozen=True)
class Outcome:
    """The provider's answer.

    :param charge: as it is now, None where there is none
    :param is_given: it has value and due date of the job
    :param payer: the provider's id of the client and the digest, where the charge was made
    :param deleted: the charge was to be deleted
    :param refund_page: where the payer of a boleto says where the money is to go
    """

    charge: Charge | None
    slip: Slip | None = None
    is_given: bool = False
    payer: tuple[str, str] | None = None
    deleted: bool = False
    refund_page: str = ""


def exchange_charge(job: ChargeJob) -> Outcome:
    """Do a job at the provider.

    :raise ServiceError: the failure, or that the outcome is unknown
    """
    if job.failure:
        raise job.failure
    match job.task:
        case "register":
            return _register(job, job.client.find_charge(job.terms.external_reference))
        case "update":
            return _update(job)
        case "delete":
            return _delete(job)
        case "cash":
            return _receive_in_cash(job)
        case "uncash":
            return _undo_cash(job)
        case "refund":
            return _refund(job)
        case "follow":
            return _query(job)
    raise ValueError(job.task)


def _register(job: ChargeJob, charge: Charge | None) -> Outcome:
    """Create a charge, unless the provider has it.

    Whether an earlier attempt made it is asked of the provider, always: what is stored here may
    have come back from a backup that is older than the attempt.

    :param charge: what the provider has under our reference
    """
    if charge:
        # A due date that was over was sent as the day of that attempt.
        is_given = job.due_date < charge.due_date <= job.today
        return Outcome(charge, _get_slip(job, charge), is_given=is_given)
    charge, payer = _create_within_limit(job)
    return Outcome(charge, _get_slip(job, charge), payer=payer, is_given=True)


def _create_within_limit(job: ChargeJob) -> tuple[Charge, tuple[str, str]]:
    """Create a charge.

    :raise DailyLimit: if it was refused because the account may make no more today
    """
    try:
        return _create(job)
    except Rejected as error:
        # The codes of refusals are not published, so that the limit itself is asked for.
        if job.client.is_daily_limit_reached():
            raise DailyLimit(str(error), words=error.words) from None
        raise


def _create(job: ChargeJob) -> tuple[Charge, tuple[str, str]]:
    """Return the new charge, and the provider's id of the client with the digest."""
    payer = job.payer_reference or job.client.ensure_payer(job.payer)
    try:
        charge = job.client.create_charge(replace(job.terms, customer=payer))
        return charge, (payer, job.payer_digest)
    except Rejected:
        # Refused, so that nothing was made. The provider may have lost the client meanwhile.
        again = job.client.ensure_payer(job.payer)
        if again == payer:
            raise
    return job.client.create_charge(replace(job.terms, customer=again)), (again, job.payer_digest)


def _update(job: ChargeJob) -> Outcome:
    charge = _find(job)
    if not charge:
        return _register(job, None)
    if charge.state not in WAITING:
        return Outcome(charge)
    charge = _update_waiting(job, charge)
    return Outcome(charge, _get_slip(job, charge), is_given=True)


def _update_waiting(job: ChargeJob, charge: Charge) -> Charge:
    """Change a charge; one that is late stays so, with its fine and interest, if it can."""
    terms = replace(job.terms, customer=charge.customer)
    if charge.due_date == job.due_date < terms.due_date:
        try:
            return job.client.update_charge(
                charge.reference, replace(terms, due_date=charge.due_date)
            )
        except Rejected:
            _logger.info("Charge %s: its due date is over, a new one is given", job.record_id)
    return job.client.update_charge(charge.reference, terms)


def _delete(job: ChargeJob) -> Outcome:
    charge = _find(job)
    if charge and charge.state in WAITING:
        job.client.delete_charge(charge.reference)
        charge = job.client.get_charge(charge.reference)
    return Outcome(charge, deleted=True)


def _receive_in_cash(job: ChargeJob) -> Outcome:
    charge = _find(job)
    if charge and charge.state in WAITING:
        charge = job.client.receive_in_cash(charge.reference, job.today, charge.amount)
    return Outcome(charge, deleted=not charge)


def _undo_cash(job: ChargeJob) -> Outcome:
    charge = _find(job)
    return Outcome(job.client.undo_cash(charge.reference) if charge.in_cash else charge)


def _refund(job: ChargeJob) -> Outcome:
    charge = _find(job)
    if charge.refunding is None:
        raise RefundUnderWay(f"Charge {job.reference} is being refunded.")
    missing = job.refund - charge.refunded - charge.refunding
    if charge.state not in REFUNDABLE or missing <= 0:
        return Outcome(charge)
    if charge.method != "boleto":
        return Outcome(job.client.refund(charge.reference, missing, job.refund_text))
    # The payer says on a page where the money is to go; all of it goes back.
    page = job.client.refund_slip(charge.reference)
    return Outcome(job.client.get_charge(charge.reference), refund_page=page)


def _query(job: ChargeJob) -> Outcome:
    charge = _find(job)
    waits = charge and charge.state in WAITING
    return Outcome(charge, _get_slip(job, charge) if waits and job.needs_slip else None)


def _find(job: ChargeJob) -> Charge | None:
    """Return the charge at the provider, or None where none was made.

    :raise Missing: if one was made and the provider does not know it
    """
    if job.reference:
        return job.client.get_or_find_charge(job.reference, job.terms.external_reference)
    return job.client.find_charge(job.terms.external_reference)


def _get_slip(job: ChargeJob, charge: Charge) -> Slip | None:
    """Return boleto line, Pix and PDF, or None: then they are requested again later.

    While somebody waits it is all of them or None.
    """
    seconds = LONGEST_DOWNLOAD
    try:
        slip = job.client.get_slip(charge, job.terms.kind)
    except ServiceError as error:
        _logger.info("Charge %s: no slip yet (%s)", job.record_id, error.kind)
        return None
    if job.deadline is not None:
        seconds = job.deadline - monotonic()
    is_own = job.client.is_own_url(charge.slip_url)
    pdf = fetch_pdf(charge.slip_url, seconds) if is_own else b""
    if job.deadline is not None and (seconds <= 0 or monotonic() > job.deadline):
        return None
    return replace(slip, pdf=base64.b64encode(pdf))
