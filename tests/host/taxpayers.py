"""Valid CPF numbers for tests that are issued to no person."""


def make_cpf(number):
    """Return a valid CPF, another for each number."""
    digits = f"{100_000_000 + number:09}"
    for _turn in range(2):
        weights = range(len(digits) + 1, 1, -1)
        rest = sum(int(d) * w for d, w in zip(digits, weights, strict=True)) * 10 % 11 % 10
        digits += str(rest)
    return digits
