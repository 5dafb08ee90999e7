import copy
import json
from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time
from odoo import SUPERUSER_ID
from odoo.fields import Date
from odoo.sql_db import BaseCursor
from odoo.tests import Form

from ..tools.charge_exchange import exchange_charge
from .common import REQUEST_SEAM, ResellerBillingCommon
from .fake_asaas import FakeAsaas

TODAY = "2026-07-01"


class BillingCommon(ResellerBillingCommon):
    """A provider that is ready to charge, a client with an active contract, and an accountant.

    Charges are sent when a test says so: `send()` runs what is due.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(f"{TODAY} 12:00:00"))
        # The clock of the database, by which attempts and leases are compared, is the same.
        cls.startClassPatcher(patch.object(BaseCursor, "now", lambda _cursor: datetime.now()))
        cls.bank_journal = cls.env["account.journal"].create(
            {"name": "Conta Principal", "code": "CPR", "type": "bank", "company_id": cls.company.id}
        )
        cls.accounts = {
            name: cls.env["account.account"].create(
                {
                    "code": f"RB{number}",
                    "name": name,
                    "account_type": kind,
                    "reconcile": kind == "asset_current",
                }
            )
            for number, (name, kind) in enumerate(
                [
                    ("outstanding", "asset_current"),
                    ("fee", "expense"),
                    ("interest", "income_other"),
                    ("fine", "income_other"),
                    ("discount", "expense"),
                ]
            )
        }
        cls.provider.write(
            {
                "journal_id": cls.bank_journal.id,
                "billing_fee_account_id": cls.accounts["fee"].id,
                "billing_interest_account_id": cls.accounts["interest"].id,
                "billing_fine_account_id": cls.accounts["fine"].id,
                "billing_discount_account_id": cls.accounts["discount"].id,
                "billing_fine": 2.0,
                "billing_interest": 1.0,
            }
        )
        line = cls.bank_journal.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == cls.provider
        )
        line.payment_account_id = cls.accounts["outstanding"]
        cls.accountant = cls._create_user("accountant", "account.group_account_invoice")
        cls.product = cls.env["product.product"].create(
            {"name": "Emissor NF-e", "type": "service", "taxes_id": False}
        )
        cls.plan = cls.env["reseller.billing.plan"].create(
            {
                "name": "Emissor NF-e",
                "product_id": cls.product.id,
                "price": 100.0,
                "company_id": cls.company.id,
            }
        )
        cls.client_partner = cls._create_client("Padaria Sol")
        cls.contract = cls._create_contract(cls.client_partner)
        # What the provider has before each test; each gets a copy of its own.
        cls.asaas = FakeAsaas()

    def setUp(self):
        super().setUp()
        self.asaas = copy.deepcopy(self.asaas)
        self.enterContext(patch(REQUEST_SEAM, side_effect=self.asaas))

    @classmethod
    def _create_client(cls, name, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "vat": "24971563792",
                "email": "sol@example.com",
                "zip": "01310-100",
                "is_company": True,
                **values,
            }
        )

    @classmethod
    def _create_contract(cls, client, *, plan=True, active=True, **values):
        contract = cls.env["reseller.billing.contract"].create(
            {
                "partner_id": client.id,
                "company_id": cls.company.id,
                "provider_id": cls.provider.id,
                "line_ids": [(0, 0, {"plan_id": cls.plan.id})] if plan else [],
                **values,
            }
        )
        if active:
            contract.action_activate()
        return contract

    @classmethod
    def make_fatura(cls, amount=100.0, user=None, **values):
        """Save a fatura on its form, as an accountant does."""
        context = {"is_fatura": True, "default_move_type": "out_invoice"}
        moves = cls.env["account.move"].with_user(user or cls.accountant).with_context(**context)
        with Form(moves, view="reseller_billing.fatura_view_form") as form:
            form.partner_id = values.pop("partner", cls.client_partner)
            form.reference_month = values.pop("month", "07")
            form.reference_year = "2026"
            form.invoice_date_due = values.pop("due", "2026-07-10")
            if values.pop("is_one_off_fatura", False):
                form.fatura_kind = "other"
            form.billing_amount = amount
            for name, value in values.items():
                form[name] = value
        return form.record.sudo()

    def send(self):
        """Send the provider all that is due, as the cron does."""
        self.run_cron("send_charges")

    def make_charged(self, amount=100.0, **values):
        """Return a fatura whose charge the provider has."""
        fatura = self.make_fatura(amount, **values)
        self.send()
        return fatura

    @classmethod
    def make_registered(cls, amount=100.0, **values):
        """Return a fatura whose charge the provider has, without the cron: for setUpClass."""
        fatura = cls.make_fatura(amount, **values)
        charge = fatura.charge_id.with_user(SUPERUSER_ID)
        with patch(REQUEST_SEAM, side_effect=cls.asaas):
            job = charge._claim()
            charge._apply_outcome(job, exchange_charge(job))
        cls.env.invalidate_all()
        return fatura

    def receive_event(self, fatura=None, name="PAYMENT_RECEIVED", reference=None, event="evt_1"):
        """Receive and process an event of the provider."""
        reference = reference or fatura.charge_id.provider_reference
        body = json.dumps({"id": event, "event": name, "payment": {"id": reference}})
        events = self.env["reseller.billing.event"]
        stored = events._receive(self.provider, [events._read_payload(body.encode())])
        self.process()
        return stored

    def process(self):
        self.run_cron("process_events")

    def run_cron(self, name):
        with self.enter_registry_test_mode():
            done = self.env.ref(f"reseller_billing.ir_cron_{name}").method_direct_trigger()
        self.assertIs(done, True, done)
        self.env.invalidate_all()

    def balance(self, name):
        """Return the balance of an account of the provider, in BRL."""
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.accounts[name].id), ("parent_state", "=", "posted")]
        )
        return round(sum(lines.mapped("balance")), 2)

    def day(self, text):
        return Date.from_string(text)
