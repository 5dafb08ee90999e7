"""The boleto's numbers: bar code and typeable line, as FEBRABAN defines them."""

from datetime import date

BANK = "461"
CURRENCY = "9"
# The due-date factor runs from 1000 to 9999 and then starts over.
FACTOR_BASE = date(2000, 7, 3)
FIRST_FACTOR, FACTORS = 1000, 9000


def bar_code(nosso_numero, amount, due):
    """The 44 digits for that amount (BRL) and due date."""
    factor = FIRST_FACTOR + (due - FACTOR_BASE).days % FACTORS
    free = f"{int(nosso_numero):025d}"
    start, rest = BANK + CURRENCY, f"{factor:04d}{int(amount * 100):010d}{free}"
    return start + _modulo_11(start + rest) + rest


def typeable_line(code):
    """The 47 digits that a payer types, derived from the bar code."""
    free = code[19:]
    fields = (code[:4] + free[:5], free[5:15], free[15:])
    checked = "".join(field + _modulo_10(field) for field in fields)
    return checked + code[4] + code[5:19]


def _modulo_10(digits):
    total = 0
    for position, digit in enumerate(reversed(digits)):
        product = int(digit) * (2 - position % 2)
        total += product // 10 + product % 10
    return str(-total % 10)


def _modulo_11(digits):
    total = sum(int(digit) * (2 + i % 8) for i, digit in enumerate(reversed(digits)))
    check = 11 - total % 11
    # 0, 10 and 11 would be ambiguous and become 1.
    return str(check) if 1 < check < 10 else "1"
