"""What happens to the money of a charge: paid, received, taken in cash, given back."""

import json
from datetime import timedelta
from decimal import Decimal

from . import customers, payments, statement
from .books import day, iso, rounded
from .errors import not_allowed, refusal
from .fields import Fields

METHODS = ("BOLETO", "PIX", "CREDIT_CARD")
# Days until a card payment is paid out (docs: D+32).
CARD_DAYS = 32
PAYABLE = ("PENDING", "OVERDUE", "CONFIRMED", "RECEIVED_IN_CASH")
DAYS_A_MONTH = 30
# Money that nobody asked for comes from somebody.
DEPOSITOR = "52998224725"


def amount_due(row, on):
    """What a payer owes on that day, BRL: (amount, fine and interest in it).

    Until `dueDateLimitDays` before the due date the discount counts. After the due date the fine
    counts once and simple interest by the day, a month having 30; their sum is rounded half up.
    """
    nominal, due = row["nominal"], day(row["due_date"])
    if on <= due:
        discount = json.loads(row["discount"] or "null")
        if discount and on <= due - timedelta(days=discount["dueDateLimitDays"]):
            return nominal - rounded(_share(discount, nominal)), None
        return nominal, None
    extra = Decimal(0)
    if row["fine"]:
        extra += _share(json.loads(row["fine"]), nominal)
    if row["interest"]:
        monthly = _share(json.loads(row["interest"]), nominal)
        extra += monthly * (on - due).days / DAYS_A_MONTH
    extra = rounded(extra)
    return nominal + extra, extra or None


def _share(condition, nominal):
    value = Decimal(condition["value"])
    return nominal * value / 100 if condition["type"] == "PERCENTAGE" else value


def pay(books, code, *, method=None, value=None, on=None, confirmed=False):
    """Pay a charge: by default the amount due on the given day, by default today.

    A removed charge can be paid too, for its slip may be in the payer's hand: it stays removed. A
    confirmed one is received by a second call. Returns the charge's row.
    """
    row = payments.get(books, code)
    if row["status"] not in PAYABLE:
        raise not_allowed(f"A cobrança está em {row['status']} e não pode ser paga.")
    if row["status"] == "CONFIRMED":
        return receive(books, row, on or books.today)
    on = on or books.today
    if on > books.today:
        raise refusal("invalid_date", "A data do pagamento não pode ser futura.")
    method = method or (row["billing_type"] if row["billing_type"] != "UNDEFINED" else "BOLETO")
    due, extra = amount_due(row, on)
    if value is not None:
        late = on > day(row["due_date"]) and value > row["nominal"]
        due, extra = value, value - row["nominal"] if late else None
    row = payments.update(
        books,
        code,
        method=method,
        fee=books.fee(method),
        value=due,
        original_value=row["nominal"] if due != row["nominal"] else None,
        interest_value=extra,
        client_payment_date=on.isoformat(),
        confirmed_date=on.isoformat(),
        payment_date=None,
        credit_date=iso(_credit_day(method, on)),
        status="CONFIRMED",
    )
    if confirmed or method == "CREDIT_CARD":
        payments.tell(books, "PAYMENT_CONFIRMED", row)
        return row
    return receive(books, row, on)


def take_back(books, code):
    """A confirmed payment that did not happen after all, such as a card refused by risk analysis.

    The charge waits again. Returns its row.
    """
    row = payments.get(books, code)
    if row["status"] != "CONFIRMED":
        raise not_allowed(f"A cobrança está em {row['status']}.")
    late = row["due_date"] < books.today.isoformat()
    return payments.update(
        books,
        code,
        "PAYMENT_REPROVED_BY_RISK_ANALYSIS",
        status="OVERDUE" if late else "PENDING",
        method=None,
        fee=None,
        value=row["nominal"],
        original_value=None,
        interest_value=None,
        payment_date=None,
        client_payment_date=None,
        confirmed_date=None,
        credit_date=None,
    )


def deposit(books, base_url, kind, value):
    """Money that enters the account unasked. Asaas makes customer and payment of it by itself."""
    payer = customers.create(
        books, {"name": "Depositante", "cpfCnpj": DEPOSITOR, "notificationDisabled": True}
    )
    row = payments.insert(
        books,
        base_url,
        customer=payer["id"],
        billing_type=kind,
        nominal=value,
        value=value,
        due_date=books.today.isoformat(),
    )
    payments.tell(books, "PAYMENT_CREATED", row)
    return pay(books, row["id"], method=kind)


def _credit_day(method, on):
    match method:
        case "BOLETO":
            return next_working_day(on)
        case "CREDIT_CARD":
            return on + timedelta(days=CARD_DAYS)
    return on


def next_working_day(on):
    """The next day that is no Saturday or Sunday; bank holidays are not known here."""
    on += timedelta(days=1)
    while on.weekday() > 4:
        on += timedelta(days=1)
    return on


def receive(books, row, on):
    """The money of a confirmed charge reaches the balance."""
    row = payments.update(
        books,
        row["id"],
        status="RECEIVED",
        payment_date=on.isoformat(),
        credited=True,
    )
    fee = row["value"] - payments.net_value(books, row)
    statement.post(books, row, "PAYMENT_RECEIVED", row["value"], row["credit_date"])
    if fee:
        statement.post(books, row, "PAYMENT_FEE", -fee, row["credit_date"])
    if row["refunded"]:
        statement.post(books, row, "REFUND", -row["refunded"], row["credit_date"])
    payments.tell(books, "PAYMENT_RECEIVED", row)
    return row


def receive_in_cash(books, data, code):
    """The payee says that he was paid elsewhere; no balance moves."""
    row = payments.get(books, code)
    if row["deleted"] or row["status"] not in payments.OPEN:
        raise not_allowed("A cobrança não pode ser recebida em dinheiro nesta situação.")
    fields = Fields(data)
    value = fields.amount("value")
    on = fields.day("paymentDate", "invalid_paymentDate")
    fields.flag("notifyCustomer")
    if on > books.today:
        raise refusal("invalid_paymentDate", "A data de pagamento não pode ser futura.")
    row = payments.update(
        books,
        code,
        "PAYMENT_RECEIVED",
        status="RECEIVED_IN_CASH",
        value=value,
        original_value=row["nominal"] if value != row["nominal"] else None,
        payment_date=on.isoformat(),
        client_payment_date=on.isoformat(),
        confirmed_date=on.isoformat(),
    )
    return payments.as_json(books, row)


def undo_received_in_cash(books, data, code):
    """Open the charge again."""
    row = payments.get(books, code)
    if row["status"] != "RECEIVED_IN_CASH":
        raise not_allowed("A cobrança não foi recebida em dinheiro.")
    late = row["due_date"] < books.today.isoformat()
    row = payments.update(
        books,
        code,
        "PAYMENT_RECEIVED_IN_CASH_UNDONE",
        status="OVERDUE" if late else "PENDING",
        value=row["nominal"],
        original_value=None,
        payment_date=None,
        client_payment_date=None,
        confirmed_date=None,
    )
    return payments.as_json(books, row)


def let_time_pass(books):
    """What the account's clock has brought: charges overdue, confirmed ones received."""
    today = books.today.isoformat()
    rows = books.db.execute(
        "SELECT id FROM asaas_payments WHERE client_id = ? AND status = 'PENDING' "
        "AND due_date < ? AND NOT deleted ORDER BY seq",
        (books.id, today),
    ).fetchall()
    for row in rows:
        payments.update(books, row["id"], "PAYMENT_OVERDUE", status="OVERDUE")
    rows = books.db.execute(
        "SELECT * FROM asaas_payments WHERE client_id = ? AND status = 'CONFIRMED' "
        "AND credit_date <= ? ORDER BY seq",
        (books.id, today),
    ).fetchall()
    for row in rows:
        # With this setting a Pix stays confirmed until a second call receives it.
        if row["method"] != "PIX":
            receive(books, row, day(row["credit_date"]))
