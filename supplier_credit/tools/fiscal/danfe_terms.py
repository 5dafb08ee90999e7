"""Finds instalments in the sentences of an NF-e: dates, amounts and terms near a word of charging.

A value is an instalment's if the word that rules it is one of charging (parcela, vencimento,
duplicata, boleto, pagamento), a count of instalments (3X) or a number among them (1/3). Words such
as pedido, NF, Convênio, frete or total rule the value after them instead, so that it stays.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

# Words of any other kind, after which a word of charging rules no more.
REACH = 6
# The same for a value that stands before the word, and for a document's number and date.
SHORT_REACH = 3

_MONTHS = r"(?:jan|fev|mar|abr|mai|jun|jul|ago|set|out|nov|dez)[a-zç]*\.?"
_UNITS = r"(?:%|mm|cm|m|m2|m3|km|kg|g|mg|l|lt|ml|pol|un|und|pc|pç|v|w|kw|x)"
_TOKEN = re.compile(
    rf"""
    (?P<end>[\n|]|[.!?](?=\s+[A-ZÀ-Ý]))
  | (?<![\w/.,])(?P<days>\d{{1,3}}d?(?:(?:\s*[/,;+-]\s*|\s+e\s+)\d{{1,3}}d?){{0,11}})
    (?:\s*(?:dias?|ddl|dd)|(?<=d))\b
  | (?<![\w/.])(?P<date>
        \d{{1,2}}\s*(?P<mark>[/.-])\s*\d{{1,2}}\s*(?P=mark)\s*(?:\d{{4}}|\d{{2}})
      | \d{{4}}-\d{{1,2}}-\d{{1,2}}
      | \d{{1,2}}[ºª°]?(?:\s+de\s+|\s*[/.\s-]\s*){_MONTHS}(?:(?:\s+de\s+|\s*[/.\s-]\s*)
        (?:\d{{4}}|\d{{2}}))?
    )(?![\w/])
  | (?<![\w/.,])(?P<terms>\d{{1,3}}(?:/\d{{1,3}}){{2,}})(?![\w/])
  | R\$\s*(?P<money>\d[\d.,]*\d|\d)
  | (?<![\w/.,])(?P<amount>
        \d{{1,3}}(?:\.\d{{3}})*,\d{{2}}|\d{{1,3}}(?:,\d{{3}})*\.\d{{2}}|\d+[.,]\d{{2}}
    )(?![.,]?\d)(?!\s*{_UNITS}\b|\s*[%"])
  | (?<![\w/.,])(?P<part>\d{{1,2}}/\d{{1,2}})(?![\w/])(?!\s*(?:"|pol\b|''))
  | (?<![\w/.,])(?P<times>\d{{1,2}}\s?x)(?=\s|$|[.,;:)=+-])
    (?!\s*\d+(?:[.,]\d+)?\s*(?:{_UNITS}\b|[%"]))
  | (?P<number>\d+)
  | (?P<word>nf-e\b|[^\W\d_]+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_EACH = re.compile(r"\s+de\s+(?:R\$\s*)?(\d+(?:[.,]\d+)*)\b(?!\s*(?:dias?|ddl)\b)", re.IGNORECASE)

_CHARGING = re.compile(
    r"parc(?:s|elas?|elad[oa]s?|elamentos?)?|venc(?:s|tos?|imentos?|e|em|er|era|erao|iveis|ivel)?"
    r"|vctos?|vcts?|vtos?|dup(?:s|ls?|lic|licatas?)?|bol|boletos?|prestac(?:ao|oes)|titulos?"
    r"|pgtos?|pagtos?|pagamentos?|pagar|pagave(?:l|is)|faturas?|cobrancas?|carnes?|prazos?|cond"
    r"|condic(?:ao|oes)"
)
# Words that a number among all may follow.
_COUNTED = re.compile(r"parc(?:s|elas?)?|prestac(?:ao|oes)|dup(?:s|ls?|lic|licatas?)?|titulos?")
_EXPIRING = re.compile(r"ven?c.*|vctos?|vcts?|vtos?")
_LOT = frozenset("lote lotes lt fab fabricacao val validade valid".split())
_DOCUMENT = frozenset(
    """pedido pedidos ped pc oc os ordem compra cotacao orcamento proposta contrato nf nfe nf-e nfs
    nota notas danfe cupom protocolo prot convenio conv ajuste sinief lei decreto dec art artigo
    inciso portaria resolucao ato processo proc romaneio remessa carga serie emissao emitido emitida
    emitidos emitidas saida entrega coleta embarque previsao prev garantia troca devolucao
    competencia periodo referencia ref safra edital licitacao empenho pregao requisicao termo fci
    cst csosn ncm cest cfop""".split()
) | _LOT  # fmt: skip
_SUM = frozenset(
    """icms icmsst st ipi pis cofins iss issqn fcp difal ibs cbs mva bc base aliquota aliq reducao
    frete seguro peso pesos desconto total totais subtotal tributos trib ibpt saldo medida medidas
    tamanho dimensoes qtd qtde quantidade preco unitario""".split()
)
# These neither rule a value nor count as words in between.
_LINKING = frozenset(
    "de do da dos das em no na e a o as os com r n nr num numero data dt dia valor vlr vl".split()
)
_RELEASING = frozenset(("para", "p", "ate"))


@dataclass(frozen=True)
class Term:
    """A value of an instalment in a text, which stands from start to end.

    :param days: days after the issue, if it says when instalments are due
    :param is_amount: whether it is money, not a date
    """

    start: int
    end: int
    days: tuple[int, ...] = ()
    is_amount: bool = False


def find_terms(text: str) -> list[Term]:
    """Return the dates, amounts and days of instalments in a text, in its order."""
    reader = _Reader(text)
    for token in _TOKEN.finditer(text):
        reader.take(token)
    return sorted(reader.found, key=lambda term: term.start)


def split_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each sentence, as `find_terms` reads them."""
    start = 0
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "end":
            yield start, token.end()
            start = token.end()
    if start < len(text):
        yield start, len(text)


@dataclass
class _Reader:
    """Reads a text word by word and knows which word rules.

    :param charging: words since one of charging, None without one
    :param other: the set of words that rules the next value instead, None without one
    :param waiting: values that no word rules yet
    :param count: number of the last instalment and of all, as 1/3 says
    """

    text: str
    found: list[Term] = field(default_factory=list)
    charging: int | None = None
    other: frozenset[str] | None = None
    since_other: int = 0
    since_lot: int | None = None
    waiting: list[Term] = field(default_factory=list)
    since_waiting: int = 0
    last_word: str = ""
    count: tuple[int, int] = (0, 0)

    def take(self, token: re.Match) -> None:
        getattr(self, f"_read_{token.lastgroup}")(token)

    def _read_end(self, token):
        if token[0] == "." and _CHARGING.fullmatch(self.last_word):
            return
        # A list goes on in the next line if that begins with a value.
        goes_on = self.charging is not None and token[0] in "\n|"
        self.charging = REACH if goes_on else None
        self.other = self.since_lot = None
        self.last_word = ""
        self.waiting.clear()

    def _read_word(self, token):
        word = _fold(token[0])
        if word in _LINKING:
            return
        before, self.last_word = self.last_word, word
        if self._is_charging(word):
            self._begin_charging(token)
        elif word in _SUM and _CHARGING.fullmatch(before):
            # The sum of what is charged.
            return
        elif word in _SUM or word in _DOCUMENT:
            # The total of an NF-e is a sum, too.
            is_sum = word in _SUM or (self.other is _SUM and not self.since_other)
            self.other = _SUM if is_sum else _DOCUMENT
            self.since_other = 0
            self.waiting.clear()
            if self.charging == REACH:
                self.charging = None
            if word in _LOT:
                self.since_lot = 0
        elif word in _RELEASING:
            self.other = None
        else:
            self._count_word()

    def _is_charging(self, word):
        if self.since_lot is not None and _EXPIRING.fullmatch(word):
            # When a lot of food or medicine expires.
            return False
        return bool(_CHARGING.fullmatch(word))

    def _begin_charging(self, token):
        self.charging, self.other = 0, None
        self.found += self.waiting
        self.waiting.clear()
        if each := _EACH.match(self.text, token.end()):
            self.found.append(Term(*each.span(1)))

    def _count_word(self):
        if self.charging is not None:
            self.charging = self.charging + 1 if self.charging < REACH else None
        self.since_other += 1
        if self.since_other >= SHORT_REACH:
            self.other = None
        self.since_waiting += 1
        if self.since_waiting >= SHORT_REACH:
            self.waiting.clear()
        if self.since_lot is not None:
            self.since_lot = self.since_lot + 1 if self.since_lot < REACH else None

    def _read_number(self, token):
        """A plain number says nothing about instalments."""

    def _read_times(self, token):
        self.last_word = "parcelas"
        self._begin_charging(token)
        # So that the size of what is packed by twelve stays: 12X PARAFUSO 1/2.
        self.charging = 1

    def _read_part(self, token):
        """Read 1/3, which is the first of three instalments or the first of March."""
        first, last = _split_part(token)
        if self.other:
            self.other = None
        elif self._is_count(token):
            self.count = (first, last)
            self._begin_charging(token)
        elif first <= last and self.charging is None and self._is_beside_value(token):
            # Either of them: 01/03 33,33.
            self.found.append(Term(*token.span("part")))
            self._begin_charging(token)
        elif _is_day(token) and (not _is_plain_count(token) or self.charging in (0, 1)):
            self._read_value(token, "part")

    def _is_count(self, token):
        """Return whether this is the number of an instalment; in doubt it is a date."""
        first, last = _split_part(token)
        if not _is_plain_count(token):
            return False
        if (first - 1, last) == self.count:
            return True
        following = self._get_following(token)
        if _COUNTED.fullmatch(self.last_word):
            return following != "part"
        is_dated = following == "date"
        if self.charging is None:
            return first == 1 and (is_dated or following == "amount")
        return first == 1 and is_dated and not _EXPIRING.fullmatch(self.last_word)

    def _is_beside_value(self, token):
        is_after = bool(self.waiting) and self.since_waiting == 0
        return is_after or self._get_following(token) is not None

    def _get_following(self, token):
        """Return what stands after this, "date", "amount" or "part", None if it is no value."""
        for following in _TOKEN.finditer(self.text, token.end()):
            kind = following.lastgroup
            if kind == "number" or _fold(following[0]) in _LINKING | _RELEASING:
                continue
            if kind == "part":
                return "part" if _is_plain_count(following) else "date"
            return {"date": "date", "days": "date", "amount": "amount", "money": "amount"}.get(kind)
        return None

    def _read_date(self, token):
        numbers = re.findall(r"\d+", token["date"])
        if len(numbers) == 3 and len(numbers[0]) < 4 and int(numbers[1]) > 12:
            # 30/60/90 is no date.
            self._read_days(token)
        else:
            self._read_value(token, "date")

    def _read_terms(self, token):
        self._read_days(token)

    def _read_days(self, token):
        days = tuple(int(number) for number in re.findall(r"\d+", token[token.lastgroup]))
        term = Term(*token.span(token.lastgroup), days)
        if self.other:
            self.other = None
        elif len(days) > 1 or self.charging is not None:
            self.found.append(term)
        else:
            self._wait(term)

    def _read_amount(self, token):
        self._read_value(token, "amount")

    def _read_money(self, token):
        self._read_value(token, "money")

    def _read_value(self, token, group):
        is_amount = group in ("amount", "money")
        self.last_word = ""
        other, self.other = self.other, None
        if other is _SUM or (other and not is_amount):
            return
        term = Term(*token.span(group), is_amount=is_amount)
        if self.charging is not None:
            self.found.append(term)
            self.charging = 0
        else:
            self._wait(term)

    def _wait(self, term):
        self.waiting.append(term)
        self.since_waiting = 0
        amounts = sum(waiting.is_amount for waiting in self.waiting)
        if min(amounts, len(self.waiting) - amounts) > 1:
            # Two dates and two amounts that nothing else rules are a list of instalments.
            self.found += self.waiting
            self.waiting.clear()
            self.charging = 0


def _split_part(token: re.Match) -> tuple[int, int]:
    first, last = token["part"].split("/")
    return int(first), int(last)


def _is_plain_count(token: re.Match) -> bool:
    """Return whether 1/3 may count, as 29/12 and 01/03 do not."""
    first, last = _split_part(token)
    return 1 <= first <= last and not re.search(r"\b0", token["part"])


def _is_day(token: re.Match) -> bool:
    day, month = _split_part(token)
    return 1 <= day <= 31 and 1 <= month <= 12


def _fold(word: str) -> str:
    """Return a word in small letters without accents."""
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(part for part in parts if not unicodedata.combining(part))
