from odoo.fields import Command
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from .common_billing import BillingCommon


class RpcCase(HttpCase):
    """Calls over HTTP, as the web client makes them, and whoever plays it."""

    def call_as(self, user, model, method, *args, **kwargs):
        """Call a method as a user.

        :return: (result, None), or (None, the error with its name and message)
        """
        if not self.session or self.session.login != user.login:
            self.authenticate(user.login, user.login)
        self.env.flush_all()
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.sql_db"):
            answer = self.opener.post(
                f"{self.base_url()}/web/dataset/call_kw/{model}/{method}",
                json={"params": {"model": model, "method": method, "args": args, "kwargs": kwargs}},
            ).json()
        self.env.invalidate_all()
        return answer.get("result"), answer.get("error", {}).get("data")

    def assert_refused(self, user, model, method, *args, kind="AccessError", **kwargs):
        """Assert that a call is refused, by a message for people; return the message.

        :param kind: the host's exception, or several where another addon may be asked first
        """
        result, error = self.call_as(user, model, method, *args, **kwargs)
        self.assertTrue(error, f"{user.login}: {model}.{method}{args} returned {result}")
        kinds = [kind] if isinstance(kind, str) else kind
        names = [f"odoo.exceptions.{name}" for name in kinds]
        self.assertIn(error["name"], names, error["message"])
        return error["message"]

    def call(self, user, model, method, *args, **kwargs):
        """Return what a call that must succeed gives."""
        result, error = self.call_as(user, model, method, *args, **kwargs)
        self.assertFalse(error, error and error["message"])
        return result


class HostileCommon(BillingCommon, RpcCase):
    """A charged fatura, another company with one of its own, and users of all kinds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fatura = cls.make_registered()
        cls.charge = cls.fatura.charge_id
        cls.accounting_manager = cls._create_user("head", "account.group_account_manager")
        cls.auditor = cls._create_user("auditor", "account.group_account_readonly")
        cls.own_client = cls._create_client(
            "Cliente Próprio", vat="52998224725", company_id=cls.company.id, customer_rank=1
        )
        cls.portal_user = cls._create_user("visitor", "base.group_portal")
        cls.other_company = cls.setup_other_company(name="Outra Revenda")["company"]
        cls.foreign_manager = cls._create_user(
            "foreign_manager",
            "reseller_billing.reseller_billing_group_manager,account.group_account_invoice",
            cls.other_company,
        )
        cls._create_foreign_fatura()

    @classmethod
    def _create_foreign_fatura(cls):
        company = cls.other_company
        cls.foreign_provider = cls.main_provider.copy({"company_id": company.id}).sudo()
        cls.foreign_provider.write({"asaas_api_key": "$aact_hmlg_foreign", "state": "test"})
        cls.foreign_client = cls._create_client(
            "Cliente Alheio", vat="11222333000181", company_id=company.id, customer_rank=1
        )
        cls.foreign_contract = (
            cls.env["reseller.billing.contract"]
            .sudo()
            .create({"partner_id": cls.foreign_client.id, "company_id": company.id})
        )
        cls.foreign_fatura = (
            cls.env["account.move"]
            .sudo()
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": cls.foreign_client.id,
                    "invoice_line_ids": [
                        Command.create({"name": "x", "price_unit": 77.0, "tax_ids": False})
                    ],
                }
            )
        )
        cls.foreign_charge = (
            cls.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": cls.foreign_provider.id,
                    "payment_method_id": cls.charge.payment_method_id.id,
                    "reference": "foreign",
                    "provider_reference": "pay_foreign",
                    "amount": 77.0,
                    "currency_id": cls.charge.currency_id.id,
                    "partner_id": cls.foreign_client.id,
                    "fatura_id": cls.foreign_fatura.id,
                    "charge_state": "received",
                    "charge_kind": "pix",
                    "charge_paid": 77.0,
                    "pix_payload": "pix-foreign",
                }
            )
        )
        cls.foreign_fatura.write({"charge_id": cls.foreign_charge.id, "charge_state": "received"})
        cls.env.flush_all()
