"""How a call to Supplier can end without an answer that can be used."""


class SupplierError(Exception):
    """Base of the errors below; `str()` is technical text for the message's log."""


class Rejected(SupplierError):
    """Supplier refused the request (HTTP 4xx). Sending the same again would be refused again.

    :param status: HTTP status
    :param code: Supplier's own code (`codigo`), may be empty
    :param message: Supplier's text (`mensagem`)
    :param details: Supplier's list of details (`detalhes`)
    """

    def __init__(self, status, code="", message="", details=()):
        self.status = status
        self.code = code
        self.message = message
        self.details = [str(detail) for detail in details]
        super().__init__(" ".join(filter(None, [str(status), code, message, *self.details])))


class Unauthorized(SupplierError):
    """Supplier does not accept the client id and secret, also after asking for a new token."""


class Unavailable(SupplierError):
    """Nothing was processed: no connection, HTTP 5xx or 429. Sending again later is safe.

    :param retry_after: seconds that Supplier asked to wait, if it did
    """

    def __init__(self, text, retry_after=None):
        super().__init__(text)
        self.retry_after = retry_after


class WrongAddress(Unavailable):
    """What answers at the address is not Supplier. Nothing was processed."""


class NotBegun(Unavailable):
    """Nothing was tried: all connections were busy until it was too late to begin."""


class OutcomeUnknown(SupplierError):
    """The request left, no answer came back. Ask by the idempotency key before sending again.

    :param cause: what kept the asking itself from being answered, if that failed
    """

    def __init__(self, text, cause=None):
        super().__init__(text)
        self.cause = cause


class MalformedAnswer(SupplierError):
    """Supplier answered something that the contract does not allow; nothing may be posted from it.

    :param body: the raw answer, to be kept
    """

    def __init__(self, text, body=""):
        super().__init__(text)
        self.body = body
