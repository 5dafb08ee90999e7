"""A company that sells on Supplier's credit, takes sales back, and is paid by Supplier.

Each sequence gets its own agreement, accounts, customers and sandbox client, so that its books
start empty.

The date of a running Odoo cannot be changed. Only the sandbox's clock moves: later transfers are
entries with future dates for Odoo, dated as the statement says.
"""

import base64
import itertools
import re

from stdnum.br import cnpj

from .days import today
from .driving import OPEN, Driven
from .nfe_files import SAMPLE, nfe_maker
from .sandbox import Sandbox
from .trade import Customer, Sale

ROUNDS_TO_DELIVER = 20
CUSTOMERS = 2
LIMIT = "100000.00"
# Shares and days of the payment terms, by number of instalments.
TERMS = {
    1: ((100, 10),),
    2: ((50, 7), (50, 28)),
    3: ((33.33, 5), (33.33, 20), (33.34, 40)),
}
# Name and type of the accounts that each agreement has for itself.
ACCOUNTS = {
    "receivable": "asset_receivable",
    "fees": "expense",
    "bonus": "expense",
    "differences": "expense",
    "bank": "asset_current",
}


class Seller(Driven):
    """An accountant, a manager and an administrator at work."""

    def __init__(self, running, databases, admin, users):
        super().__init__(running, databases, admin)
        self.accountant = users.accountant
        self.manager = users.manager
        self._sequences = itertools.count(1)
        self._number = 100_000
        (self._model,) = admin.search_read(
            "supplier.credit.agreement", [], ["base_url", "partner_id", "journal_id"]
        )
        self.agreement = self._model["id"]
        (line,) = admin.search_read(
            "account.payment.method.line",
            [["supplier_agreement_id", "=", self.agreement]],
            ["journal_id", "payment_method_id"],
        )
        self._bank_journal = line["journal_id"][0]
        self._charge_type = line["payment_method_id"][0]
        (product,) = admin.search_read("product.product", [["name", "ilike", "a"]], [], limit=1)
        self._product = product["id"]
        (brazil,) = admin.search_read("res.country", [["code", "=", "BR"]], [])
        self._brazil = brazil["id"]
        self.terms = {
            count: admin.call(
                "account.payment.term",
                "create",
                {
                    "name": f"{count} x",
                    "line_ids": [
                        [0, 0, {"value": "percent", "value_amount": share, "nb_days": days}]
                        for share, days in shares
                    ],
                },
            )
            for count, shares in TERMS.items()
        }

    # -------------------------------------------------------------------------
    # THE STAGE
    # -------------------------------------------------------------------------

    def begin(self, *, fee_recognition, **conditions):
        """Sign another contract with Supplier: new agreement, accounts, bearer and customers.

        :param fee_recognition: parameter 7.5
        :param conditions: of the client; see docs/sandbox.md
        """
        self._place = next(self._sequences)
        client = (f"after-sales-{self._place}", "secret")
        self.sandbox = Sandbox(self.sandbox.process, client)
        # Without events: they would be about customers that Odoo never asked credit for.
        self.sandbox.register()
        self.customers = [self._make_customer(place) for place in range(CUSTOMERS)]
        self.accounts = {
            name: self._make_account(place, name, account_type)
            for place, (name, account_type) in enumerate(ACCOUNTS.items())
        }
        agreements = "supplier.credit.agreement"
        self.admin.call(agreements, "write", [self.agreement], {"enabled": False})
        self.agreement = self.admin.call(
            agreements,
            "create",
            {
                "name": f"Supplier {self._place}",
                "partner_id": self._model["partner_id"][0],
                "journal_id": self._model["journal_id"][0],
                "base_url": self._model["base_url"],
                "client_id": client[0],
                "client_secret": client[1],
                "card_name": "Alimentos mais Crédito",
                "webhook_secret": "secret",
                "timeout": 1,
                "receivable_account_id": self.accounts["receivable"],
                "fee_account_id": self.accounts["fees"],
                "bonus_expense_account_id": self.accounts["bonus"],
                "difference_account_id": self.accounts["differences"],
                "settlement_journal_id": self._bank_journal,
                "settlement_account_id": self.accounts["bank"],
                "fee_recognition": fee_recognition,
                "enabled": True,
            },
        )
        self.admin.call(agreements, "action_make_post_sale_accounts", [self.agreement])
        made = self.admin.read_one(
            agreements,
            self.agreement,
            ["webhook_url", "return_account_id", "post_sale_clearing_account_id"],
        )
        self.accounts["temporary"] = made["return_account_id"][0]
        self.accounts["clearing"] = made["post_sale_clearing_account_id"][0]
        path = made["webhook_url"].partition("/supplier_credit/")[2]
        self.sandbox.send_webhooks(f"{self._url}/supplier_credit/{path}", "secret", **conditions)
        self._bearer = self.admin.call(
            "account.payment.method.line",
            "create",
            {
                "name": f"Supplier {self._place}",
                "journal_id": self._bank_journal,
                "payment_method_id": self._charge_type,
                "supplier_agreement_id": self.agreement,
            },
        )

    def _make_account(self, place, name, account_type):
        values = {
            "name": f"{name} {self._place}",
            "code": f"9.{self._place:04}.{place}",
            "account_type": account_type,
            "reconcile": account_type.startswith("asset_"),
        }
        return self.admin.call("account.account", "create", values)

    def _make_customer(self, place):
        base = f"{self._place:04}{place:04}0001"
        vat = base + cnpj.calc_check_digits(base)
        values = {"name": vat, "is_company": True, "vat": vat, "country_id": self._brazil}
        customer = Customer(vat, self.admin.call("res.partner", "create", values))
        account = "property_account_receivable_id"
        found = self.admin.read_one("res.partner", customer.partner, [account])
        self.customer_account = found[account][0]
        self.sandbox.set_customer(vat, limiteTotal=LIMIT)
        return customer

    # -------------------------------------------------------------------------
    # WHAT PEOPLE DO
    # -------------------------------------------------------------------------

    def sell(self, customer, total, instalments):
        """Invoice a sale without an order, upload its NF-e and post it, which registers it."""
        invoice = self._create_invoice(customer, total, self.terms[instalments], self._bearer)
        content = nfe_maker.make_nfe(SAMPLE, **self._describe_nfe(customer, total))
        self.upload(invoice, content)
        self.accountant.call("account.move", "action_post", [invoice])
        return Sale(invoice, customer, total, _get_key(content))

    def sell_directly(self, customer, total):
        """Invoice a sale that Supplier has nothing to do with, paid by credits of the customer.

        :return: how many credits the host offered and took
        """
        invoice = self._create_invoice(customer, total, self.terms[1], False)
        number = {"l10n_latam_document_number": str(self._take_number())}
        self.accountant.call("account.move", "write", [invoice], number)
        self.accountant.call("account.move", "action_post", [invoice])
        customer.owes += total
        offered = "invoice_outstanding_credits_debits_widget"
        widget = self.accountant.read_one("account.move", invoice, [offered])[offered]
        taken = [row["id"] for row in widget["content"]] if widget else []
        for line in taken:
            move = self.accountant.read_one("account.move", invoice, ["amount_residual"])
            if move["amount_residual"]:
                self.accountant.call("account.move", "js_assign_outstanding_line", [invoice], line)
        return len(taken)

    def _create_invoice(self, customer, total, term, bearer):
        line = {
            "product_id": self._product,
            "quantity": 1,
            "price_unit": float(total),
            "tax_ids": [[5, 0, 0]],
        }
        values = {
            "move_type": "out_invoice",
            "partner_id": customer.partner,
            "invoice_payment_term_id": term,
            "preferred_payment_method_line_id": bearer,
            "invoice_line_ids": [[0, 0, line]],
        }
        return self.accountant.call("account.move", "create", values)

    def _describe_nfe(self, customer, total, number=None):
        return {
            "number": number or self._take_number(),
            "recipient": customer.vat,
            "total": f"{total:.2f}",
            "issued": today(),
        }

    def _take_number(self):
        self._number += 1
        return self._number

    def upload(self, move, content):
        """Upload one file on an invoice or a credit note."""
        model = "supplier.credit.nfe.upload"
        values = {"invoice_id": move, "nfe_file": base64.b64encode(content).decode()}
        wizard = self.accountant.call(model, "create", values)
        answer = self.accountant.call(model, "action_upload", [wizard])
        if answer.get("res_model") == model:
            # Asked what is to follow at Supplier.
            self.accountant.call(model, "action_upload_and_cancel", [wizard])

    # -------------------------------------------------------------------------
    # MESSAGES
    # -------------------------------------------------------------------------

    def deliver(self):
        """Let all messages and events arrive; people retry what failed."""
        self.sandbox.clear_faults()
        mine = ["agreement_id", "=", self.agreement]
        for _round in range(ROUNDS_TO_DELIVER):
            self.wait_for_events()
            moving = self.messages(mine, ["state", "in", [*OPEN, "failed"]])
            if not moving:
                return
            if any(message["direction"] == "incoming" for message in moving):
                self.run_cron("process_events")
            self.retry("waiting", "unknown", "failed")
            self.run_cron("deliver_messages")
        raise AssertionError(f"does not come to rest: {moving}")


def _get_key(content):
    return re.search(rb"<chNFe>([^<]{44})<", content)[1].decode()
