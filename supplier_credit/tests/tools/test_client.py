from concurrent.futures import ThreadPoolExecutor

import requests
from odoo.tests import BaseCase, tagged

from ...tools.api import client as supplier_client
from ...tools.api.client import Connection, SupplierClient
from ...tools.api.errors import (
    MalformedAnswer,
    OutcomeUnknown,
    Rejected,
    Unauthorized,
    Unavailable,
    WrongAddress,
)
from ...tools.api.preauthorization import Preauthorization
from ...tools.api.transaction import Transaction
from ..common import FakeSupplier

TOKEN = {"access_token": "abc", "token_type": "Bearer", "expires_in": 3600}


@tagged("post_install", "-at_install")
class TestSupplierClient(BaseCase):
    """The client of docs/api/supplier.openapi.yaml, without ORM."""

    def setUp(self):
        super().setUp()
        self.supplier = FakeSupplier()
        self.supplier.on("POST", "/oauth/token", TOKEN)
        self.enterContext(self.supplier.listening())
        self.client = SupplierClient(
            Connection(f"https://{self.id()}.example.com/api/v1", "client", "very-secret", 20)
        )

    def send(self):
        return self.client.send("preauthorization_create", {"a": 1}, "key-1")

    def test_one_token_serves_many_calls(self):
        self.supplier.on("POST", "/pre-autorizacoes$", {"ok": True}, 201)
        self.send()
        self.send()
        self.assertEqual(len(self.supplier.calls("POST", "/oauth/token")), 1)
        headers = self.supplier.calls("POST", "/pre-autorizacoes$")[0]["headers"]
        self.assertEqual(headers["Authorization"], "Bearer abc")
        self.assertEqual(headers["Idempotency-Key"], "key-1")

    def test_short_lived_token_is_renewed_before_it_ends(self):
        self.supplier.on(
            "POST", "/oauth/token", TOKEN | {"expires_in": supplier_client.TOKEN_MARGIN}
        )
        self.supplier.on("POST", "/pre-autorizacoes$", {"ok": True}, 201)
        self.send()
        self.send()
        self.assertEqual(len(self.supplier.calls("POST", "/oauth/token")), 2)

    def test_many_threads_ask_for_one_token(self):
        self.supplier.on("POST", "/pre-autorizacoes$", {"ok": True}, 201)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _number: self.send(), range(8)))
        self.assertEqual(len(self.supplier.calls("POST", "/oauth/token")), 1)

    def test_refused_credentials_are_not_tried_by_every_thread(self):
        self.supplier.on("POST", "/oauth/token", {}, 401)
        for _number in range(3):
            with self.assertRaises(Unauthorized):
                self.send()
        self.assertEqual(len(self.supplier.calls("POST", "/oauth/token")), 1)
        self.supplier.on("POST", "/oauth/token", TOKEN)
        self.supplier.on("POST", "/pre-autorizacoes$", {"ok": True}, 201)
        self.client.check()
        self.send()

    def test_revoked_token_is_renewed_once(self):
        self.supplier.on("POST", "/pre-autorizacoes$", {}, 401)
        with self.assertRaises(Unauthorized):
            self.send()
        self.assertEqual(len(self.supplier.calls("POST", "/oauth/token")), 2)
        self.assertEqual(len(self.supplier.calls("POST", "/pre-autorizacoes$")), 2)

    def test_each_way_a_call_can_end(self):
        reset = requests.exceptions.ConnectionError(
            requests.packages.urllib3.exceptions.ProtocolError("aborted", ConnectionResetError())
        )
        cases = [
            ({"codigo": "X"}, 422, Rejected),
            ({"codigo": "X"}, 404, Rejected),
            ("", 409, Rejected),
            ("", 302, WrongAddress),
            ("", 408, OutcomeUnknown),
            ("", 429, Unavailable),
            ("", 500, Unavailable),
            ("", 503, Unavailable),
            ("not json", 200, MalformedAnswer),
            (requests.exceptions.ConnectTimeout(), 0, Unavailable),
            (requests.exceptions.SSLError(), 0, Unavailable),
            (requests.exceptions.ReadTimeout(), 0, OutcomeUnknown),
            (requests.exceptions.ChunkedEncodingError(), 0, OutcomeUnknown),
            (reset, 0, OutcomeUnknown),
        ]
        for answer, status, error in cases:
            with self.subTest(answer=answer, status=status):
                self.supplier.on("POST", "/pre-autorizacoes$", answer, status)
                with self.assertRaises(error) as caught:
                    self.send()
                self.assertNotIn("very-secret", str(caught.exception))

    def test_all_exchanges_together_keep_to_their_time(self):
        self.supplier.on("POST", "/pre-autorizacoes$", {"ok": True}, 201)
        client = SupplierClient(self.client.connection, seconds=7)
        client.send("preauthorization_create", {"a": 1}, "key-1")
        for request in self.supplier.requests:
            self.assertLessEqual(request["timeout"][1], 7)
        late = SupplierClient(self.client.connection, seconds=-1)
        with self.assertRaises(Unavailable):
            late.send("preauthorization_create", {"a": 1}, "key-2")

    def test_retry_after_is_kept(self):
        self.supplier.on("POST", "/pre-autorizacoes$", "", 429, {"Retry-After": "17"})
        with self.assertRaises(Unavailable) as caught:
            self.send()
        self.assertEqual(caught.exception.retry_after, 17)

    def test_secret_is_not_in_the_connection_repr(self):
        self.assertNotIn("very-secret", repr(self.client.connection))

    def test_absurd_reservations_are_refused(self):
        good = {
            "codigoPreAutorizacao": "P",
            "situacao": "VIGENTE",
            "valorPreAutorizado": "10.00",
            "dataVigencia": "2026-12-31",
        }
        Preauthorization.from_wire(good)
        for change in (
            {"situacao": "TALVEZ"},
            {"situacao": None},
            {"codigoPreAutorizacao": ""},
            {"codigoPreAutorizacao": 7},
            {"valorPreAutorizado": "-1.00"},
            {"valorPreAutorizado": "1.001"},
            {"valorPreAutorizado": "NaN"},
            {"valorPreAutorizado": 10.0},
            {"valorPreAutorizado": None},
            {"dataVigencia": None},
            {"dataVigencia": "31/12/2026"},
        ):
            with self.subTest(change), self.assertRaises(MalformedAnswer):
                Preauthorization.from_wire(good | change)
        with self.assertRaises(MalformedAnswer):
            Preauthorization.from_wire([good])

    def test_absurd_calendars_are_refused(self):
        entry = {
            "numeroParcela": 1,
            "dataVencimento": "2026-12-22",
            "valorParcela": "100.00",
            "dataRepasse": "2026-12-23",
            "valorRepasse": "97.50",
            "valorTaxa": "2.50",
        }
        good = {"codigoTransacao": "T", "situacao": "APROVADA", "calendario": [entry]}
        Transaction.from_wire(good).check_calendar(100)
        for calendar in (
            [],
            [entry | {"valorRepasse": "97.52"}],
            [entry | {"valorParcela": "100.02", "valorRepasse": "97.52"}],
            [entry, entry],
            [entry | {"numeroParcela": 0}],
            [entry | {"valorTaxa": "-2.50", "valorRepasse": "102.50"}],
            "calendar",
        ):
            with self.subTest(calendar), self.assertRaises(MalformedAnswer):
                Transaction.from_wire(good | {"calendario": calendar}).check_calendar(100)
