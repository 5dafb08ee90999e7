"""Orders in the number and with the amounts that a test needs."""

import time


def make_order(session, amount):
    """Return a new quotation of the demo's first customer on Supplier's credit: id and name.

    The cents of the amount choose what the sandbox answers; see docs/sandbox.md.
    """
    model = (
        session.search_read(
            "sale.order",
            [["supplier_release_state", "!=", False]],
            ["partner_id", "payment_term_id", "preferred_payment_method_line_id"],
            limit=1,
            order="id",
        )
    )[0]
    (line,) = session.search_read(
        "sale.order.line", [["order_id", "=", model["id"]]], ["product_id"], limit=1
    )
    values = {
        name: model[name][0]
        for name in ("partner_id", "payment_term_id", "preferred_payment_method_line_id")
    }
    values["order_line"] = [
        [
            0,
            0,
            {
                "product_id": line["product_id"][0],
                "product_uom_qty": 1,
                "price_unit": float(amount),
                "tax_ids": [[5, 0, 0]],
            },
        ]
    ]
    order = session.call("sale.order", "create", values)
    return session.read_one("sale.order", order, ["name", "amount_total"])


def wait_until(condition, what, seconds=90, *, pause=0.2):
    """Return the condition's first true value; fail naming what did not happen.

    :param pause: seconds between two looks
    """
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(pause)
    return found
