"""Chargebacks: the money goes when one is requested and comes back when it is won."""

import json

from . import payments, statement
from .errors import not_allowed

OPEN = ("CHARGEBACK_REQUESTED", "CHARGEBACK_DISPUTE", "AWAITING_CHARGEBACK_REVERSAL")
PAID = ("RECEIVED", "CONFIRMED")
# step: (statuses it may follow, status after it, event)
STEPS = {
    "REQUESTED": (PAID, OPEN[0], "PAYMENT_CHARGEBACK_REQUESTED"),
    "DISPUTE": (OPEN[:1], OPEN[1], "PAYMENT_CHARGEBACK_DISPUTE"),
    "AWAITING_REVERSAL": (OPEN[:2], OPEN[2], "PAYMENT_AWAITING_CHARGEBACK_REVERSAL"),
    "WON": (OPEN, "RECEIVED", "PAYMENT_RECEIVED"),
    "LOST": (OPEN, "REFUNDED", "PAYMENT_REFUNDED"),
}
CHARGEBACK_STATUS = {
    "REQUESTED": "REQUESTED",
    "DISPUTE": "IN_DISPUTE",
    "AWAITING_REVERSAL": "IN_DISPUTE",
    "WON": "REVERSED",
    "LOST": "DONE",
}


def take(books, code, step):
    """One step of a chargeback; returns the charge's row."""
    row = payments.get(books, code)
    before, after, event = STEPS[step]
    if row["status"] not in before:
        raise not_allowed(f"O passo {step} não cabe na situação {row['status']}.")
    left = row["value"] - row["refunded"]
    if step == "WON" and not row["credited"]:
        # It had never been received, and is now as if nothing had happened.
        after, event = "CONFIRMED", "PAYMENT_CONFIRMED"
    elif row["credited"] and step == "REQUESTED":
        statement.post(books, row, "CHARGEBACK", -left)
    elif step == "WON":
        statement.post(books, row, "CHARGEBACK_REVERSAL", left)
    state = json.dumps({"status": CHARGEBACK_STATUS[step], "reason": "PROCESS_ERROR"})
    return payments.update(books, code, event, status=after, chargeback=state)
