"""Lets Python sleep while libfaketime sets its clock; Python imports this by itself at its start.

libfaketime 0.9.10 gets the absolute deadline wrong with which Python's own sleep calls
clock_nanosleep(2); select(2) waits for a span of time.
"""

import select
import time


def _sleep(seconds):
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = _sleep
