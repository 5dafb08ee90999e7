from unittest.mock import patch

from ..common_billing import BillingCommon
from .fake_panel import TOKEN, URL, FakePanel

PANEL_SEAM = "odoo.addons.reseller_billing.tools.http.Session.request"


class PanelCommon(BillingCommon):
    """A panel besides the provider. Tests read it and send to it by `pull` and `push`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.panel_admin = cls._create_user("panel_admin", "base.group_system")
        cls.panel = cls._create_panel()

    @classmethod
    def _create_panel(cls, **values):
        return cls.env["reseller.billing.panel"].create(
            {
                "name": "Painel",
                "company_id": cls.company.id,
                "url": URL,
                "token": TOKEN,
                "user_id": cls.billing_manager.id,
                **values,
            }
        )

    def setUp(self):
        super().setUp()
        self.fake = FakePanel()
        self.fakes = [self.fake]
        self.enterContext(patch(PANEL_SEAM, side_effect=self._answer))

    def _answer(self, method, url, **kwargs):
        # Provider and panel are called by the same function.
        fake = next((fake for fake in self.fakes if url.startswith(fake.url)), self.asaas)
        return fake(method, url, **kwargs)

    def pull(self):
        """Read the panels, as the cron does."""
        self.run_cron("synchronise_panels")

    def push(self):
        """Send the panels all that is due, as the cron does."""
        self.run_cron("send_to_panels")

    def wait(self):
        """End all pauses."""
        links = self.env["reseller.billing.panel.link"].sudo()
        links = links.search([("is_pending", "=", True)])
        links.write({"next_attempt": "2026-06-01"})
        links.panel_id.write({"paused_until": False})

    def link(self, record):
        """Return the link of a record."""
        field = {
            "res.partner": "partner_id",
            "reseller.billing.contract": "contract_id",
            "account.move": "fatura_id",
        }[record._name]
        return self.env["reseller.billing.panel.link"].search(
            [("panel_id", "=", self.panel.id), (field, "=", record.id)]
        )

    def found(self, reference):
        """Return the record that is linked with one of the panel."""
        link = self.env["reseller.billing.panel.link"].search(
            [("panel_id", "=", self.panel.id), ("reference", "=", reference)]
        )
        return link._get_record() if link else None

    def rows(self, state="waiting"):
        return self.env["reseller.billing.panel.row"].search(
            [("panel_id", "=", self.panel.id), ("state", "=", state)]
        )

    def add_client(self, **values):
        """Add a client to the panel that can be charged."""
        return self.fake.add(
            "clientes",
            **{
                "nome": "Mercado Lua",
                "cpfCnpj": "11.222.333/0001-81",
                "email": "lua@example.com",
                "cep": "01310-100",
                **values,
            },
        )

    def add_contract(self, client=None, **values):
        return self.fake.add(
            "contratacoes",
            **{"clienteId": client or self.add_client(), "situacao": "ATIVO", **values},
        )

    def add_fatura(self, contract=None, **values):
        contract = contract or self.add_contract()
        client = self.fake.get(contract)["clienteId"]
        return self.fake.add("faturas", contratacaoId=contract, clienteId=client, **values)
