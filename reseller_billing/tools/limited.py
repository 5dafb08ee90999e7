"""HTTP answers that are whole within a time and a size, or not at all. No ORM."""

import io
import socket
import threading
from contextlib import suppress

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

# Bytes of an answer, unpacked.
LARGEST_ANSWER = 20 * 1024 * 1024
CHUNK = 64 * 1024
_of_thread = threading.local()


class _Watch:
    """Cuts the connection that a thread uses if its exchange is not over after some seconds."""

    def __init__(self, seconds: float) -> None:
        self.is_cut = False
        self.connection: HTTPConnection | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "_Watch":
        _of_thread.watch = self
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        _of_thread.watch = None
        self._timer.cancel()

    def _cut(self) -> None:
        self.is_cut = True
        sock = self.connection and self.connection.sock
        if sock:
            # Of SSLSocket, shutdown would take the encryption away from the thread that reads.
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Watched:
    """A connection that the watch of its thread knows."""

    def connect(self) -> object:
        self._introduce()
        return super().connect()

    def request(self, *arguments: object, **options: object) -> object:
        self._introduce()
        return super().request(*arguments, **options)

    def _introduce(self) -> None:
        if watch := getattr(_of_thread, "watch", None):
            watch.connection = self


class WatchedConnection(_Watched, HTTPConnection):
    """A connection without encryption that can be cut."""


class WatchedHTTPSConnection(_Watched, HTTPSConnection):
    """An encrypted connection that can be cut."""


class WatchedPool(HTTPConnectionPool):
    ConnectionCls = WatchedConnection


class WatchedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = WatchedHTTPSConnection


class LimitedAdapter(HTTPAdapter):
    """Reads each answer to its end, and gives it up when it takes too long or is too large.

    The timeouts of requests are for each part that arrives: one byte every few seconds would hold
    the caller for ever. Here the longer one is for the whole exchange.

    :param largest: bytes of an answer, unpacked
    :param https: the class of pools of encrypted connections, whose connections are watched
    """

    def __init__(
        self,
        largest: int = LARGEST_ANSWER,
        https: type[HTTPSConnectionPool] = WatchedHTTPSPool,
    ) -> None:
        super().__init__()
        self._largest = largest
        self.poolmanager.pool_classes_by_scheme = {"http": WatchedPool, "https": https}

    def proxy_manager_for(self, proxy: str, **options: object) -> object:
        """Return the manager of a proxy, whose connections are watched, too."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = {"http": WatchedPool, "https": WatchedHTTPSPool}
        return manager

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | None = None,
        **options: object,
    ) -> requests.Response:
        """Exchange a request for its whole answer.

        :param timeout: seconds to connect and to read, or both as a pair; needed
        :raise requests.exceptions.ReadTimeout: if the answer is not whole in that time
        :raise requests.exceptions.ContentDecodingError: if it is too large, or packed wrongly
        """
        seconds = max(timeout) if isinstance(timeout, tuple) else timeout
        with _Watch(seconds) as watch:
            try:
                answer = super().send(request, stream=True, timeout=timeout, **options)
                answer.raw = io.BytesIO(self._read(answer))
            except requests.exceptions.ConnectTimeout:
                raise
            except (requests.exceptions.RequestException, HTTPError, OSError) as error:
                if not watch.is_cut:
                    raise _as_error_of_requests(error, request) from error
        # Headers that end too early look like an answer without a body.
        if watch.is_cut:
            text = f"no whole answer within {seconds:g} s"
            raise requests.exceptions.ReadTimeout(text, request=request)
        return answer

    def _read(self, answer: requests.Response) -> bytes:
        body = bytearray()
        for chunk in answer.raw.stream(CHUNK, decode_content=True):
            body += chunk
            if len(body) > self._largest:
                answer.close()
                text = f"an answer of more than {self._largest} bytes"
                raise requests.exceptions.ContentDecodingError(text)
        return bytes(body)


def _as_error_of_requests(
    error: Exception, request: requests.PreparedRequest
) -> requests.exceptions.RequestException:
    if isinstance(error, requests.exceptions.RequestException):
        return error
    return requests.exceptions.ConnectionError(error, request=request)
