"""A company that reserves credit, in reach of a test that decides what happens when."""

import json
from dataclasses import dataclass
from decimal import Decimal

from tests.host import demo

from .conftest import nfe_base64
from .days import today
from .driving import OPEN, Driven, money

# CNPJ to credit limit, BRL; the last one Supplier does not know.
CUSTOMERS = {"57647232000153": "1500.00", "95398560000152": "4000.00", "11222333000181": None}
# The orders that an NF-e exists for: the customer's CNPJ to the total and the file.
NFE = {
    "57647232000153": (Decimal("610.37"), "nfe-47605.xml"),
    "95398560000152": (Decimal("3251.92"), "nfe-47686.xml"),
}
TOLERANCE = Decimal("1.05")
TIMEOUT = 1
IN_FORCE = ("active", "partially_used")
LIVE = ("sending", "in_analysis", *IN_FORCE)
# Faults after which less may be reserved than Odoo knows.
LOWERING = ["preauthorization_change", "preauthorization_release"]
STATES = {
    "EM_ANALISE": "in_analysis",
    "VIGENTE": "active",
    "UTILIZADA_PARCIAL": "partially_used",
    "UTILIZADA": "used",
    "VENCIDA": "expired",
    "CANCELADA": "cancelled",
    "REPROVADA": "declined",
}
BOOKED_LIVE = ("EM_ANALISE", "VIGENTE", "UTILIZADA_PARCIAL")
ROUNDS_TO_SETTLE = 12


@dataclass(eq=False)
class Order:
    """What an order must be, by what people did to it."""

    id: int
    name: str
    total: Decimal
    customer: str
    on_supplier: bool = True
    state: str = "draft"
    # The total that a manager released, while the release stands.
    released: Decimal | None = None
    # The id of its invoice; from then on nobody changes the order.
    invoice: int | None = None

    def is_released_by_hand(self):
        return self.released is not None and self.total <= self.released


class Books:
    """Both sides at one moment."""

    def __init__(self, orders, reservations, lowering, transactions, booked):
        self.orders = {order["id"]: order for order in orders}
        self.reservations = reservations
        self._lowering = lowering
        self._approved = {t["invoice_id"][0] for t in transactions if t["state"] == "approved"}
        self.booked = {found["codigoPreAutorizacao"]: found for found in booked}
        self.today = today().isoformat()

    def of(self, order):
        return [r for r in self.reservations if r["order_id"] and r["order_id"][0] == order.id]

    def booked_live(self, order):
        return [
            found
            for found in self.booked.values()
            if found["numeroPedido"] == order.name and found["situacao"] in BOOKED_LIVE
        ]

    def get_needed(self, order):
        """Return the amount (BRL) to be invoiced: all, until Supplier approves the invoice."""
        return Decimal(0) if order.invoice in self._approved else order.total

    def is_covered(self, order):
        """Return whether Odoo knows enough reserved credit for the amount still to be invoiced."""
        return any(
            found["state"] in IN_FORCE
            and not found["cancel_requested"]
            and found["valid_until"] >= self.today
            and self._get_held(found) >= self.get_needed(order)
            for found in self.of(order)
        )

    def _get_held(self, found):
        """Return the least amount (BRL) held, whether or not unanswered messages arrived."""
        asked = [money(found["amount"])]
        for message in self._lowering:
            if message["res_id"] == found["id"]:
                request = json.loads(message["request"])
                asked.append(money(request.get("valorPreAutorizacao", 0)))
        return min(asked) - money(found["used_amount"])

    def is_blocked(self, order):
        return (
            order.on_supplier
            and self.get_needed(order) > 0
            and not order.is_released_by_hand()
            and not self.is_covered(order)
        )


class Company(Driven):
    """A salesman, a manager, an accountant and an administrator at work."""

    def __init__(self, running, databases, admin, users):
        super().__init__(running, databases, admin)
        self.salesman = users.salesman
        self.manager = users.manager
        self.accountant = users.accountant
        (agreement,) = admin.search_read("supplier.credit.agreement", [], ["webhook_url"])
        self.agreement = agreement["id"]
        self._webhook = agreement["webhook_url"].partition("/supplier_credit/")[2]
        admin.call(
            "supplier.credit.agreement",
            "write",
            [self.agreement],
            {"timeout": TIMEOUT, "webhook_secret": "secret", "renewal_time": 0},
        )
        self._fill(admin)

    def _fill(self, admin):
        (brazil,) = admin.search_read("res.country", [["code", "=", "BR"]], ["id"])
        unknown = {"name": "Unknown", "vat": "11222333000181", "country_id": brazil["id"]}
        admin.call("res.partner", "create", {**unknown, "is_company": True})
        self.partners = {
            partner["vat"]: partner["id"]
            for partner in admin.search_read(
                "res.partner", [["vat", "in", list(CUSTOMERS)]], ["vat"]
            )
        }
        (model,) = admin.search_read(
            "sale.order",
            [["supplier_release_state", "!=", False]],
            ["payment_term_id", "preferred_payment_method_line_id", "order_line"],
            limit=1,
        )
        self.term = model["payment_term_id"][0]
        self.bearer = model["preferred_payment_method_line_id"][0]
        line = admin.read_one("sale.order.line", model["order_line"][0], ["product_id"])
        self.product = line["product_id"][0]

    # -------------------------------------------------------------------------
    # THE STAGE
    # -------------------------------------------------------------------------

    def begin(self, *, validity, confirm, renew):
        """Start anew: empty books on both sides and no order.

        :param validity: days that reservations are valid beside today
        :param confirm: parameter 3.4
        :param renew: parameter 3.2
        """
        self.sandbox.reset()
        self.sandbox.send_webhooks(
            f"{self._url}/supplier_credit/{self._webhook}", "secret", validadeDias=validity
        )
        for vat, limit in CUSTOMERS.items():
            if limit:
                demo.set_customer(self.sandbox.process.port, vat, {"limiteTotal": limit})
        self.sql(
            "DELETE FROM supplier_credit_message",
            "DELETE FROM supplier_credit_release",
            "UPDATE sale_order SET supplier_preauthorization_id = NULL, state = 'cancel', "
            "supplier_release_state = NULL, supplier_confirm_on_release = FALSE",
            # The NF-e of an earlier sequence may be uploaded again.
            "UPDATE account_move SET state = 'cancel', supplier_nfe_key = NULL, "
            "name = 'old/' || id, sequence_prefix = 'old/', sequence_number = 0 "
            "WHERE supplier_order_id IS NOT NULL",
            "DELETE FROM supplier_credit_transaction_installment",
            "DELETE FROM supplier_credit_transaction",
            "DELETE FROM supplier_credit_preauthorization",
            "UPDATE supplier_credit_agreement SET queue_stopped = FALSE, paused_until = NULL, "
            "changes_sent_at = NULL",
        )
        self.admin.call(
            "supplier.credit.agreement",
            "write",
            [self.agreement],
            {"confirm_on_approval": confirm, "renewal_automatic": renew},
        )

    def run_follow_cron(self):
        """Run the cron of 2.3 as if its interval had passed."""
        self.sql("UPDATE supplier_credit_agreement SET changes_sent_at = NULL")
        self.run_cron("follow_orders")

    def pass_hours(self):
        """Bring the time of all repetitions, and the end of the pause that Supplier asked for."""
        self.sql(
            "UPDATE supplier_credit_message SET next_attempt = next_attempt - interval '1 day' "
            f"WHERE state IN {OPEN!r}",
            "UPDATE supplier_credit_agreement SET paused_until = NULL",
        )

    def pass_day(self):
        """End, on both sides, the validity of reservations that are valid through today.

        The date of a running Odoo cannot be changed. The sandbox can: its clock goes to tomorrow,
        what was valid through today expires and stays so, and the clock comes back. In Odoo the
        last day of the same reservations goes to yesterday: the same distance from today.
        """
        self.sandbox.move_clock(advanceDays=1)
        self.sandbox.ledger()
        self.sandbox.move_clock(reset=True)
        self.sql(
            "UPDATE supplier_credit_preauthorization SET valid_until = valid_until - 1 "
            "WHERE valid_until = (now() AT TIME ZONE 'America/Sao_Paulo')::date"
        )

    # -------------------------------------------------------------------------
    # WHAT PEOPLE DO
    # -------------------------------------------------------------------------

    def create_order(self, total, customer):
        line = {
            "product_id": self.product,
            "product_uom_qty": 1,
            "price_unit": float(total),
            "tax_ids": [[5, 0, 0]],
        }
        order_id = self.salesman.call(
            "sale.order",
            "create",
            {
                "partner_id": self.partners[customer],
                "payment_term_id": self.term,
                "preferred_payment_method_line_id": self.bearer,
                "order_line": [[0, 0, line]],
            },
        )
        name = self.salesman.read_one("sale.order", order_id, ["name"])["name"]
        return Order(order_id, name, total, customer)

    def write_order(self, order, **values):
        self.salesman.call("sale.order", "write", [order.id], values)

    def change_total(self, order, total):
        (line,) = self.salesman.read_one("sale.order", order.id, ["order_line"])["order_line"]
        self.write_order(order, order_line=[[1, line, {"price_unit": float(total)}]])
        order.total = total
        if not order.is_released_by_hand():
            order.released = None

    def try_order(self, method, *orders, session=None):
        ids = [order.id for order in orders]
        return self.try_to(session or self.salesman, "sale.order", method, ids)

    def release(self, order):
        values = {"order_ids": [[6, 0, [order.id]]], "reason": "Known for years."}
        model = "supplier.credit.release.wizard"
        wizard = self.manager.call(model, "create", {**values, "release_reservation": True})
        return self.try_to(self.manager, model, "action_release", [wizard])

    def create_invoice(self, order):
        """Invoice all of an order; return the refusal."""
        context = {"active_model": "sale.order", "active_ids": [order.id]}
        wizard = self.accountant.call(
            "sale.advance.payment.inv",
            "create",
            {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [order.id]]]},
            context=context,
        )
        told = self.try_to(self.accountant, "sale.advance.payment.inv", "create_invoices", [wizard])
        if not told:
            (found,) = self.accountant.search_read(
                "account.move", [["supplier_order_id", "=", order.id]], ["id"]
            )
            order.invoice = found["id"]
        return told

    def post_invoice(self, order):
        """Upload the customer's NF-e and post the invoice, which registers it at Supplier."""
        _total, name = NFE[order.customer]
        wizard = self.accountant.call(
            "supplier.credit.nfe.upload",
            "create",
            {"invoice_id": order.invoice, "nfe_file": nfe_base64(self._running, name)},
        )
        self.accountant.call("supplier.credit.nfe.upload", "action_upload", [wizard])
        self.accountant.call("account.move", "action_post", [order.invoice])

    def resume(self):
        """Have the administrator test the connection, which takes a stopped queue up again."""
        return self.try_to(
            self.admin, "supplier.credit.agreement", "action_test_connection", [self.agreement]
        )

    # -------------------------------------------------------------------------
    # RESULTS
    # -------------------------------------------------------------------------

    def look(self, orders):
        return Books(
            self.salesman.search_read(
                "sale.order",
                [["id", "in", [order.id for order in orders]]],
                [
                    "state",
                    "amount_total",
                    "is_supplier_blocked",
                    "supplier_release_state",
                    "is_supplier_credit",
                ],
            ),
            self.admin.search_read(
                "supplier.credit.preauthorization",
                [],
                [
                    "order_id",
                    "order_number",
                    "code",
                    "state",
                    "amount",
                    "used_amount",
                    "valid_until",
                    "cancel_requested",
                    "order_total",
                    "refused_total",
                    "requested_amount",
                    "customer_vat",
                    "error",
                ],
            ),
            self.admin.search_read(
                "supplier.credit.message",
                [["operation", "in", LOWERING], ["state", "in", [*OPEN, "failed"]]],
                ["res_id", "request"],
            ),
            self.transactions(),
            self.sandbox.ledger()["preAutorizacoes"],
        )

    def transactions(self):
        return self.admin.search_read(
            "supplier.credit.transaction",
            [],
            ["invoice_id", "state", "processing_state", "code", "total", "nfe_key", "error"],
        )

    def settle(self):
        """Remove all faults and let everything go its way, until nothing moves any more.

        People do what only they can: take a stopped queue up again, retry what failed, and cancel
        again what Supplier refused to cancel.
        """
        self.sandbox.clear_faults()
        before = None
        for _round in range(ROUNDS_TO_SETTLE):
            self.sandbox.decide()
            self.wait_for_events()
            self.resume()
            self.retry("failed")
            self._cancel_again()
            self.pass_hours()
            for cron in ("deliver_messages", "process_events", "deliver_messages"):
                self.run_cron(cron)
            self.run_cron("expire_preauthorizations")
            self.run_follow_cron()
            self.run_cron("deliver_messages")
            messages = self.messages()
            if messages == before and not [m for m in messages if m["state"] in OPEN]:
                return
            before = messages
        raise AssertionError(f"does not come to rest: {before[-5:]}")

    def _cancel_again(self):
        stuck = self.admin.call(
            "supplier.credit.preauthorization",
            "search",
            [["cancel_requested", "=", True], ["state", "in", LIVE], ["error", "!=", False]],
        )
        for reservation in stuck:
            self.admin.call("supplier.credit.preauthorization", "action_cancel", [reservation])
