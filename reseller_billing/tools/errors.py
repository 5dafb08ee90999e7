"""How a request to another service can fail: receipts provider or reseller panel. No ORM."""


class ServiceError(Exception):
    """Base of the errors below; `str()` is technical text with the service's own words.

    :param text: what happened
    :param status: HTTP status of the answer; None where there was none
    :param code: the service's own code of the problem, may be empty
    :param words: the service's own words about it, may be empty
    :param retry_after: seconds after which the service takes requests again, if it said so
    :param cause: why there was no answer: timeout, unreachable, foreign (something else answered)
        or settings (`text` says what to correct here); empty if the service answered
    """

    kind = "failed"

    def __init__(
        self,
        text: str,
        *,
        status: int | None = None,
        code: str = "",
        words: str = "",
        retry_after: int | None = None,
        cause: str = "",
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.words = words
        self.retry_after = retry_after
        self.cause = cause


class Rejected(ServiceError):
    """The service understood and refuses; sending the same again is useless."""

    kind = "rejected"


class Gone(Rejected):
    """Something answered 404: the service does not know the record, or is not the service."""

    kind = "gone"


class Missing(Rejected):
    """The service answers, and knows neither the record's id nor our reference of it.

    It may live in another account of the service: a person has to look.
    """

    kind = "missing"


class Unauthorized(ServiceError):
    """Key or permissions are wrong; nothing was done. A person has to correct it."""

    kind = "unauthorized"


class Unavailable(ServiceError):
    """The service was not reached or takes no requests now; nothing was done."""

    kind = "unavailable"


class OutcomeUnknown(ServiceError):
    """The request left and no answer came: it may have been done. Ask before sending again."""

    kind = "unknown"


class Absurd(OutcomeUnknown):
    """The service answered what cannot be: nothing of it is believed, a person has to look there.

    `words` name the field and what it says.
    """

    kind = "absurd"
