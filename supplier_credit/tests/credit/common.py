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

    @classmethod
    def decision(cls, state="APROVADO", **values):
        return {
            "codigoCliente": "CL-1",
            "situacaoCredito": state,
            "motivo": None,
            "pendencias": [],
            "reanaliseAPartirDe": None,
            **values,
        }

    @classmethod
    def position(cls, state="APROVADO", **values):
        return {
            **cls.decision(state),
            "situacaoCliente": "ATIVO",
            "limiteTotal": "50000.00",
            "limiteUtilizado": "1000.10",
            "limitePreAutorizado": "610.37",
            "limiteDisponivel": "48389.53",
            "diasAtraso": 0,
            "faturamentoPrazoBloqueado": False,
            **values,
        }

    @classmethod
    def open_wizard(cls, partners=None, user=None, desired_limit=50000.0):
        partners = (partners or cls.customer).with_user(user or cls.salesman)
        action = partners.action_send_for_supplier_credit()
        wizard = cls.env[action["res_model"]].with_user(user or cls.salesman)
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

    @classmethod
    def credit(cls, partner=None):
        return cls.env["supplier.credit.customer"]._find(cls.agreement, partner or cls.customer)

    @classmethod
    def register(cls, partner=None, answer=None, position=None):
        """Send for credit analysis and apply Supplier's answers, also that of a following query."""
        cls.supplier.on("POST", "/clientes$", answer or cls.decision(), 201)
        cls.supplier.on("GET", "/clientes/[0-9A-Z]+$", position or cls.position())
        cls.open_wizard(partner).action_send()
        cls.deliver()
        cls.deliver_by_cron()
        return cls.credit(partner)

    def refresh(self, customer, **position):
        self.supplier.on("GET", f"/clientes/{customer.vat}$", self.position(**position))
        customer.with_user(self.salesman).action_refresh()
        self.deliver()
