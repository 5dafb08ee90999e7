from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from odoo.tests import BaseCase, tagged

from ...tools.api.customer import CustomerPosition
from ...tools.api.errors import MalformedAnswer
from ...tools.api.lookup import choose
from ...tools.api.post_sale import PostSale
from ...tools.api.preauthorization import Preauthorization
from ...tools.api.settlement import StatementEntry
from ...tools.api.transaction import Transaction
from ...tools.api.wire import BOUNDS

SOON = (date.today() + timedelta(days=30)).isoformat()
# One readable answer of each kind, with every field that is ever read.
ANSWERS = {
    Preauthorization: {
        "codigoPreAutorizacao": "PA-1",
        "situacao": "VIGENTE",
        "valorPreAutorizado": "610.37",
        "dataVigencia": SOON,
        "motivo": "x",
    },
    Transaction: {
        "codigoTransacao": "TR-1",
        "situacao": "APROVADA",
        "motivo": "x",
        "calendario": [
            {
                "numeroParcela": 1,
                "dataVencimento": SOON,
                "valorParcela": "10.00",
                "dataRepasse": SOON,
                "valorRepasse": "9.00",
                "valorTaxa": "1.00",
            }
        ],
    },
    PostSale: {
        "codigoSolicitacao": "PV-1",
        "situacao": "APROVADA",
        "motivo": "x",
        "valorSupplier": "10.00",
        "valorCliente": "0.00",
        "parcelasDebito": [
            {
                "numeroParcela": 1,
                "dataDebito": SOON,
                "valor": "10.00",
                "valorTaxa": "1.00",
                "valorTaxaEstornada": "0.00",
            }
        ],
    },
    StatementEntry: {
        "lancamentoId": "LC-1",
        "codigoTransacao": "TR-1",
        "codigoSolicitacao": "PV-1",
        "numeroParcela": 1,
        "tipoEvento": "IMPL",
        "tipoLancamento": "CREDITO",
        "lancamentoFuturo": False,
        "dataLancamento": SOON,
        "valorPrincipal": "10.00",
        "valorTaxa": "1.00",
        "valorImpostos": "0.00",
        "valorLancamento": "9.00",
    },
    CustomerPosition: {
        "codigoCliente": "C-1",
        "situacaoCliente": "ATIVO",
        "situacaoCredito": "APROVADO",
        "faturamentoPrazoBloqueado": False,
        "limiteTotal": "10.00",
        "limiteUtilizado": "1.00",
        "limitePreAutorizado": "2.00",
        "limiteDisponivel": "7.00",
        "diasAtraso": 0,
        "motivo": "x",
        "pendencias": ["x"],
        "reanaliseAPartirDe": SOON,
    },
}
# What no field of any kind may hold, or what is beyond its own bound.
ABSURD_DATES = ("0001-01-01", "9999-12-31", "1900-01-01", "2100-01-01", "2026-02-30", 20260101)
ABSURD_AMOUNTS = ("1" + "0" * 18, "1E+30", "NaN", "Infinity", "1.005", "1,00", 1.5, "9" * 400)


def find_values(body):
    """Yield (container, key) of each value of an answer, those of its lists too."""
    for name, value in body.items():
        yield body, name
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                yield from find_values(item)


def list_absurd(name, value):
    """Return values that a field must not have, by the kind of its bound."""
    bound = BOUNDS.get(name)
    if isinstance(bound, Decimal):
        return ABSURD_AMOUNTS
    if isinstance(value, bool):
        return ("true", 1, None)
    if isinstance(value, int):
        return (bound + 1, 10**18, -1, 1.5, "1", True)
    if isinstance(value, list):
        return ("x", {"a": 1}, ["x" * 3000] if name == "pendencias" else [{}] * (bound + 1))
    if name == "reanaliseAPartirDe":
        return ("0001-01-01", "9999-12-31", "2026-02-30", 20260101)
    if name.startswith("data"):
        return ABSURD_DATES
    return ("x" * (bound + 1), "a\0b", 7, ["x"], {"a": 1})


@tagged("post_install", "-at_install")
class TestBounds(BaseCase):
    """No field of any answer is believed beyond its bound; nothing but MalformedAnswer comes."""

    def test_answers_are_readable_and_have_every_field(self):
        read = set()
        for kind, answer in ANSWERS.items():
            kind.from_wire(answer)
            read |= {name for _container, name in find_values(answer)}
        asked_only_in_lists = {"chaveNFe", "cnpjCpf", "numeroPedido", "tipo", "valorTotal"}
        self.assertEqual(set(BOUNDS) - read, asked_only_in_lists)

    def test_each_field_beyond_its_bound_is_refused(self):
        tried = 0
        for kind, answer in ANSWERS.items():
            for container, name in list(find_values(answer)):
                kept = container[name]
                for value in list_absurd(name, kept):
                    container[name] = value
                    with self.subTest(kind.__name__, name=name, value=str(value)[:30]):
                        with self.assertRaises(MalformedAnswer) as caught:
                            kind.from_wire(answer)
                        self.assertLess(len(str(caught.exception)), 1000)
                    tried += 1
                container[name] = kept
        self.assertGreater(tried, 200)

    def test_answer_of_another_form_is_refused(self):
        for kind, body in product(ANSWERS, (None, [], "x", 7, True, {})):
            with self.subTest(kind.__name__, body=body), self.assertRaises(MalformedAnswer):
                kind.from_wire(body)

    def test_what_supplier_has_is_chosen_only_if_it_is_what_is_asked_for(self):
        request = {"codigoTransacao": "TR-1", "tipo": "DEVOLUCAO", "valor": "10.00"}
        same = {**request, "codigoSolicitacao": "PV-1", "situacao": "EM_ANALISE"}
        self.assertEqual(choose("post_sale_create", request, [same], ()), same)
        others = (
            {"codigoSolicitacao": "PV-2", "valor": "10.01"},
            {"codigoSolicitacao": "PV-3", "tipo": "BONIFICACAO"},
            {"codigoSolicitacao": "PV-4", "situacao": "REPROVADA"},
            {"codigoSolicitacao": "PV-5", "codigoTransacao": "TR-2"},
        )
        for other in others:
            with self.subTest(other=other):
                items = [{**same, **other}]
                self.assertIsNone(choose("post_sale_create", request, items, ()))
        self.assertIsNone(choose("post_sale_create", request, [same], {"PV-1"}), "known here")
        with self.assertRaises(MalformedAnswer):
            choose("post_sale_create", request, [{**same, "situacao": "NOVA"}], ())
