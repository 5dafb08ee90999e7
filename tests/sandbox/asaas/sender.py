"""Sends queued events to the webhooks: at least once, each queue by a thread of its own."""

import itertools
import sys
import threading
import time
import traceback

from .. import accounts
from .connection import Connection

TICK = 0.1
# How many looks at the queues there are for one at what time has brought.
TICKS_PER_CLOCK = 5
ATTEMPTS = 15
BATCH = 100
# How long results may wait to be written; what a crash loses is sent again.
BATCH_SECONDS = 0.25
PARALLEL = 4
# How long an event is held back when no later one overtakes it.
HOLD_SECONDS = 5

DUE = (
    "SELECT w.* FROM asaas_webhooks w WHERE w.enabled AND NOT w.interrupted AND EXISTS ("
    "SELECT 1 FROM asaas_deliveries d WHERE d.webhook_id = w.id AND d.next_attempt <= ?)"
)


class Sender(threading.Thread):
    """Looks for queues with something due; no transaction is open while anything is sent."""

    def __init__(self, store, faults, let_time_pass):
        super().__init__(daemon=True, name="asaas-webhooks")
        self._store = store
        self._faults = faults
        self._let_time_pass = let_time_pass
        self._lock = threading.Lock()
        self._busy = set()

    def run(self):
        for tick in itertools.count():
            try:
                if tick % TICKS_PER_CLOCK == 0:
                    self._let_time_pass(self._store)
                self._start_queues()
            except Exception:
                # What failed stays due; the thread must outlive it.
                traceback.print_exc(file=sys.stderr)
            time.sleep(TICK)

    def _start_queues(self):
        with self._store.transaction() as db:
            rows = db.execute(DUE, (time.time(),)).fetchall()
        for row in rows:
            with self._lock:
                if row["id"] in self._busy:
                    continue
                self._busy.add(row["id"])
            threading.Thread(target=self._work, args=(row["id"],), daemon=True).start()

    def _work(self, webhook_id):
        try:
            queue = Queue(self._store, self._faults, webhook_id)
            while queue.send_some():
                pass
        except Exception:
            traceback.print_exc(file=sys.stderr)
        finally:
            with self._lock:
                self._busy.discard(webhook_id)


class Queue:
    """The events of one webhook that wait to be taken."""

    def __init__(self, store, faults, webhook_id):
        self._store = store
        self._faults = faults
        self._id = webhook_id
        self._holds = False

    def send_some(self):
        """Send one batch of due events. Returns whether more are due at once."""
        webhook, rows, pauses = self._load()
        if not rows:
            return False
        if webhook["send_type"] == "SEQUENTIALLY":
            results = self._send_in_turn(webhook, rows)
        else:
            results = self._send_at_once(webhook, rows)
        return self._note(results, pauses)

    def _send_in_turn(self, webhook, rows):
        """(row, outcome, value) of the attempts made, which end with the first failure."""
        results, started = [], time.monotonic()
        with Connection(webhook["url"]) as connection:
            for row in rows:
                outcome, value = self._send(webhook, row, connection)
                results.append((row, outcome, value))
                if outcome == "held":
                    continue
                # One that overtakes lets those before it go first.
                if outcome == "failed" or self._holds:
                    break
                if time.monotonic() - started > BATCH_SECONDS:
                    break
        return results

    def _send_at_once(self, webhook, rows):
        """The same by several threads, whatever fails."""
        results, pending, lock = [], iter(rows), threading.Lock()

        def work():
            with Connection(webhook["url"]) as connection:
                while True:
                    with lock:
                        row = next(pending, None)
                    if row is None:
                        return
                    results.append((row, *self._send(webhook, row, connection)))

        # Daemons, unlike those of an executor: the end of the process waits for no webhook.
        threads = [threading.Thread(target=work, daemon=True) for _ in rows[:PARALLEL]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def _load(self):
        now = time.time()
        with self._store.transaction() as db:
            webhook = db.execute(
                "SELECT * FROM asaas_webhooks WHERE id = ? AND enabled AND NOT interrupted",
                (self._id,),
            ).fetchone()
            if webhook is None:
                return None, [], ()
            pauses = accounts.find(db, webhook["client_id"]).settings["webhookPauses"]
            waiting = "FROM asaas_deliveries WHERE webhook_id = ? AND next_attempt IS NOT NULL"
            self._holds = db.execute(
                f"SELECT 1 {waiting} AND held AND next_attempt > ?", (self._id, now)
            ).fetchone()
            in_order = webhook["send_type"] == "SEQUENTIALLY"
            condition = "(NOT held OR next_attempt <= ?)" if in_order else "next_attempt <= ?"
            rows = db.execute(
                f"SELECT * {waiting} AND {condition} ORDER BY seq LIMIT ?",
                (self._id, now, BATCH),
            ).fetchall()
        if in_order and rows and rows[0]["next_attempt"] > now:
            rows = []
        return webhook, rows, pauses

    def _send(self, webhook, row, connection):
        """("taken" | "failed" | "held", status or seconds) of one attempt."""
        fault = None
        if not row["attempts"] and not row["held"]:
            fault = self._faults.strike_webhook(webhook["client_id"], row["name"])
        kind = fault.kind if fault else None
        if kind == "webhook_out_of_order":
            self._holds = True
            return "held", fault.seconds or HOLD_SECONDS
        if kind == "webhook_drop":
            return "failed", None
        token = webhook["auth_token"]
        if kind == "webhook_bad_signature":
            token = token[::-1]
        for _ in range(2 if kind == "webhook_duplicate" else 1):
            status = connection.post(row["body"].encode(), token)
        return ("taken" if status == 200 else "failed"), status

    def _note(self, results, pauses):
        """Write what became of the attempts, all in one transaction."""
        now, failures, exhausted, taken = time.time(), 0, False, []
        with self._store.transaction() as db:
            for row, outcome, value in results:
                if outcome == "held":
                    _update(db, row, held=True, next_attempt=now + value)
                    continue
                attempts = row["attempts"] + 1
                if outcome == "taken":
                    failures = 0
                    taken.append(row["seq"])
                    _update(db, row, attempts=attempts, last_status=value, next_attempt=None)
                    continue
                failures += 1
                exhausted = exhausted or row["failures"] + 1 >= ATTEMPTS
                _update(
                    db,
                    row,
                    attempts=attempts,
                    failures=row["failures"] + 1,
                    last_status=value,
                    next_attempt=now + pauses[min(row["failures"], len(pauses) - 1)],
                )
            if taken:
                db.execute(
                    "UPDATE asaas_deliveries SET next_attempt = ? WHERE webhook_id = ? AND held "
                    "AND seq < ? AND attempts = 0 AND next_attempt IS NOT NULL",
                    (now, self._id, max(taken)),
                )
            if failures or taken:
                db.execute(
                    "UPDATE asaas_webhooks SET penalized = ? + CASE WHEN ? THEN 0 ELSE penalized "
                    "END, interrupted = interrupted OR ? WHERE id = ?",
                    (failures, bool(taken), exhausted, self._id),
                )
        return not exhausted and (bool(taken) or any(r[1] == "held" for r in results))


def _update(db, row, **values):
    columns = ", ".join(f"{name} = ?" for name in values)
    # An event of a webhook removed meanwhile stays lapsed.
    db.execute(
        f"UPDATE asaas_deliveries SET {columns} WHERE seq = ? AND NOT lapsed",
        (*values.values(), row["seq"]),
    )
