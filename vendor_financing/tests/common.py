import json
from contextlib import contextmanager

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user
from odoo.tools import mute_logger

# What the host answers to a call that a user may not make.
REFUSALS = (
    "odoo.exceptions.AccessError",
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
)


class RpcRefused(Exception):
    """The server refused a call; `name` is the exception's full name, the text its message."""

    def __init__(self, error):
        self.name = error["data"]["name"]
        super().__init__(error["data"]["message"])


class VendorFinancingCommon(AccountTestInvoicingCommon):
    """Two companies, each with a Vendor bearer on its bank journal, and users without
    administration rights: an invoicing user, a manager, a salesman, one of another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.journal = cls.company_data["default_journal_bank"]
        cls.company_data_2 = cls.setup_other_company()
        cls.company_2 = cls.company_data_2["company"]
        cls.vendor_method = cls.env.ref("vendor_financing.account_payment_method_vendor")
        cls.bearer = cls._create_bearer(cls.journal, "Vendor Banco A")
        cls.bearer_2 = cls._create_bearer(
            cls.company_data_2["default_journal_bank"], "Vendor Banco B"
        )
        cls.manual_line = cls.journal.inbound_payment_method_line_ids.filtered(
            lambda line: line.code == "manual"
        )[:1]
        cls.invoicing_user = cls._create_user("vendor_clerk", "account.group_account_invoice")
        cls.manager_user = cls._create_user(
            "vendor_manager",
            "vendor_financing.vendor_financing_group_manager,account.group_account_invoice",
        )
        cls.salesman = cls._create_user("vendor_salesman", "sales_team.group_sale_salesman")
        cls.foreign_user = cls._create_user(
            "vendor_foreign", "account.group_account_manager", cls.company_2
        )

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref("sales_team.group_sale_manager")

    @classmethod
    def _create_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _create_bearer(cls, journal, name):
        return cls.env["account.payment.method.line"].create(
            {
                "name": name,
                "payment_method_id": cls.vendor_method.id,
                "journal_id": journal.id,
            }
        )

    @classmethod
    def _create_vendor_invoice(cls, amount=1000.0, bearer=None, post=True, **values):
        return cls._create_invoice_one_line(
            price_unit=amount,
            product_id=cls.product_a,
            tax_ids=[],
            partner_id=cls.partner_a,
            preferred_payment_method_line_id=bearer or cls.bearer,
            post=post,
            **values,
        )

    @classmethod
    def _create_order(cls, bearer):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.partner_a.id,
                "preferred_payment_method_line_id": bearer.id,
                "order_line": [
                    Command.create({"product_id": cls.product_a.id, "product_uom_qty": 1.0})
                ],
            }
        )

    @classmethod
    def _approve(cls, order):
        """Create and approve the order's request as the users do."""
        request = cls.env["vendor.financing.request"].create({"order_id": order.id})
        request.action_request()
        request.with_user(cls.manager_user).action_approve()
        return request


class RpcCommon(VendorFinancingCommon, HttpCase):
    """Calls over HTTP, as web client and integrators make them."""

    @contextmanager
    def enter_registry_test_mode(self):
        """Flush for other cursors and read afresh; HttpCase is in test mode all the time."""
        self.env.flush_all()
        yield
        self.env.invalidate_all()

    def call(self, user, model, method, *args, **kwargs):
        """Call a public method as a user; return its result.

        :raise RpcRefused: with what the client gets
        """
        self.authenticate(user.login, user.login)
        self.env.flush_all()
        parameters = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        with mute_logger("odoo.http", "odoo.sql_db"):
            response = self.url_open(
                f"/web/dataset/call_kw/{model}/{method}",
                data=json.dumps({"jsonrpc": "2.0", "id": 1, "params": parameters}),
                headers={"Content-Type": "application/json"},
                timeout=60,
            )
        self.env.invalidate_all()
        answer = response.json()
        if "error" in answer:
            raise RpcRefused(answer["error"])
        return answer.get("result")

    def assert_refused(self, user, model, method, *args, **kwargs):
        """Assert that the user may not make the call; return the message."""
        with self.assertRaises(RpcRefused) as caught:
            self.call(user, model, method, *args, **kwargs)
        self.assertIn(caught.exception.name, REFUSALS, caught.exception)
        return str(caught.exception)
