import json
import re
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import nfelib
import requests
from freezegun import freeze_time
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.fields import Command
from odoo.modules import module
from odoo.sql_db import BaseCursor
from odoo.tests import HttpCase, new_test_user
from odoo.tools import mute_logger

from .nfe import nfe_maker

SAMPLES = Path(nfelib.__file__).parent / "nfe" / "samples" / "v4_0" / "leiauteNFe"
# An authorised NF-e of 610.37 BRL, and one of the same issuer with duplicatas.
NFE_FILE = "35180834128745000152550010000476051695511860-nfe.xml"
NFE_WITH_DUPLICATAS = "35180834128745000152550010000476861118934859-nfe.xml"
ISSUER = "34.128.745/0001-52"
RECIPIENT = "57.647.232/0001-53"
# What the host answers to a call that a user may not make.
REFUSALS = (
    "odoo.exceptions.AccessError",
    "odoo.exceptions.UserError",
    "odoo.exceptions.RedirectWarning",
    "odoo.exceptions.ValidationError",
)


# Supplier's names of records, each given once.
CODES = {
    "/pre-autorizacoes": "codigoPreAutorizacao",
    "/transacoes": "codigoTransacao",
    "/pos-vendas": "codigoSolicitacao",
}
# By these Supplier is asked what it has of a request before the request is sent.
REFERENCES = ("numeroPedido", "chaveNFe", "codigoTransacao")


class FakeSupplier:
    """Answers instead of the network; the requests are in `requests`.

    Only HTTP is replaced. Real HTTP against the sandbox is in tests/e2e.
    """

    def __init__(self):
        self.requests = []
        self.lookups = []
        self.answers = []
        self.has = {}
        self.given = {}

    def on(self, method, path, answer, status=200, headers=None):
        """Set the answer to a call; it goes before earlier ones.

        :param answer: the body, an exception to raise, or a function of the request's options that
            returns one of these
        """
        self.answers.insert(0, (method, re.compile(path), answer, status, headers or {}))

    def hold(self, reference, *records):
        """Set what Supplier has of an order's number, a NF-e's key or a transaction's code."""
        self.has[reference] = list(records)

    def calls(self, method, path):
        return [
            request
            for request in self.requests
            if request["method"] == method and re.search(path, request["url"])
        ]

    def _request(self, _session, method, url, **options):
        for name in REFERENCES:
            if name in (options.get("params") or {}):
                self.lookups.append({"method": method, "url": url, **options})
                return self._respond({"itens": self.has.get(options["params"][name], [])})
        self.requests.append({"method": method, "url": url, **options})
        for known, path, answer, status, headers in self.answers:
            if known == method and path.search(url):
                if callable(answer):
                    answer = answer(options)
                if isinstance(answer, Exception):
                    raise answer
                if method == "POST" and status < 300 and url.endswith(tuple(CODES)):
                    answer = self._with_own_code(answer, options)
                return self._respond(answer, status, headers)
        raise AssertionError(f"unexpected call: {method} {url}")

    def _with_own_code(self, answer, options):
        """Return an answer whose code no other request was given, as at Supplier."""
        names = [name for name in CODES.values() if isinstance(answer, dict) and answer.get(name)]
        key = options["headers"].get("Idempotency-Key") if names else None
        for name in names:
            first = code = answer[name]
            number = 1
            while self.given.setdefault((name, code), key) != key:
                number += 1
                code = f"{first}-{number}"
            answer = {**answer, name: code}
        return answer

    def _respond(self, answer, status=200, headers=()):
        response = requests.Response()
        response.status_code = status
        response.headers.update(headers)
        text = answer if isinstance(answer, str) else json.dumps(answer)
        response._content = text.encode()
        return response

    @contextmanager
    def listening(self):
        with patch.object(requests.Session, "request", autospec=True, side_effect=self._request):
            yield self


class AnyTest:
    """A test that may open cursors, also before the first test of a class."""

    test_cursor_lock_timeout = 20

    def assertCanOpenTestCursor(self):
        pass


class RpcRefused(Exception):
    """The server refused a call; `name` is the exception's full name, the text its message."""

    def __init__(self, error):
        self.name = error["data"]["name"]
        super().__init__(error["data"]["message"])


class SupplierCreditCommon(AccountTestInvoicingCommon):
    """A Brazilian company with an agreement, a bearer, a customer and an order of 610.37 BRL.

    Both clocks, Python's and the database's, are fixed, because answers and calendars have fixed
    dates.
    """

    # Of the database's own company, if the tests are to take it.
    chart = "br"

    @classmethod
    @AccountTestInvoicingCommon.setup_country("br")
    def setUpClass(cls):
        cls._freeze_clocks("2026-11-22 12:00:00")
        super().setUpClass()
        # The tests read messages in English, whatever language the database was made with.
        cls.env.user.lang = "en_US"
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.company = cls.company_data["company"].with_env(cls.env)
        cls.company.vat = ISSUER
        cls.supplier_partner = cls.env["res.partner"].create({"name": "Supplier S.A."})
        cls.agreement = cls._create_agreement(cls.company_data)
        cls.bearer = cls._create_bearer(cls.company_data, cls.agreement)
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Supermercados Ltda",
                "is_company": True,
                "country_id": cls.env.ref("base.br").id,
                "vat": RECIPIENT,
            }
        )
        cls.payment_term = cls.env["account.payment.term"].create(
            {
                "name": "30/60/90",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in ((33.33, 30), (33.33, 60), (33.34, 90))
                ],
            }
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Granola 800 g", "list_price": 610.37, "invoice_policy": "order"}
        )
        cls.product.taxes_id = False
        cls.salesman = cls._create_user("salesman", "sales_team.group_sale_salesman_all_leads")
        cls.accountant = cls._create_user(
            "accountant",
            "account.group_account_invoice,sales_team.group_sale_salesman_all_leads",
        )
        cls.supplier = FakeSupplier()
        cls.supplier.on(
            "POST",
            "/oauth/token",
            {"access_token": "t", "token_type": "Bearer", "expires_in": 3600},
        )

    @classmethod
    def setup_independent_company(cls, **kwargs):
        """Return a Brazilian company without documents: the database's own if it is one.

        Loading a chart of accounts takes longer than most of the tests of a class.
        """
        main = cls.env.ref("base.main_company", raise_if_not_found=False)
        used = main and cls.env["account.move"].search_count(
            [("company_id", "=", main.id)], limit=1
        )
        if main and main.chart_template == cls.chart and not used and not kwargs:
            return main
        return super().setup_independent_company(**kwargs)

    def setUp(self):
        super().setUp()
        self.supplier.requests.clear()
        self.supplier.lookups.clear()
        self.supplier.has.clear()
        given = dict(self.supplier.given)
        self.addCleanup(setattr, self.supplier, "given", given)
        kept = list(self.supplier.answers)
        self.addCleanup(self.supplier.answers.__setitem__, slice(None), kept)

    @classmethod
    def _freeze_clocks(cls, moment):
        """Stop Python's clock, and the one that records are stamped with, at a moment in UTC.

        Both are one clock for users, too: a record made today must not look made later.
        """
        cls.startClassPatcher(freeze_time(moment))
        cls.startClassPatcher(patch.object(BaseCursor, "now", lambda _cursor: datetime.now()))

    @classmethod
    def _create_user(cls, name, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            f"supplier_{name}",
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            lang="en_US",
        )

    @classmethod
    def _create_agreement(cls, company_data, **values):
        company = company_data["company"]
        account = company_data["default_account_receivable"].copy(
            {"name": "Supplier a receber", "code": f"1010199{company.id}"}
        )
        return cls.env["supplier.credit.agreement"].create(
            {
                "name": "Supplier 2026",
                "company_id": company.id,
                "partner_id": cls.supplier_partner.id,
                "base_url": "https://supplier.example.com/api/v1",
                "client_id": "client",
                "client_secret": "very-secret",
                "card_name": "XPTO mais Crédito",
                "journal_id": company_data["default_journal_misc"].id,
                "receivable_account_id": account.id,
                "fee_account_id": company_data["default_account_expense"].id,
                "enabled": True,
                **values,
            }
        )

    @classmethod
    def _create_bearer(cls, company_data, agreement):
        method = cls.env.ref("supplier_credit.account_payment_method_supplier")
        return cls.env["account.payment.method.line"].create(
            {
                "name": "Supplier",
                "payment_method_id": method.id,
                "journal_id": company_data["default_journal_bank"].id,
                "supplier_agreement_id": agreement.id,
            }
        )

    @classmethod
    def archive_fee_account(cls):
        """Make a problem in the ledger: nothing can be booked on the agreement's fee account."""
        # While the agreement is active the account could not be archived.
        cls.agreement.enabled = False
        cls.agreement.fee_account_id.active = False
        cls.agreement.enabled = True

    @classmethod
    def create_order(cls, *, user=None, amount=610.37, bearer=None, **values):
        order = (
            cls.env["sale.order"]
            .with_user(user or cls.salesman)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "company_id": cls.company.id,
                    "payment_term_id": cls.payment_term.id,
                    "preferred_payment_method_line_id": (bearer or cls.bearer).id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": cls.product.id,
                                "product_uom_qty": 1,
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                    **values,
                }
            )
        )
        return order

    @classmethod
    def reservation_answer(cls, amount="610.37", state="VIGENTE", code="PA-1", **values):
        return {
            "codigoPreAutorizacao": code,
            "numeroPedido": "S00000",
            "cnpjCpf": "57647232000153",
            "situacao": state,
            "valorPreAutorizado": amount,
            "dataVigencia": "2026-12-31",
            "motivo": None,
            **values,
        }

    @classmethod
    def transaction_answer(cls, state="APROVADA", **values):
        calendar = [
            {
                "numeroParcela": number,
                "dataVencimento": due,
                "valorParcela": amount,
                "dataRepasse": transfer_date,
                "valorRepasse": transfer,
                "valorTaxa": fee,
            }
            for number, due, amount, transfer_date, transfer, fee in (
                (1, "2026-12-22", "203.43", "2026-12-23", "198.34", "5.09"),
                (2, "2027-01-21", "203.44", "2027-01-22", "198.35", "5.09"),
                (3, "2027-02-20", "203.50", "2027-02-22", "198.41", "5.09"),
            )
        ]
        return {
            "codigoTransacao": "TR-1",
            "situacao": state,
            "motivo": None,
            "calendario": calendar if state == "APROVADA" else [],
            **values,
        }

    @classmethod
    @contextmanager
    def registry_test_mode(cls):
        """As the host's `enter_registry_test_mode`, also for `setUpClass`."""
        cls.env.flush_all()
        if cls._registry_patched:
            yield
            cls.env.invalidate_all()
            return
        cls.registry_patches = cls._registry_test_mode_patches(cr=cls.cr, registry=cls.registry)
        cls.registry_patches.append(patch.object(module, "current_test", AnyTest()))
        with ExitStack() as stack:
            for patched in cls.registry_patches:
                stack.enter_context(patched)
            cls._registry_patched = True
            try:
                yield
            finally:
                cls._registry_patched = False
        cls.env.invalidate_all()

    @classmethod
    def deliver(cls):
        """Deliver messages as the commit of this transaction would."""
        with cls.supplier.listening(), cls.registry_test_mode():
            cls.env.cr.postcommit.run()

    @classmethod
    def deliver_by_cron(cls):
        with cls.supplier.listening(), cls.registry_test_mode():
            cls.env.ref("supplier_credit.ir_cron_deliver_messages").method_direct_trigger()

    @classmethod
    def reserve(cls, order, **answer):
        """Send the order's pre-authorization and apply Supplier's answer."""
        cls.supplier.on("POST", "/pre-autorizacoes$", cls.reservation_answer(**answer), 201)
        order.action_send_supplier_preauthorization()
        cls.deliver()
        return order.sudo().supplier_preauthorization_id

    @classmethod
    def create_invoice(cls, order):
        order.action_confirm()
        return order.with_user(cls.accountant)._create_invoices()

    @classmethod
    def nfe_content(cls, name=NFE_FILE, issued=None):
        """Return an authorised NF-e of a sale of this day, signed by its issuer.

        :param issued: another day of issue
        """
        return nfe_maker.reissue((SAMPLES / name).read_text(), issued=issued)

    def overview(self, user, agreement=None):
        """Return the card of an agreement on the overview as a user sees it, read afresh."""
        self.env.invalidate_all()
        agreement = agreement or self.agreement
        return (
            self.env["supplier.credit.overview"]
            .with_user(user)
            .search([("agreement_id", "=", agreement.id)])
        )

    @classmethod
    def messages(cls, record):
        return (
            cls.env["supplier.credit.message"]
            .sudo()
            .search([("res_model", "=", record._name), ("res_id", "in", record.ids)])
        )


class RpcCommon(SupplierCreditCommon, HttpCase):
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
