"""`python -m tests.sandbox`: runs the sandbox until it is stopped."""

import argparse
import ipaddress
import signal
import sys
import tempfile
from pathlib import Path

from .app import create_app
from .server import Server


def _loopback(text):
    try:
        address = ipaddress.ip_address("127.0.0.1" if text == "localhost" else text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not an IP address") from error
    if not address.is_loopback:
        raise argparse.ArgumentTypeError(f"{text} is not a loopback address")
    return str(address)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox", description=__doc__)
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="loopback only")
    parser.add_argument("--port", type=int, default=8070, help="0 takes a free one")
    parser.add_argument("--database", type=Path, help="SQLite file; default: a new temporary one")
    options = parser.parse_args(arguments)
    database = options.database
    if database is None:
        database = Path(tempfile.mkdtemp(prefix="sandbox-")) / "sandbox.sqlite"
    app = create_app(database)
    server = Server(options.host, options.port, app)
    app.send_webhooks()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    print(f"Sandbox ready on {server.url} (database {database})", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 130
    finally:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
