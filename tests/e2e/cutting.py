"""PostgreSQL goes away under a running Odoo, and comes back."""

import contextlib
import time

import requests

from .odoo import OdooError


def cut(postgres, database, seconds):
    """End all connections to a database, and take none for so many seconds."""
    postgres.query(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
    try:
        postgres.query(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        )
        time.sleep(seconds)
    finally:
        postgres.query(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')


@contextlib.contextmanager
def faults_shown():
    """Let a call fail as it does for somebody whose server has lost its database."""
    with contextlib.suppress(OdooError, requests.RequestException, ValueError):
        yield
