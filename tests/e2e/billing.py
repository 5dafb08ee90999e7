"""A reseller's work over HTTP, and Asaas' side of it in the sandbox."""

import itertools
from decimal import Decimal
from types import SimpleNamespace

import requests

from tests.host.billing_script import ASAAS_KEY
from tests.host.taxpayers import make_cpf

from .orders import wait_until

PRICE = Decimal("100.00")


class Asaas:
    """The control of Asaas in the sandbox, for the demo's account."""

    def __init__(self, url):
        self.url = f"{url}/_sandbox/asaas"

    def ledger(self):
        return self._call("GET", "ledger", params={"apiKey": ASAAS_KEY})

    def payments(self):
        """Return {external reference: [charges]}."""
        found = {}
        for payment in self.ledger()["payments"]:
            found.setdefault(payment["externalReference"], []).append(payment)
        return found

    def pay(self, reference, **values):
        return self._call("POST", f"payments/{reference}/pay", json=self._own(values))

    def pay_all(self, **values):
        return self._call("POST", "payments/pay-all", json=self._own(values))

    def refund(self, url, reference, value):
        """Give money back in Asaas' own screen, that is by its API."""
        response = requests.post(
            f"{url}/asaas/v3/payments/{reference}/refund",
            json={"value": value},
            headers={"access_token": ASAAS_KEY, "User-Agent": "tests"},
            timeout=10,
        )
        response.raise_for_status()

    def finish_refunds(self, reference, status="DONE"):
        """End the refunds that are under way, where the account's are slow."""
        return self._call(
            "POST", f"payments/{reference}/refunds", json=self._own({"status": status})
        )

    def charge_back(self, reference, step):
        return self._call(
            "POST", f"payments/{reference}/chargeback", json=self._own({"step": step})
        )

    def emit(self, **values):
        return self._call("POST", "events", json=self._own(values))

    def set_faults(self, *faults):
        self._call("POST", "faults", json=self._own({"seed": 1, "faults": list(faults)}))

    def clear_faults(self):
        self._call("DELETE", "faults", params={"apiKey": ASAAS_KEY})

    def move_clock(self, **step):
        self._call("POST", "clock", json=self._own(step))

    def reset(self):
        self._call("POST", "reset", params={"apiKey": ASAAS_KEY})

    def configure(self, **values):
        self._call("POST", "accounts", json=self._own(values))

    @staticmethod
    def _own(values):
        return {"apiKey": ASAAS_KEY, **values}

    def _call(self, method, path, **options):
        response = requests.request(method, f"{self.url}/{path}", timeout=60, **options)
        assert response.ok, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None


class Reseller:
    """An accountant at work with contracts and faturas, and an administrator for the crons."""

    def __init__(self, admin, session, asaas):
        self.admin, self.session, self.asaas = admin, session, asaas
        self._numbers = itertools.count(1)
        (self.plan,) = admin.search_read("reseller.billing.plan", [], ["price"], limit=1)
        (self.provider,) = admin.search_read(
            "payment.provider", [["code", "=", "asaas"], ["state", "=", "test"]], ["journal_id"]
        )

    def register_webhook(self, odoo_url):
        self.admin.call("ir.config_parameter", "set_param", "web.base.url", odoo_url)
        self.asaas.configure(webhookPauses=[0.2, 0.5])
        self.admin.call("payment.provider", "action_register_webhook", [self.provider["id"]])

    def make_contract(self, *, plan=True, active=True, **values):
        number = next(self._numbers)
        client = self.admin.call(
            "res.partner",
            "create",
            {
                "name": f"Cliente {number}",
                "vat": make_cpf(number),
                "email": f"cliente{number}@example.com",
                "zip": "01310-100",
                "customer_rank": 1,
            },
        )
        lines = [[0, 0, {"plan_id": self.plan["id"], "price": float(PRICE)}]] if plan else []
        contract = self.session.call(
            "reseller.billing.contract",
            "create",
            {"partner_id": client, "line_ids": lines, **values},
        )
        if active:
            self.session.call("reseller.billing.contract", "write", [contract], {"state": "active"})
        return SimpleNamespace(id=contract, client=client)

    def make_fatura(self, contract, amount=PRICE, *, month="07", due="2099-01-31", **values):
        return self.session.call(
            "account.move",
            "create",
            {
                "move_type": "out_invoice",
                "partner_id": contract.client,
                "billing_contract_id": contract.id,
                "billing_amount": float(amount),
                "reference_month": month,
                "reference_year": "2026",
                "invoice_date_due": due,
                **values,
            },
            context={"is_fatura": True},
        )

    def read(self, fatura, *fields):
        return self.session.read_one("account.move", fatura, list(fields))

    def state(self, fatura):
        return self.read(fatura, "charge_state")["charge_state"]

    def wait_for(self, fatura, *states):
        return wait_until(
            lambda: self.state(fatura) in states and self.state(fatura), f"{fatura} is {states}"
        )

    def reference(self, fatura):
        (charge,) = self.admin.search_read(
            "payment.transaction", [["fatura_id", "=", fatura]], ["provider_reference"]
        )
        return charge["provider_reference"]

    def run_cron(self, name):
        (data,) = self.admin.search_read(
            "ir.model.data",
            [["module", "=", "reseller_billing"], ["name", "=", f"ir_cron_{name}"]],
            ["res_id"],
        )
        return self.admin.call("ir.cron", "method_direct_trigger", [data["res_id"]])

    def balances(self):
        """Return what stands on the accounts of the provider, in BRL."""
        fields = [f"billing_{name}_account_id" for name in ("fee", "interest", "fine", "discount")]
        provider = self.admin.read_one("payment.provider", self.provider["id"], fields)
        accounts = {name.split("_")[1]: provider[name][0] for name in fields if provider[name]}
        (line,) = self.admin.search_read(
            "account.payment.method.line",
            [["payment_provider_id", "=", self.provider["id"]]],
            ["payment_account_id"],
        )
        accounts["outstanding"] = line["payment_account_id"][0]
        found = {}
        for name, account in accounts.items():
            groups = self.admin.call(
                "account.move.line",
                "formatted_read_group",
                [["account_id", "=", account], ["parent_state", "=", "posted"]],
                [],
                ["balance:sum"],
            )
            total = sum(group["balance:sum"] or 0 for group in groups)
            found[name] = Decimal(f"{total:.2f}")
        return found


def sum_statement(ledger):
    """Return {kind: amount in BRL} of Asaas' statement."""
    found = {}
    for entry in ledger["statement"]:
        amount = Decimal(f"{entry['amount']:.2f}")
        found[entry["kind"]] = found.get(entry["kind"], Decimal(0)) + amount
    return found
