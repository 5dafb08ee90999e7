"""What the services that the sandbox plays have in common: address, callers, form of errors."""

from .problems import as_problem


class Service:
    """One API under `prefix`. Each caller has an id under which faults, clock and counts go."""

    prefix = ""

    def identify(self, db):
        """The caller that this request claims to be, valid or not; None when it claims none."""
        raise NotImplementedError

    def arrive(self, db, caller):
        """Note the arrival of a request; whatever is refused here has been counted."""

    def error(self, problem):
        """Return the answer for a Problem in this service's form."""
        return as_problem(problem)

    def leave(self, response):
        """Return the answer with the headers that this service adds."""
        return response
