"""Entry point: `python -m tests.host COMMAND`, called by the Makefile."""

import argparse
import os
import shutil
import signal
import sys

from . import commands
from .clock import NAMES
from .layout import HOST
from .terminal import HostError, say


def _split(arguments):
    """Split the arguments at the first --."""
    if "--" not in arguments:
        return arguments, []
    place = arguments.index("--")
    return arguments[:place], arguments[place + 1 :]


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.host", description=__doc__)
    chosen = parser.add_subparsers(dest="command", required=True)
    for name, (function, text) in commands.COMMANDS.items():
        sub = chosen.add_parser(name, help=text)
        sub.set_defaults(function=function)
        if name == "test":
            sub.add_argument("--only", help="one part of the suite; see `--only list`")
        elif name == "dates":
            sub.add_argument("--clock", choices=NAMES, help="one of the days; all unless given")
            sub.add_argument("--part", action="append", help="a part of the suite, repeatable")
        elif name == "some":
            sub.add_argument(
                "paths", nargs="+", metavar="PATH", help="test files, each may end in ::name"
            )
    # What follows -- belongs to pytest.
    mine, arguments_of_pytest = _split(sys.argv[1:])
    arguments = parser.parse_args(mine)
    arguments.options = arguments_of_pytest
    # Odoo starts dozens of times: it is compiled once, and not among the sources.
    os.environ["PYTHONPYCACHEPREFIX"] = str(HOST / "pycache")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Ended from outside, the command stops what it started just as with Ctrl-C, also where a script
    # started it in the background with Ctrl-C ignored.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        return arguments.function(arguments) or 0
    except HostError as error:
        width = min(shutil.get_terminal_size().columns, 100)
        print(f"\n{'=' * width}\n{error}\n{'=' * width}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
