from datetime import date, timedelta
from decimal import Decimal
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools import http
from ...tools.asaas.charge import BOUNDS, read_charge
from ...tools.errors import Absurd, OutcomeUnknown
from ...tools.panel import data as panel_data

TODAY = date.today()
PAID = {
    "id": "pay_1",
    "status": "RECEIVED",
    "value": 110.0,
    "originalValue": 100.0,
    "interestValue": 10.0,
    "netValue": 108.0,
    "dueDate": str(TODAY),
    "paymentDate": str(TODAY),
    "clientPaymentDate": str(TODAY),
    "creditDate": str(TODAY),
    "refunds": [{"dateCreated": f"{TODAY} 10:00:00", "status": "DONE", "value": 10.0}],
}
FATURA = {
    "id": "f1",
    "contratacaoId": "c1",
    "clienteId": "k1",
    "valor": "100.00",
    "lancamento": str(TODAY),
    "vencimento": str(TODAY),
    "mesReferencia": "07",
    "anoReferencia": "2026",
    "situacao": "PAGA",
    "dataPagamento": str(TODAY),
    "valorPago": "100.00",
}


def beyond(bound, today):
    """Draw values outside a bound: amounts in BRL, or days."""
    if isinstance(bound.low, Decimal):
        cents = st.integers(min_value=1, max_value=10**20)
        return st.one_of(
            cents.map(lambda number: float(bound.high + number / Decimal(100))),
            cents.map(lambda number: float(bound.low - number / Decimal(100))),
        )
    days = st.integers(min_value=1, max_value=200_000)
    later = days.map(lambda number: today + bound.high + timedelta(number))
    earlier = days.map(lambda number: today + bound.low - timedelta(number))
    return st.one_of(later, earlier.filter(lambda day: day.year > 1)).map(str)


@tagged("post_install", "-at_install")
class TestBounds(BaseCase):
    """What another system says is impossible is no charge and no fatura, whatever it says."""

    @settings(max_examples=300, deadline=None)
    @given(st.data())
    def test_charge_with_one_field_beyond_its_bound_is_none(self, data):
        name = data.draw(st.sampled_from(sorted(BOUNDS)))
        value = data.draw(beyond(BOUNDS[name], TODAY))
        answer = {**PAID}
        if name.startswith("refunds."):
            answer["refunds"] = [{**PAID["refunds"][0], name.partition(".")[2]: value}]
        else:
            answer[name] = value
        with self.assertRaises(OutcomeUnknown):
            read_charge(answer)

    def test_fields_that_contradict_each_other_are_no_charge(self):
        read_charge(PAID)
        for change in (
            {"netValue": 110.01},
            {"interestValue": 201.0, "value": 301.0},
            {"value": 401.0},
            {"refunds": [{"status": "DONE", "value": 60.0}, {"status": "PENDING", "value": 51.0}]},
            {"refunds": [{"status": "DONE", "value": -1.0}]},
        ):
            with self.subTest(change), self.assertRaises(Absurd):
                read_charge({**PAID, **change})

    def test_refunds_that_were_cancelled_count_for_nothing(self):
        back = {"status": "CANCELLED", "value": 110.0}
        read_charge({**PAID, "refunds": [back, {"status": "DONE", "value": 110.0}]})

    @settings(max_examples=200, deadline=None)
    @given(st.data())
    def test_fatura_of_the_panel_with_one_field_beyond_its_bound_is_none(self, data):
        panel_data.read_invoice(FATURA)
        name = data.draw(st.sampled_from(sorted(set(panel_data.BOUNDS) & set(FATURA))))
        value = data.draw(beyond(panel_data.BOUNDS[name], TODAY))
        if isinstance(value, float):
            value = f"{value:.2f}"
        with self.assertRaises(ValueError):
            panel_data.read_invoice({**FATURA, name: value})

    @settings(max_examples=200, deadline=None)
    @given(st.one_of(st.integers(), st.text(max_size=40), st.just("9" * 5000)))
    def test_pause_is_between_nothing_and_half_a_day(self, said):
        answer = mock.Mock(headers={"Retry-After": str(said)})
        self.assertTrue(0 <= http.read_pause(answer) <= 12 * 3600)

    def test_pause_of_years_is_half_a_day_and_a_moment_is_one(self):
        now = 1_780_000_000
        with mock.patch.object(http, "time", return_value=now):
            for said, seconds in (
                ("30", 30),
                (str(10 * 365 * 24 * 3600), 12 * 3600),
                (str(now + 300), 300),
                (str(now - 300), 0),
                ("Thu, 28 May 2026 20:31:40 GMT", 300),
                ("soon", http.USUAL_PAUSE),
                ("-5", http.USUAL_PAUSE),
            ):
                with self.subTest(said):
                    answer = mock.Mock(headers={"Retry-After": said})
                    self.assertEqual(http.read_pause(answer), seconds)
