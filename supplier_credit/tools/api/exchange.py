"""Exchanges with Supplier, several at the same time, in threads without ORM."""

import logging
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import requests

from .client import Connection, SupplierClient, open_session
from .errors import NotBegun, OutcomeUnknown, SupplierError, Unavailable
from .lookup import Found, choose

_logger = logging.getLogger(__name__)

# Exchanges that end within so many seconds after the first are collected with it.
GATHERING_SECONDS = 0.1


@dataclass(frozen=True)
class Claim:
    """All that one exchange needs, so that no transaction is open meanwhile.

    :param agreement_id: the agreement whose limit of parallel requests counts
    :param ask_first: Supplier may have processed an earlier attempt and is queried by the key first
    :param known: Supplier's codes of the records that this request is not about
    :param seconds: how long all requests of the exchange may take together
    :param claimed_at: by `time.monotonic`
    """

    message_id: int
    agreement_id: int
    attempt: int
    operation: str
    body: Any
    key: str
    code: str
    ask_first: bool
    connection: Connection
    seconds: float
    known: frozenset[str] = frozenset()
    claimed_at: float = field(default_factory=time.monotonic)


def exchange(claim: Claim, session: requests.Session | None = None) -> Any:
    """Do the exchange of a claim; return the answer's JSON, what was `Found`, or the SupplierError.

    Supplier is asked before anything is created, so that a database restored from a backup creates
    nothing twice.
    """
    if time.monotonic() - claim.claimed_at > claim.seconds:
        # Before its answer came, the claim could belong to another worker.
        error = NotBegun("all connections were busy")
        return OutcomeUnknown(str(error), cause=error) if claim.ask_first else error
    client = SupplierClient(claim.connection, claim.seconds, session)
    try:
        if claim.ask_first:
            found = client.find_by_key(claim.operation, claim.key)
            if found is not None:
                return found
    except OutcomeUnknown as error:
        return error
    except SupplierError as error:
        # The query failed, so the outcome of the first attempt is as unknown as before.
        return OutcomeUnknown(str(error), cause=error)
    try:
        found = _find_by_reference(client, claim)
    except SupplierError as error:
        return OutcomeUnknown(str(error), cause=error) if claim.ask_first else error
    if found is not None:
        return Found(found)
    try:
        return client.send(claim.operation, claim.body, claim.key, claim.code)
    except SupplierError as error:
        return error
    except Exception as error:
        # The request may have left, so Supplier is queried before anything is sent again.
        _logger.exception("Exchange of a message with Supplier failed unexpectedly")
        return OutcomeUnknown(repr(error))


def _find_by_reference(client: SupplierClient, claim: Claim) -> Any:
    """Return what Supplier has of the request already, None without.

    :raise SupplierError: never OutcomeUnknown, as a query changes nothing
    """
    try:
        items = client.find_by_reference(claim.operation, claim.body)
    except OutcomeUnknown as error:
        raise Unavailable(str(error)) from error
    return choose(claim.operation, claim.body, items, claim.known) if items else None


class Exchanges:
    """The exchanges that one worker has under way, at most so many at a time per agreement.

    Connections stay open from one exchange to the next, until the worker ends.
    """

    def __init__(self) -> None:
        self._pools: dict[int, ThreadPoolExecutor] = {}
        self._under_way: dict[Future, Claim] = {}
        self._of_thread = threading.local()
        self._sessions: list[requests.Session] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        for pool in self._pools.values():
            pool.shutdown()
        for session in self._sessions:
            session.close()

    def count(self, agreement_id: int) -> int:
        """Return how many exchanges of an agreement are under way or wait for a thread."""
        return sum(claim.agreement_id == agreement_id for claim in self._under_way.values())

    def submit(self, claim: Claim, parallel: int) -> None:
        """Begin an exchange as soon as fewer than `parallel` of its agreement are under way."""
        if claim.agreement_id not in self._pools:
            self._pools[claim.agreement_id] = ThreadPoolExecutor(
                max_workers=parallel, thread_name_prefix="supplier"
            )
        future = self._pools[claim.agreement_id].submit(self._exchange, claim)
        self._under_way[future] = claim

    def collect(self) -> list[tuple[Claim, Any]]:
        """Wait for at least one exchange; return claim and outcome of all that have ended.

        :return: as `exchange` returns outcomes; empty if no exchange is under way
        """
        wait(self._under_way, return_when=FIRST_COMPLETED)
        # Those that end shortly after are stored in the same transaction.
        done = wait(self._under_way, timeout=GATHERING_SECONDS).done
        return [(self._under_way.pop(future), future.result()) for future in done]

    def _exchange(self, claim: Claim) -> Any:
        if not hasattr(self._of_thread, "session"):
            self._of_thread.session = open_session(claim.connection)
            self._sessions.append(self._of_thread.session)
        return exchange(claim, self._of_thread.session)
