import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest.mock import patch

import requests
from odoo.tests import BaseCase, tagged

from ...tools import http
from ...tools.asaas.api import make_service
from ...tools.asaas.client import AsaasClient
from ...tools.download import LONGEST_PDF, fetch_pdf
from ...tools.errors import OutcomeUnknown, Rejected, Unavailable
from ...tools.panel.client import PanelClient


@contextmanager
def serve(status, headers=None, body=b"{}"):
    """Serve an answer on this machine; yields the address and the list of received headers."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            received.append(dict(self.headers))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *_args):
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@tagged("post_install", "-at_install")
class TestHttp(BaseCase):
    """Where secrets and requests of this server go, and where not."""

    def test_redirections_carry_no_secret_elsewhere(self):
        with serve(200) as (elsewhere, stolen):
            for status in (301, 302, 307, 308):
                with serve(status, {"Location": elsewhere}) as (url, received):
                    asaas = AsaasClient(make_service(url, "key", 1))
                    with self.subTest(status), self.assertRaises(OutcomeUnknown):
                        asaas.check()
                    with self.subTest(status), self.assertRaises(OutcomeUnknown):
                        asaas.save_webhook({"authToken": "secret"})
                    panel = PanelClient(url, "token")
                    # The host's tests compare timeouts as numbers.
                    panel._service = replace(panel._service, timeout=10)
                    with self.subTest(status), self.assertRaises(OutcomeUnknown):
                        panel.check()
                    self.assertEqual(fetch_pdf(url), b"")
                self.assertEqual(len(received), 4)
        self.assertFalse(stolen)

    def test_login_of_the_environment_is_not_used(self):
        with (
            serve(200, body=b'{"data": []}') as (url, received),
            patch("requests.sessions.get_netrc_auth", return_value=("user", "password")),
        ):
            AsaasClient(make_service(url, "key", 1)).check()
        self.assertEqual(received[0]["access_token"], "key")
        self.assertNotIn("Authorization", received[0])

    def test_proxy_of_the_environment_is_used(self):
        with patch.dict("os.environ", {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": ""}):
            self.assertEqual(
                http.Session("https://api.asaas.com").proxies["https"], "http://proxy:3128"
            )

    def test_name_that_leads_inside_the_network_is_not_reached(self):
        with serve(200) as (url, received):
            port = int(url.rpartition(":")[2])
            inside = [(2, 1, 6, "", ("127.0.0.1", port))]
            session = http.Session("https://panel.example.com")
            pools = session.get_adapter("https://panel.example.com").poolmanager
            pool = pools.connection_from_url(f"https://panel.example.com:{port}")
            with (
                patch("urllib3.util.connection.socket.getaddrinfo", return_value=inside),
                self.assertRaisesRegex(http.NewConnectionError, "inside this network"),
            ):
                pool.urlopen("GET", "/", retries=False)
        self.assertFalse(received)

    def test_unreached_address_counts_as_nothing_sent(self):
        with patch.object(http.Session, "request", side_effect=self._refuse):
            with self.assertRaises(Unavailable):
                PanelClient("https://panel.example.com", "token").check()

    def _refuse(self, *_args, **_options):
        reason = http.NewConnectionError(None, "The address is inside this network.")
        raise requests.exceptions.ConnectionError(http_error(reason))

    def test_safe_addresses(self):
        for url in (
            "https://api.asaas.com/v3",
            "https://panel.example.com:8443/x",
            "https://8.8.8.8",
            "https://[2606:4700::1111]/x",
        ):
            self.assertTrue(http.is_safe_url(url, is_sandbox=False), url)
        for url in ("http://127.0.0.1:8070/x", "http://localhost", "https://[::1]"):
            self.assertTrue(http.is_safe_url(url), url)
            self.assertFalse(http.is_safe_url(url, is_sandbox=False), url)
        for url in (
            "",
            None,
            "http://panel.example.com",
            "https://10.0.0.1",
            "https://172.16.0.1",
            "https://100.64.0.1",
            "https://169.254.169.254",
            "https://0.0.0.0",
            "https://224.0.0.1",
            "https://2130706433",
            "https://0177.0.0.1",
            "https://[::ffff:127.0.0.1]",
            "https://[fd00::1]",
            "https://intranet",
            "https://a.localhost",
            "https://user@panel.example.com",
            "https://panel.example.com:70000",
            "https://panel.example.com:0",
            "https://panel.example.com/a\nb",
            "https://\ud800.example.com",
            "https://ex.com%00.x",
            "https://127.0.0.1%2f.example.com",
            "javascript:alert(1)",
            "file:///etc/passwd",
        ):
            self.assertFalse(http.is_safe_url(url), url)

    def test_slip_is_fetched_from_the_provider_only(self):
        client = AsaasClient(make_service("https://api.asaas.com/v3", "key", 1))
        for url in ("https://www.asaas.com/b/pdf/1", "https://asaas.com/x"):
            self.assertTrue(client.is_own_url(url), url)
        for url in (
            "https://asaas.com.evil.example.com/x",
            "https://evilasaas.com/x",
            "http://www.asaas.com/b/pdf/1",
            "https://api.asaas.com@evil.example.com/x",
            "https://[",
            "",
        ):
            self.assertFalse(client.is_own_url(url), url)
        sandbox = AsaasClient(make_service("http://127.0.0.1:8099/v3", "key", 1))
        self.assertTrue(sandbox.is_own_url("http://127.0.0.1:8099/b/pdf/1"))
        self.assertFalse(sandbox.is_own_url("http://127.0.0.1:8100/b/pdf/1"))

    def test_compressed_file_is_no_slip(self):
        with serve(200, {"Content-Encoding": "gzip"}, b"%PDF-1.4") as (url, received):
            self.assertEqual(fetch_pdf(url), b"")
        self.assertEqual(received[0]["Accept-Encoding"], "identity")

    def test_no_more_of_a_file_is_read_than_a_slip_has(self):
        with serve(200, body=b"%PDF-1.4" + b"0" * LONGEST_PDF) as (url, _received):
            self.assertEqual(fetch_pdf(url), b"")
        with serve(200, body=b"%PDF-1.4") as (url, _received):
            self.assertEqual(fetch_pdf(url), b"%PDF-1.4")

    def test_id_of_a_charge_is_one_part_of_a_path(self):
        paths = []
        client = AsaasClient(make_service("https://api.asaas.com/v3", "key", 1))
        client._send = lambda method, path, **_options: paths.append(path) or {}
        with self.assertRaises(Rejected):
            client.get_charge("../customers/cus_1")
        self.assertFalse(paths)


def http_error(reason):
    """Return an error as the HTTP library wraps it."""
    error = requests.exceptions.ConnectionError()
    error.reason = reason
    return error
