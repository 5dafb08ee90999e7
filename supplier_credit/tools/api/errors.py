"""How a call to Supplier can end without an answer that can be used.

`kind` names the error for texts and decisions; `retry_after` is how long to wait before the next
call, in seconds, where Supplier said so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar


class SupplierError(Exception):
    """Base of the errors below; `str()` is technical text for the message's log."""

    kind: ClassVar[str] = "error"

    def __init__(self, text: str, *, retry_after: int | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Rejected(SupplierError):
    """Supplier refused the request (HTTP 4xx). Sending the same again would be refused again.

    :param status: HTTP status
    :param code: Supplier's own code (`codigo`), may be empty
    :param message: Supplier's text (`mensagem`)
    :param details: Supplier's list of details (`detalhes`)
    """

    kind = "rejected"

    def __init__(
        self, status: int, code: str = "", message: str = "", details: Iterable[object] = ()
    ) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.details = [str(detail) for detail in details]
        super().__init__(" ".join(filter(None, [str(status), code, message, *self.details])))

    @property
    def reason(self) -> str:
        """Supplier's own words, without the HTTP status; '-' without any."""
        return " ".join(filter(None, [self.code, self.message, *self.details])) or "-"


class Unauthorized(SupplierError):
    """Supplier does not accept the client id and secret, also after asking for a new token."""

    kind = "unauthorized"


class Unavailable(SupplierError):
    """Nothing was processed: no connection, HTTP 5xx or 429. Sending again later is safe."""

    kind = "unavailable"


class WrongAddress(Unavailable):
    """What answers at the address is not Supplier. Nothing was processed."""

    kind = "wrong_address"


class NotBegun(Unavailable):
    """Nothing was tried: all connections were busy until it was too late to begin."""

    kind = "not_begun"


class OutcomeUnknown(SupplierError):
    """The request left, no answer came back. Query by the idempotency key before sending again.

    :param cause: the error of the query itself, if that failed
    """

    kind = "outcome_unknown"

    def __init__(self, text: str, cause: SupplierError | None = None) -> None:
        super().__init__(text)
        self.cause = cause


class MalformedAnswer(SupplierError):
    """Supplier's answer breaks the contract; nothing may be posted from it.

    :param body: the raw answer, to be stored
    """

    kind = "malformed_answer"

    def __init__(self, text: str, body: str = "") -> None:
        super().__init__(text)
        self.body = body
