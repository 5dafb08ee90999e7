"""What the commands say on the terminal, and the one error that ends them."""

import contextlib
import subprocess
import threading
import time

_lock = threading.Lock()
_start = time.monotonic()


class HostError(Exception):
    """Something the machine lacks or refuses; the text says what, and what the reader can do."""


def say(message):
    """Print one progress line with the minutes and seconds since the command began."""
    elapsed = int(time.monotonic() - _start)
    with _lock:
        print(f"[{elapsed // 60:02d}:{elapsed % 60:02d}] {message}", flush=True)


def show(text):
    """Print what another program said, in one piece."""
    with _lock:
        print(text, end="", flush=True)


@contextlib.contextmanager
def step(message):
    """Announce a step that takes noticeable time, and how long it took."""
    say(f"{message} …")
    began = time.monotonic()
    yield
    say(f"{message}: done in {time.monotonic() - began:.0f} s")


def run(command, *, what, log=None, script=None, accept=(0,), **options):
    """Run a command quietly; on failure raise HostError with the end of its output.

    :param what: the step in the reader's words, for the message
    :param log: a file that keeps the whole output
    :param script: text for its standard input, which is empty otherwise
    :param accept: exit codes that are no failure
    :return: the output as text
    """
    try:
        finished = subprocess.run(
            [str(part) for part in command],
            input=script or "",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            **options,
        )
    except FileNotFoundError as error:
        raise HostError(f"{what} failed: {error.filename} is not installed.") from error
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(finished.stdout)
    if finished.returncode not in accept:
        tail = "\n".join(f"    {line}" for line in finished.stdout.splitlines()[-25:])
        kept = f"\n  The whole output is in {log}." if log else ""
        raise HostError(f"{what} failed (exit code {finished.returncode}):\n{tail}{kept}")
    return finished.stdout
