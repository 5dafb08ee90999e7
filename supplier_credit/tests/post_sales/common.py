from odoo.fields import Command
from odoo.tests import Form

from ..common import NFE_FILE, SAMPLES
from ..nfe import nfe_maker
from ..nfe.common import NfeUploadCommon


def make_return_nfe(sale_key, **values):
    """Return an authorised return NF-e; see `nfe_maker.make_return_nfe` for what may differ."""
    return nfe_maker.make_return_nfe((SAMPLES / NFE_FILE).read_text(), sale_key, **values)


class PostSaleCommon(NfeUploadCommon):
    """An invoice of 610.37 BRL that Supplier approved, and accounts for post-sales."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        receivable = cls.company_data["default_account_receivable"]
        cls.temporary = receivable.copy({"name": "Temporary", "code": "1010299"})
        cls.clearing = cls.env["account.account"].create(
            {
                "name": "Clearing",
                "code": "1010298",
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": cls.company.ids,
            }
        )
        cls.agreement.write(
            {
                "return_account_id": cls.temporary.id,
                "post_sale_clearing_account_id": cls.clearing.id,
            }
        )
        cls.manager = cls._create_user(
            "post_sale_manager",
            "supplier_credit.supplier_credit_group_manager,account.group_account_invoice",
        )
        cls.order = cls.create_order()
        cls.reserve(cls.order)
        cls.invoice = cls.create_invoice(cls.order)
        cls.sale = cls.register()

    @classmethod
    def register(cls, state="APROVADA"):
        cls.supplier.on("POST", "/transacoes$", cls.transaction_answer(state), 201)
        cls.invoice._attach_nfe(cls.nfe_content())
        cls.invoice.action_post()
        cls.deliver()
        return cls.invoice.sudo().supplier_transaction_ids

    @classmethod
    def deliver(cls):
        result = super().deliver()
        # Another cursor gave numbers meanwhile, which the cache of this one does not have.
        cls.env["account.move"]._get_sequence_cache().clear()
        return result

    # -------------------------------------------------------------------------
    # SUPPLIER'S ANSWERS
    # -------------------------------------------------------------------------

    @classmethod
    def post_sale_answer(
        cls, supplier="200.00", direct="100.00", state="APROVADA", debits=None, **values
    ):
        if debits is None:
            debits = [(2, "2027-01-22", supplier, "0.00", "5.00")] if float(supplier) else []
        names = ("numeroParcela", "dataDebito", "valor", "valorTaxa", "valorTaxaEstornada")
        return {
            "codigoSolicitacao": "PV-1",
            "codigoTransacao": "TR-1",
            "situacao": state,
            "motivo": None,
            "valorSupplier": supplier,
            "valorCliente": direct,
            "parcelasDebito": [dict(zip(names, debit, strict=True)) for debit in debits],
            **values,
        }

    @classmethod
    def on_request(cls, *args, **values):
        cls.supplier.on("POST", "/pos-vendas$", cls.post_sale_answer(*args, **values), 201)

    def on_query(self, *args, **values):
        answer = self.post_sale_answer(*args, **values)
        self.supplier.on("GET", f"/pos-vendas/{answer['codigoSolicitacao']}$", answer)

    # -------------------------------------------------------------------------
    # WIZARDS
    # -------------------------------------------------------------------------

    @classmethod
    def open_reversal(cls, invoice):
        """Return the host's credit note wizard, filled as its form fills it."""
        wizards = cls.env["account.move.reversal"].with_user(cls.accountant)
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        with Form(wizards.with_context(**context)) as form:
            form.reason = "avaria"
        return form.record

    @classmethod
    def begin_return(cls, amount=None, invoice=None):
        """Return the draft credit note of the host's wizard, of all or of an amount."""
        invoice = invoice or cls.invoice
        wizard = cls.open_reversal(invoice)
        note = cls.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if amount:
            note.invoice_line_ids.price_unit = amount
        return note.with_user(cls.accountant)

    @classmethod
    def return_nfe(cls, note, **values):
        values = {
            "number": note._get_nfe_number(),
            "total": f"{note.amount_total:.2f}",
            "sale_key": cls.sale.nfe_key,
            **values,
        }
        return make_return_nfe(values.pop("sale_key"), **values)

    @classmethod
    def post_return(cls, amount=300.0):
        """Return a posted credit note with its NF-e and a queued request."""
        note = cls.begin_return(amount)
        note.action_post()
        cls.upload(cls.return_nfe(note), note)
        return note

    @classmethod
    def make_return(cls, amount=300.0, *args, **values):
        """Return the request of a return that Supplier has answered."""
        cls.on_request(*args, **values)
        note = cls.post_return(amount)
        cls.deliver()
        return note.sudo().supplier_post_sale_id

    def grant_bonus(self, amount=300.0, user=None):
        user = user or self.accountant
        context = self.invoice.with_user(user).action_open_supplier_bonus()["context"]
        wizards = self.env["supplier.credit.bonus"].with_user(user).with_context(**context)
        action = wizards.create({"amount": amount, "reason": "avaria"}).action_grant()
        return self.env["supplier.credit.post.sale"].sudo().browse(action["res_id"])

    def make_bonus(self, amount=300.0, *args, **values):
        self.on_request(*args, **values)
        request = self.grant_bonus(amount)
        self.deliver()
        return request

    def decide(self, request, way, user=None):
        user = user or self.accountant
        context = request.with_user(user).action_open_outcome()["context"]
        wizards = self.env["supplier.credit.post.sale.outcome"].with_user(user)
        wizards.with_context(**context).create({"way": way}).action_confirm()

    # -------------------------------------------------------------------------
    # THE LEDGER
    # -------------------------------------------------------------------------

    def balance(self, account, name="balance"):
        self.env.flush_all()
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return round(sum(lines.mapped(name)), 2)

    def assert_cleared(self, temporary=0.0):
        """Assert that the clearing is zero and reconciled, and how much is still temporary."""
        for name in ("balance", "amount_residual"):
            self.assertEqual(self.balance(self.clearing, name), 0, name)
            self.assertEqual(self.balance(self.temporary, name), -temporary, name)

    def snapshot_balances(self):
        self.env.flush_all()
        lines = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")]
        )
        balances = {}
        for line in lines:
            key = (line.account_id, line.partner_id)
            balance, residual = balances.get(key, (0, 0))
            residual = round(residual + line.amount_residual, 2)
            balances[key] = (round(balance + line.balance, 2), residual)
        return {key: value for key, value in balances.items() if any(value)}

    def create_other_invoice(self, bearer=False):
        """Return another posted invoice of the customer, by default not on Supplier's credit."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-11-22",
                "preferred_payment_method_line_id": bearer and bearer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_unit": 500,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice

    def offered(self, invoice):
        """Return the credits that the host offers for an invoice."""
        invoice.invalidate_recordset(["invoice_outstanding_credits_debits_widget"])
        widget = invoice.invoice_outstanding_credits_debits_widget
        ids = [row["id"] for row in widget["content"]] if widget else []
        return self.env["account.move.line"].browse(ids)
