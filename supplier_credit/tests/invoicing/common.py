from ..common import SupplierCreditCommon


class InvoiceLockCommon(SupplierCreditCommon):
    """A confirmed order with a reservation, and its draft invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user(
            "manager", "supplier_credit.supplier_credit_group_manager,account.group_account_invoice"
        )
        cls.order = cls.create_order()
        cls.reserve(cls.order)
        cls.invoice = cls.create_invoice(cls.order)

    def register(self, state="APROVADA", **values):
        answer = self.transaction_answer(state, **values)
        self.supplier.on("POST", "/transacoes$", answer, 201)
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.deliver()
        return self.invoice.sudo().supplier_transaction_ids
