from odoo.tests import Form

from ..common import SupplierCreditCommon


class SupplierCreditCustomerCommon(SupplierCreditCommon):
    """The customer has all data that Supplier requires."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write(cls.address())

    @classmethod
    def address(cls):
        return {
            "street": "Rua das Flores, 100 - Sala 2",
            "street2": "Centro",
            "city": "São Paulo",
            "state_id": cls.env.ref("base.state_br_sp").id,
            "country_id": cls.env.ref("base.br").id,
            "zip": "01001-000",
            "email": "Financeiro@mercados.example.com",
            "phone": "+55 (11) 3333-4444",
        }

    def decision(self, state="APROVADO", **values):
        return {
            "codigoCliente": "CL-1",
            "situacaoCredito": state,
            "motivo": None,
            "pendencias": [],
            "reanaliseAPartirDe": None,
            **values,
        }

    def position(self, state="APROVADO", **values):
        return {
            **self.decision(state),
            "situacaoCliente": "ATIVO",
            "limiteTotal": "50000.00",
            "limiteUtilizado": "1000.10",
            "limitePreAutorizado": "610.37",
            "limiteDisponivel": "48389.53",
            "diasAtraso": 0,
            "faturamentoPrazoBloqueado": False,
            **values,
        }

    def open_wizard(self, partners=None, user=None, desired_limit=50000.0):
        partners = (partners or self.customer).with_user(user or self.salesman)
        action = partners.action_send_for_supplier_credit()
        wizard = self.env[action["res_model"]].with_user(user or self.salesman)
        with Form(wizard.browse(action["res_id"])) as form:
            form.desired_limit = desired_limit
        return form.record

    def open_limit_wizard(self, customers, desired_limit=80000.0, motive="Aumento das compras"):
        action = customers.with_user(self.salesman).action_change_limit()
        wizard = self.env[action["res_model"]].with_user(self.salesman).browse(action["res_id"])
        with Form(wizard) as form:
            form.desired_limit = desired_limit
            form.motive = motive
        return form.record

    def credit(self, partner=None):
        return self.env["supplier.credit.customer"]._find(self.agreement, partner or self.customer)

    def register(self, partner=None, answer=None, position=None):
        """Send for credit analysis and apply Supplier's answers, also that of a following query."""
        self.supplier.on("POST", "/clientes$", answer or self.decision(), 201)
        self.supplier.on("GET", "/clientes/[0-9A-Z]+$", position or self.position())
        self.open_wizard(partner).action_send()
        self.deliver()
        self.deliver_by_cron()
        return self.credit(partner)

    def refresh(self, customer, **position):
        self.supplier.on("GET", f"/clientes/{customer.vat}$", self.position(**position))
        customer.with_user(self.salesman).action_refresh()
        self.deliver()
