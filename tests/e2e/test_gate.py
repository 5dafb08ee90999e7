"""Every way to confirm an order refuses a blocked one and accepts a released one.

Everything over real HTTP, as users without other rights. Seed 001, "Bloqueio de Pedidos". An online
payment needs a provider, and the host's own are not installed here; what one does to a blocked
order is in supplier_credit/tests/orders/test_gate.py.
"""

import pytest

from .doors import DOORS, Visitor, refusal
from .orders import make_order

RESERVATION_MISSING = "no credit is reserved for it. Use Send Pre-Authorization."


@pytest.fixture(scope="module")
def visitor(users, admin):
    (model,) = admin.search_read("ir.model", [["model", "=", "sale.order"]], ["id"])
    action = admin.call(
        "ir.actions.server",
        "create",
        {
            "name": "Confirm",
            "model_id": model["id"],
            "binding_model_id": model["id"],
            "state": "code",
            "code": "records.action_confirm()",
        },
    )
    return Visitor(users.salesman, "salesman-salesman", action)


@pytest.fixture
def order(users):
    return make_order(users.salesman, "100.50")


@pytest.fixture
def other(users):
    """An order of the same customer with another bearer."""
    order = make_order(users.salesman, "100.50")
    users.salesman.call(
        "sale.order", "write", [order["id"]], {"preferred_payment_method_line_id": False}
    )
    return order


def send(users, *orders):
    ids = [order["id"] for order in orders]
    users.salesman.call("sale.order", "action_send_supplier_preauthorization", ids)


def state_of(users, order):
    return users.salesman.read_one("sale.order", order["id"], ["state"])["state"]


@pytest.mark.parametrize("door", DOORS)
def test_blocked_order_is_refused_with_its_name_and_the_reason(users, visitor, order, door):
    told = DOORS[door](visitor, order["id"])
    assert f"Order {order['name']} " in told
    assert RESERVATION_MISSING in told
    assert state_of(users, order) == "draft"


@pytest.mark.parametrize("door", DOORS)
def test_released_order_is_confirmed(users, visitor, order, door):
    send(users, order)
    assert DOORS[door](visitor, order["id"]) == ""
    assert state_of(users, order) == "sale"


def test_selection_with_a_blocked_order_confirms_none_and_names_it(users, order, other):
    second = make_order(users.salesman, "200.50")
    ids = [other["id"], order["id"], second["id"]]
    told = refusal(users.salesman.call, "sale.order", "action_confirm", ids)
    for blocked in (order, second):
        assert f"Order {blocked['name']} " in told
    assert told.count(RESERVATION_MISSING) == 2
    assert f"{other['name']} " not in told
    assert {state_of(users, each) for each in (order, other, second)} == {"draft"}

    send(users, order, second)
    assert refusal(users.salesman.call, "sale.order", "action_confirm", ids) == ""
    assert {state_of(users, each) for each in (order, other, second)} == {"sale"}


@pytest.mark.parametrize("is_released", [False, True])
def test_signature_on_the_portal(users, visitor, order, is_released):
    """A blocked order keeps the signature, informs the customer, and its release confirms it."""
    users.salesman.call("sale.order", "write", [order["id"]], {"require_signature": True})
    if is_released:
        send(users, order)
    assert visitor.sign(order["id"]) == ""
    values = users.salesman.read_one("sale.order", order["id"], ["state", "signed_by"])
    assert values["signed_by"] == "Maria Silva"
    if not is_released:
        assert values["state"] == "draft"
        told = users.salesman.search_read(
            "mail.message",
            [["model", "=", "sale.order"], ["res_id", "=", order["id"]]],
            ["body"],
        )
        promise = f"Order {order['name']} is confirmed as soon as its credit is approved."
        assert [message for message in told if promise in message["body"]]
        send(users, order)
    assert state_of(users, order) == "sale"


def test_order_cannot_be_created_confirmed(users, visitor, order):
    before = users.salesman.call("sale.order", "search_count", [])
    (values,) = users.salesman.call("sale.order", "copy_data", [order["id"]])
    bearer = users.salesman.read_one(
        "sale.order", order["id"], ["preferred_payment_method_line_id"]
    )["preferred_payment_method_line_id"][0]
    values.update(state="sale", preferred_payment_method_line_id=bearer)
    told = refusal(users.salesman.call, "sale.order", "create", values)
    assert RESERVATION_MISSING in told
    assert users.salesman.call("sale.order", "search_count", []) == before


def test_copy_of_a_released_order_is_blocked(users, order):
    send(users, order)
    copies = users.salesman.call("sale.order", "copy", [order["id"]])
    copy = copies[0] if isinstance(copies, list) else copies
    values = users.salesman.read_one(
        "sale.order", copy, ["name", "supplier_release_state", "supplier_preauthorization_id"]
    )
    assert values["supplier_release_state"] == "blocked"
    assert not values["supplier_preauthorization_id"]
    told = refusal(users.salesman.call, "sale.order", "action_confirm", [copy])
    assert f"Order {values['name']} " in told


@pytest.mark.parametrize("through_the_order", [True, False])
def test_amount_raised_beyond_the_reservation_blocks_again(users, order, through_the_order):
    """Also when a program writes the line itself and not the order."""
    send(users, order)
    (line,) = users.salesman.search_read(
        "sale.order.line", [["order_id", "=", order["id"]]], ["price_unit"]
    )
    raised = {"price_unit": 150.50}
    if through_the_order:
        values = {"order_line": [[1, line["id"], raised]]}
        users.salesman.call("sale.order", "write", [order["id"]], values)
    else:
        users.salesman.call("sale.order.line", "write", [line["id"]], raised)
    told = refusal(users.salesman.call, "sale.order", "action_confirm", [order["id"]])
    assert f"Order {order['name']} " in told
    assert "150.50" in told
    assert state_of(users, order) == "draft"


def test_nobody_writes_what_releases_an_order(users, order):
    """The columns that lists show are the addon's, and what releases is not a salesman's."""
    marks = {"supplier_release_state": "released_reservation", "supplier_confirm_on_release": True}
    assert refusal(users.salesman.call, "sale.order", "write", [order["id"]], marks)
    told = refusal(users.salesman.call, "sale.order", "action_confirm", [order["id"]])
    assert RESERVATION_MISSING in told
    release = {
        "order_id": order["id"],
        "order_number": order["name"],
        "company_id": 1,
        "kind": "reservation",
        "user_id": 1,
        "reason": "x",
        "amount": 1000,
    }
    assert refusal(users.salesman.call, "supplier.credit.release", "create", release)
    reservation = {"order_id": order["id"], "state": "active", "amount": 1000}
    assert refusal(users.salesman.call, "supplier.credit.preauthorization", "create", reservation)
    wizard = {"order_ids": [[6, 0, [order["id"]]]], "reason": "x", "release_reservation": True}
    assert refusal(users.salesman.call, "supplier.credit.release.wizard", "create", wizard)
    assert state_of(users, order) == "draft"
