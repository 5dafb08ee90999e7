"""Leaves out beside the other addons what an addon's own tests have proved alone.

A plugin of pytest. `make test` runs each addon's tests twice: with the addon alone, and with the
three addons in one database, which shows that none disturbs another. Twice means nothing for two
kinds of tests, which are told by their own code, not by a list of names:

- those of a class without a database: what they call knows no record, so that no other addon can
  change it. Nothing is lost.
- those that draw their examples with hypothesis: what the three addons together would treat
  differently is then found by the tests with written examples only. The same goes for the random
  tests that `OF_ONE_ADDON` in suite.py names by their files.

`make dates` leaves none of these out: alone they know the real day only.
"""

import inspect

from odoo.tests import TransactionCase

DRAWS = "@given("


def pytest_collection_modifyitems(config, items):
    proved = [item for item in items if is_proved_alone(item.cls, item.function)]
    if proved:
        config.hook.pytest_deselected(items=proved)
        items[:] = [item for item in items if item not in proved]


def is_proved_alone(case, function):
    """Return whether a test of a class finds the same beside other addons as without them."""
    return not issubclass(case, TransactionCase) or DRAWS in inspect.getsource(function)
