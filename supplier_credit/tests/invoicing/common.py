from ..common import SupplierCreditCommon


class InvoiceLockCommon(SupplierCreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user(
            "manager", "supplier_credit.supplier_credit_group_manager,account.group_account_invoice"
        )

    def setUp(self):
        super().setUp()
        self.order = self.create_order()
        self.reserve(self.order)
        self.invoice = self.create_invoice(self.order)

    def register(self, state="APROVADA", **values):
        answer = self.transaction_answer(state, **values)
        self.supplier.on("POST", "/transacoes$", answer, 201)
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.deliver()
        return self.invoice.sudo().supplier_transaction_ids
