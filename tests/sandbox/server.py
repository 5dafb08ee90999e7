"""The HTTP/1.1 server: keeps connections alive and can break them on purpose."""

import io
import os
import socket
import struct

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

# Where tests set the stage: with more at once than the API takes.
CONTROL = "/_sandbox"
MAX_BODY = 1024 * 1024
MAX_CONTROL_BODY = 16 * MAX_BODY
DROP = "sandbox.drop"  # environ key by which the application orders the end of a connection
DROP_RESET = "reset"  # TCP reset
DROP_CLOSE = "close"  # ordinary end, without an answer


def max_body(path):
    """The largest body, in bytes, of a request to `path`."""
    return MAX_CONTROL_BODY if path.startswith(f"{CONTROL}/") else MAX_BODY


class Handler(WSGIRequestHandler):
    """Answers any number of requests on one connection.

    Werkzeug's own handler closes after each answer; a client's connection pool, and what it does
    when a pooled connection breaks, could not be tested with it.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def run_wsgi(self):
        self.environ = environ = self.make_environ()
        # Werkzeug leaves out names with an underscore; Asaas' key comes under one.
        if "access_token" in self.headers:
            environ["HTTP_ACCESS_TOKEN"] = self.headers["access_token"]
        if not self._load_body(environ):
            self.close_connection = True
        started = []

        def start_response(status, headers, exc_info=None):
            started[:] = [status, headers]

        answer = self.server.app(environ, start_response)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        if DROP in environ:
            self._drop(environ[DROP])
        else:
            self._send(*started, body)

    def _load_body(self, environ):
        """Read the body, so that the next request starts where this one ends.

        Returns False when that is not possible and the connection must end instead.
        """
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return False
        length = environ.get("CONTENT_LENGTH", "0")
        if not length.isdecimal() or int(length) > max_body(environ["PATH_INFO"]):
            return False
        environ["wsgi.input"] = io.BytesIO(self.rfile.read(int(length)))
        return True

    def _send(self, status, headers, body):
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _drop(self, how):
        self.close_connection = True
        if how == DROP_RESET:
            # Lingering for zero seconds turns close() into a reset. The descriptor is detached
            # because the server would first shut the socket down, which sends a clean end.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            os.close(self.connection.detach())

    def log(self, *_message):
        """Log nothing: the ledger holds the requests."""


class Server(ThreadedWSGIServer):
    """One thread per connection."""

    daemon_threads = True

    def __init__(self, host, port, app):
        super().__init__(host, port, app, handler=Handler)

    @property
    def url(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"
