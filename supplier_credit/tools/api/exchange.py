"""Exchanges with Supplier, several at the same time, in threads that touch no ORM."""

import logging
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from .client import Connection, SupplierClient, open_session
from .errors import NotBegun, OutcomeUnknown, SupplierError

_logger = logging.getLogger(__name__)

GATHERING_SECONDS = 0.1


@dataclass(frozen=True)
class Claim:
    """All that one exchange needs, so that it happens with no transaction open.

    :param agreement_id: whose limit of parallel requests counts
    :param ask_first: Supplier may have processed an earlier attempt and is asked by the key
    :param seconds: how long all requests of the exchange may take together
    """

    message_id: int
    agreement_id: int
    attempt: int
    operation: str
    body: object
    key: str
    code: str
    ask_first: bool
    connection: Connection
    seconds: float
    claimed_at: float = field(default_factory=time.monotonic)


def exchange(claim, session=None):
    """Do the exchange of a claim; return the answer's JSON or the SupplierError."""
    if time.monotonic() - claim.claimed_at > claim.seconds:
        # By the time it came back the claim could be another worker's.
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
        return client.send(claim.operation, claim.body, claim.key, claim.code)
    except SupplierError as error:
        return error
    except Exception as error:
        # Nobody knows how far it came, so Supplier is asked before anything is sent again.
        _logger.exception("Exchange of a message with Supplier failed unexpectedly")
        return OutcomeUnknown(repr(error))


class Exchanges:
    """The exchanges that one worker has under way, at most so many at a time per agreement.

    Connections are kept open from one exchange to the next while the worker lives.
    """

    def __init__(self):
        self._pools = {}
        self._under_way = {}
        self._kept = threading.local()
        self._sessions = []

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        for pool in self._pools.values():
            pool.shutdown()
        for session in self._sessions:
            session.close()

    def count(self, agreement_id):
        """Return how many exchanges of an agreement are under way or wait for a thread."""
        return sum(claim.agreement_id == agreement_id for claim in self._under_way.values())

    def submit(self, claim, parallel):
        """Begin an exchange as soon as fewer than `parallel` of its agreement are under way."""
        if claim.agreement_id not in self._pools:
            self._pools[claim.agreement_id] = ThreadPoolExecutor(
                max_workers=parallel, thread_name_prefix="supplier"
            )
        future = self._pools[claim.agreement_id].submit(self._exchange, claim)
        self._under_way[future] = claim

    def collect(self):
        """Wait for at least one exchange; return (claim, outcome) of all that have ended.

        Empty if none is under way.
        """
        wait(self._under_way, return_when=FIRST_COMPLETED)
        # What ends shortly after is settled in the same transactions.
        done = wait(self._under_way, timeout=GATHERING_SECONDS).done
        return [(self._under_way.pop(future), future.result()) for future in done]

    def _exchange(self, claim):
        if not hasattr(self._kept, "session"):
            self._kept.session = open_session(claim.connection)
            self._sessions.append(self._kept.session)
        return exchange(claim, self._kept.session)
