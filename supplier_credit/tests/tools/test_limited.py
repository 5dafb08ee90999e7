import gzip
import socket
import threading
from contextlib import contextmanager

import requests
from odoo.tests import BaseCase, tagged

from ...tools.limited import LimitedAdapter

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LARGEST = 1000
# Seconds between two bytes; the timeout is longer, so that none of the host's own is met.
DRIP = 0.02
TIMEOUT = 0.4


@contextmanager
def speak(parts, pause=0.0):
    """Answer each connection with parts, one after another; yields the URL and what was asked.

    :param pause: seconds before each part
    """
    server = socket.create_server(("127.0.0.1", 0))
    asked, is_over = [], threading.Event()

    def answer():
        while not is_over.is_set():
            try:
                connection, _address = server.accept()
            except OSError:
                return
            with connection:
                # The caller may keep its connection.
                connection.settimeout(2)
                try:
                    while request := connection.recv(65536):
                        asked.append(request)
                        for part in parts:
                            if is_over.wait(pause):
                                return
                            connection.sendall(part)
                except OSError:
                    # The caller has gone.
                    continue

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
    finally:
        is_over.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def get(url, adapter=None, **options):
    """Ask by the adapter itself: the host's tests make the timeouts of sessions longer."""
    request = requests.Request("GET", url).prepare()
    return (adapter or LimitedAdapter(LARGEST)).send(request, timeout=TIMEOUT, **options)


def make_body(body, *headers):
    return b"".join([HEAD, *headers, b"Content-Length: %d\r\n\r\n" % len(body), body])


@tagged("post_install", "-at_install")
class TestLimited(BaseCase):
    """Whatever the other side does, an exchange ends in time, with the whole answer or none."""

    def test_answer_is_whole(self):
        for stream in (False, True):
            with self.subTest(stream), speak([make_body(b'{"a": 1}')]) as (url, _asked):
                self.assertEqual(get(url, stream=stream).json(), {"a": 1})

    def test_answer_in_parts_is_whole(self):
        parts = [HEAD, b"Transfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\n", b"0\r\n\r\n"]
        with speak(parts, pause=DRIP) as (url, _asked):
            self.assertEqual(get(url).content, b"abc")

    def test_dripping_server_holds_nobody(self):
        """One byte now and then, wherever in the answer, is never too late for each part."""
        whole = make_body(b"x" * 500)
        for at in (0, len(HEAD) - 10, len(whole) - 490):
            drops = [whole[:at], *(whole[place : place + 1] for place in range(at, len(whole)))]
            with self.subTest(at), speak(drops, pause=DRIP) as (url, _asked):
                # No part is late, so it is not the host's own timeout.
                with self.assertRaises(requests.exceptions.ReadTimeout):
                    get(url)

    def test_connection_used_again_is_watched_too(self):
        adapter = LimitedAdapter(LARGEST)
        with speak([make_body(b"{}")]) as (url, asked):
            for _time in range(3):
                self.assertEqual(get(url, adapter).json(), {})
            pool = adapter.poolmanager.connection_from_url(url)
            self.assertEqual(pool.num_connections, 1)
        self.assertEqual(len(asked), 3)

    def test_silent_server_is_left(self):
        with speak([b""], pause=20) as (url, _asked):
            with self.assertRaises(requests.exceptions.ReadTimeout):
                get(url)

    def test_too_large_answer_is_given_up(self):
        for body, headers in (
            (b"x" * (LARGEST + 1), ()),
            (gzip.compress(b"x" * 1_000_000), (b"Content-Encoding: gzip\r\n",)),
        ):
            with self.subTest(headers), speak([make_body(body, *headers)]) as (url, _asked):
                with self.assertRaises(requests.exceptions.ContentDecodingError):
                    get(url)

    def test_broken_answer_is_no_answer(self):
        for parts in (
            [HEAD, b"Content-Length: 100\r\n\r\n", b"short"],
            [HEAD, b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"],
        ):
            with self.subTest(parts), speak_once(parts) as url:
                with self.assertRaises(requests.exceptions.RequestException):
                    get(url)


@contextmanager
def speak_once(parts):
    """Answer one connection with parts and close it."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer():
        connection, _address = server.accept()
        with connection:
            connection.recv(65536)
            for part in parts:
                connection.sendall(part)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        thread.join()
        server.close()
