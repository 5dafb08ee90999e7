"""Control of the services that know their callers by one secret: reset, clock and faults."""

from contextlib import contextmanager

from flask import current_app, request

from . import accounts
from .control_clock import clock_answer, faults_answer, read_move, replace_faults
from .problems import Problem
from .resetting import forget
from .validation import Reader, json_body, query


class AccountControl:
    """Finds the account that a control call is about, and adds what every service has.

    The secret comes under `field`, in the body or in the address; without it the account with the
    secret `default` is meant. `open_books(db, account)` lets time pass in its books.
    """

    def __init__(self, service, field, default, open_books):
        self._service = service
        self._field = field
        self._default = default
        self._open_books = open_books

    def reader(self):
        """A reader of the body, and the id of the account."""
        reader = Reader(json_body(optional=True))
        secret = reader.text(self._field, required=False)
        return reader, self._id(secret or request.args.get(self._field))

    def named(self):
        """The id of the account in the address."""
        return self._id(query(**{self._field: bool}).get(self._field))

    def _id(self, secret):
        return accounts.identity(self._service, secret or self._default)

    def find(self, db, account_id):
        """The account; a 404 problem when it is not registered."""
        account = accounts.find(db, account_id)
        if account is None:
            raise Problem(404, "CONTA_NAO_ENCONTRADA", "Conta não registrada.")
        return account

    @contextmanager
    def books(self, account_id):
        """The books of one account, in a transaction."""
        with current_app.store.transaction() as db:
            yield self._open_books(db, self.find(db, account_id))

    def add_to(self, blueprint, tables):
        """Add `/reset` (which empties `tables`), `/clock` and `/faults`."""

        def reset():
            reader, account_id = self.reader()
            reader.finish()
            with current_app.store.transaction() as db:
                self.find(db, account_id)
                forget(current_app, db, tables, account_id)
            return "", 204

        def show_clock():
            account_id = self.named()
            with current_app.store.transaction() as db:
                return clock_answer(db, self.find(db, account_id).id)

        def move_clock():
            reader, account_id = self.reader()
            move = read_move(reader)
            reader.finish()
            with current_app.store.transaction() as db:
                account = self.find(db, account_id)
                move(db, account_id)
                self._open_books(db, account)
                return clock_answer(db, account_id)

        def set_faults():
            reader, account_id = self.reader()
            return replace_faults(reader, account_id)

        def show_faults():
            return faults_answer(self.named())

        def clear_faults():
            current_app.faults.clear(self.named())
            return "", 204

        blueprint.add_url_rule("/reset", view_func=reset, methods=["POST"])
        blueprint.add_url_rule("/clock", view_func=show_clock, methods=["GET"])
        blueprint.add_url_rule("/clock", view_func=move_clock, methods=["POST"])
        blueprint.add_url_rule("/faults", view_func=set_faults, methods=["POST"])
        blueprint.add_url_rule("/faults", view_func=show_faults, methods=["GET"])
        blueprint.add_url_rule("/faults", view_func=clear_faults, methods=["DELETE"])
