from datetime import date
from decimal import Decimal
from itertools import product

from odoo.tests import BaseCase, tagged

from ...tools.fiscal.danfe import FREE_TEXTS, draw_danfe, draw_supplier_danfe, list_hidden
from ...tools.fiscal.danfe_mask import MASK, mask_instalments
from .test_danfe_content import Nfe, drawn_text

# Sentences with what they must not show.
TOLD = {
    "VENDA 3X 33,33 29/12": ("33,33", "29/12"),
    "Venda em 3 x R$ 1.033,33 sem juros": ("1.033,33",),
    "3x de 100": ("de 100",),
    "em 3 parcelas de 100 reais": ("de 100",),
    "Parcela 1/3 R$ 33,33 venc. 29/12/2018": ("33,33", "29/12"),
    "1/3 33,33 29/12; 2/3 34,33 29/01; 3/3 35,33 28/02": (
        "33,33", "34,33", "35,33", "29/12", "29/01", "28/02",
    ),
    "33,33 em 3 parcelas": ("33,33",),
    "29/12 e 29/01: vencimento das parcelas": ("29/12", "29/01"),
    "Vencimentos: 05 de outubro de 2018, 5-nov-18 e 5 DEZ 2018": (
        "05 de outubro", "5-nov", "5 DEZ",
    ),
    "Vencto: 10/10/18 - 1.234,56": ("10/10/18", "1.234,56"),
    "vcto 2018-12-29 valor 33.33": ("2018-12-29", "33.33"),
    "Dupl. 001 29/12 33,33": ("29/12", "33,33"),
    "Duplicata da NF 47605 no valor de 33,33, vencimento 29/12/2018": ("33,33", "29/12"),
    "Parcela 1 da NF 47605: 33,33 em 29/12/2018": ("33,33", "29/12"),
    "DUP 001 - 33,33 - 29.12.2018": ("33,33", "29.12"),
    "Boleto para 15/10": ("15/10",),
    "Boleto anexo no valor de R$ 1.000": ("1.000",),
    "Boleto bancário 5/10": ("5/10",),
    "Boletos: 5/10, 6/11 e 7/12": ("5/10", "6/11", "7/12"),
    "Vencimento 5/10 33,33": ("5/10", "33,33"),
    "Parcelas 5/10, 6/11": ("5/10", "6/11"),
    "Boleto 5/10 33,33": ("5/10", "33,33"),
    "5/10 33,33": ("5/10", "33,33"),
    "Boletos: 15/10, 15/11 e 15/12": ("15/10", "15/11", "15/12"),
    "Pagar 33,33 no dia 29/12": ("33,33", "29/12"),
    "PGTO 28/35/42 DDL": ("28/35/42",),
    "Prazo 30/60/90": ("30/60/90",),
    "30, 60 e 90 dias": ("30, 60", "90 dias"),
    "Vencimento em 30 dias": ("30 dias",),
    "Parcelas total 33,33": ("33,33",),
    "prestação de 33,33": ("33,33",),
    "PARC 1 DE 3 R$ 33,33": ("33,33",),
    "30D/60D/90D": ("30D", "60D", "90D"),
    "01/03 33,33": ("01/03", "33,33"),
    "001-29/12/2018-R$33,33;002-29/01/2019-R$34,33": ("29/12", "33,33", "29/01", "34,33"),
    "Duplicatas: 1/2 29/12/2018 33,33 | 2/2 29/01/2019 34,33": (
        "29/12", "33,33", "29/01", "34,33",
    ),
}  # fmt: skip
UNTOLD = (
    "Protocolo ICMS 26/10", "Convênio ICMS 52/91", "Convênio 126/2010, Protocolos 41/08 e 97/10",
    "Parcelas a combinar. Convênio 52/91 e Protocolo ICMS 26/10", "CST 060 CSOSN 102",
    "NCM 8471.30.12 CEST 28.038.00", "CHAPA 3X4 cm", "MDF 2x1", "CHAPA ACO 3X 1,50 MM",
    "TUBO 3 x 4,50 m", "CAIXA COM 12X", "12X PARAFUSO 1/2",
    "PARAFUSO 1/2 x 3 POL", "JOELHO 3/4 25,00 MM",
    "Pedido 4321 de 14/01/2027", "Boleto anexo. Pedido 10 de 10/10/2018",
    "Boleto anexo, pedido 10 de 10/10/2018", "Contrato 12/34 assinado em 10/10/2018",
    "Valor aproximado dos tributos R$ 12,34 (4,50%) Fonte IBPT", "Total da nota 610,37",
    "TOTAL DA NOTA 610,37 EM 3X", "Frete 14.321,17, peso 4.321,170", "Desconto de R$ 10,00",
    "Lote 123 Fab 10/10/2018 Venc 10/10/2020", "Val: 10/12/2019", "Garantia 90 dias",
    "Entrega em 30/60 dias", "Base ICMS ST 1.234,56 ICMS ST 123,45", "Emitida em 15/08/2018",
    "Recolhido conforme Art. 12 do Decreto 45.490/00", "Saída 10/10/2018 12:30",
    "Fone (11) 1234-5678 CEP 12345-678", "DUPLO 10,00", "Venda em 3 parcelas pelo cartão XPTO",
)  # fmt: skip
# Words of charging, what may stand after them, and dates and amounts in every way of writing them.
CHARGING = (
    "Parcela", "parcelas", "PARC.", "Vencimento", "VENCTO", "Venc.", "vence", "Vcto", "Dupl.",
    "DUP", "Duplicata", "boleto", "Boletos", "pagamento", "PGTO.", "pagar", "prestação", "título",
    "Fatura", "parcelado", "cond. pgto", "3X", "10x", "3 x", "1/3", "2/3",
)  # fmt: skip
OTHERS = (
    "Pedido", "pedidos", "NF", "NF-e nº", "Nota fiscal", "Contrato", "Protocolo", "Convênio ICMS",
    "Emissão", "emitida", "Saída", "Entrega", "Lote", "Validade", "Lei", "Portaria", "Ref.",
)  # fmt: skip
SUMS = (
    "Frete", "Desconto", "Total", "Total da nota", "Base ICMS", "ICMS ST", "Valor do IPI", "Seguro",
    "Valor aproximado dos tributos", "Peso", "Saldo", "Preço",
)  # fmt: skip
BETWEEN = (" ", ": ", " - ", "-", "=", " (", " de ", " em ", " no dia ", " nº 1 ", " p/ ")
DATES = (
    "29/12/2018", "29.12.18", "29-12-2018", "2018-12-29", "29/12", "29 de dezembro de 2018",
    "29/dez/18", "29-DEZ", "5 de dezembro",
)  # fmt: skip
AMOUNTS = ("33,33", "1.033,33", "33.33", "1,033.33", "R$ 33,33", "R$33,33", "R$ 1033")
# Where a text may stand that the library does not print.
UNPRINTED = ("obsCont", "obsFisco")


@tagged("post_install", "-at_install")
class TestDanfeTerms(BaseCase):
    """What a sentence tells of instalments, in whatever form, is not printed."""

    def test_sentences_that_tell(self):
        for sentence, secrets in TOLD.items():
            masked = mask_instalments(f"Antes. {sentence}", [], [])
            for secret in secrets:
                self.assertIn(secret, sentence)
                self.assertNotIn(secret, masked, masked)
            self.assertIn(MASK, masked)

    def test_every_word_with_every_way_of_writing(self):
        for words, values, is_told in (
            (CHARGING, DATES + AMOUNTS, True),
            (OTHERS, DATES, False),
            (SUMS, AMOUNTS, False),
        ):
            for word, between, value in product(words, BETWEEN, values):
                text = f"Antes {word}{between}{value} depois"
                masked = mask_instalments(text, [], [])
                if is_told:
                    self.assertNotIn(value.removeprefix("R$").strip(), masked)
                    self.assertIn("depois", masked)
                elif f" p/ {value}" not in text:
                    self.assertEqual(masked, text)

    def test_sentences_that_do_not_tell(self):
        for sentence in UNTOLD:
            self.assertEqual(mask_instalments(sentence, [], []), sentence)

    def test_a_sentence_does_not_reach_into_the_next(self):
        for told in ("Boleto anexo", "Venda em 3X", "Parcela 1/3 33,33"):
            for untold in UNTOLD:
                masked = mask_instalments(f"{told}\n{untold}", [], [])
                self.assertEqual(masked.split("\n")[1], untold)

    def test_each_sentence_in_each_free_text(self):
        for sentence, secrets in TOLD.items():
            nfe, paths = self.make_full()
            for path in paths:
                nfe.find(path).text = sentence
            content = nfe.to_bytes()
            plain = drawn_text(draw_danfe, content)
            printed = drawn_text(draw_supplier_danfe, content, "")
            for secret in secrets:
                self.assertIn(secret, plain)
                self.assertNotIn(secret, printed)
            self.assertEqual({name for name, _text in list_hidden(content)}, set(paths.values()))

    def make_full(self):
        """Return an NF-e with one of each free text, and their paths with the names shown."""
        nfe = Nfe().say("x").say("x", "infAdFisco").say_on_item("x")
        nfe.add("ide", "<dhCont>2018-08-15T10:11:12-03:00</dhCont><xJust>x</xJust>")
        nfe.add("emit/enderEmit", "<xCpl>x</xCpl>").add("dest/enderDest", "<xCpl>x</xCpl>")
        nfe.add("", "<retirada><xCpl>x</xCpl></retirada><entrega><xCpl>x</xCpl></entrega>")
        nfe.add("transp", "<vol><esp>x</esp><marca>x</marca><nVol>x</nVol></vol>")
        nfe.add("infAdic", '<obsCont xCampo="a"><xTexto>x</xTexto></obsCont>')
        nfe.add("infAdic", '<obsFisco xCampo="a"><xTexto>x</xTexto></obsFisco>')
        paths = {path: path.replace("n:", "") for path in FREE_TEXTS}
        for path in paths:
            if path.startswith("n:det/"):
                paths[path] = f"det 1/{path.rpartition(':')[2]}"
        return nfe, paths

    def test_sentences_drawn_that_do_not_tell(self):
        for start in range(0, len(UNTOLD), 4):
            # No more than the first block has lines for.
            text = "; ".join(f"{sentence}. Fim" for sentence in UNTOLD[start : start + 4])
            printed = drawn_text(draw_supplier_danfe, Nfe().say(text).to_bytes(), "")
            self.assertIn(" ".join(text.split()), printed)

    def test_each_free_text(self):
        nfe, paths = self.make_full()
        amounts = {path: f"{number},17" for number, path in enumerate(paths, start=101)}
        for path, amount in amounts.items():
            nfe.find(path).text = f"3X {amount}"
        content = nfe.to_bytes()
        plain = drawn_text(draw_danfe, content)
        printed = drawn_text(draw_supplier_danfe, content, "")
        for path, amount in amounts.items():
            if not any(name in path for name in UNPRINTED):
                self.assertIn(amount, plain, path)
            self.assertNotIn(amount, printed)
        self.assertEqual(
            list_hidden(content), [(paths[path], f"3X {amounts[path]}") for path in paths]
        )

    def test_numbers_among_instalments_stay(self):
        for text, masked in (
            ("Parcela 1/3 33,33 29/12; 2/3 33,33", f"Parcela 1/3 {MASK} {MASK}; 2/3 {MASK}"),
            ("Dup. 2/3 33,33", f"Dup. 2/3 {MASK}"),
            ("1/3 29/12, 2/3 29/01", f"1/3 {MASK}, 2/3 {MASK}"),
            ("Parcela 2/10 do pedido", "Parcela 2/10 do pedido"),
            ("3X 33,33", f"3X {MASK}"),
        ):
            self.assertEqual(mask_instalments(text, [], []), masked)

    def test_due_dates_from_the_terms_that_the_nfe_states(self):
        # Issued on 15/08/2018.
        nfe = (
            Nfe()
            .say("Condição 30/60/90 dias")
            .say_on_item("ate 14/09/2018 ou 14/10/18, 15/10/2018")
        )
        printed = drawn_text(draw_supplier_danfe, nfe.to_bytes(), "")
        self.assertIn(f"ate {MASK} ou {MASK}, 15/10/2018", printed)

    def test_due_dates_of_the_invoice_counted_from_an_older_nfe(self):
        nfe = Nfe().say("Favor conferir 14/09/2018 e 15/09/2018")
        terms = {
            "instalments": ((date(2026, 12, 22), Decimal("1.11")),),
            "invoice_date": date(2026, 11, 22),
        }
        printed = drawn_text(draw_supplier_danfe, nfe.to_bytes(), "", **terms)
        self.assertIn(f"Favor conferir {MASK} e 15/09/2018", printed)

    def test_hidden_sentences_are_listed_with_their_elements(self):
        nfe = Nfe().charge().say("Pedido 1. VENDA 3X 33,33 29/12. Volte sempre")
        nfe.say_on_item("Parcela 34,33")
        self.assertEqual(
            list_hidden(nfe.to_bytes()),
            [
                ("cobr/dup", "001 2027-01-13 4321.17"),
                ("cobr/dup", "002 2027-02-13 4321.18"),
                ("cobr/dup", "003 2027-03-13 4321.19"),
                ("det 1/infAdProd", "Parcela 34,33"),
                ("infAdic/infCpl", "VENDA 3X 33,33 29/12."),
            ],
        )
        self.assertEqual(list_hidden(Nfe().say("Pedido 1").to_bytes()), [])
