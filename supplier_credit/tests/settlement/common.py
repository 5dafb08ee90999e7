import base64
from contextlib import nullcontext

from freezegun import freeze_time
from odoo.fields import Command
from odoo.tests import Form

from ..common import SupplierCreditCommon

FIRST_TRANSFER = "2026-12-23"


class SupplierCreditSettlementCommon(SupplierCreditCommon):
    """An approved sale of 610.37 BRL in three transfers, and the statement with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user("manager", "account.group_account_manager")
        expense = cls.company_data["default_account_expense"]
        cls.difference_account = expense.copy({"name": "Diferenças", "code": "9.8.1"})
        cls.tax_account = expense.copy({"name": "IOF", "code": "9.8.2"})
        cls.outstanding = cls.company_data["default_account_assets"].copy(
            {
                "name": "Repasses a conciliar",
                "code": "9.8.3",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        cls.agreement.write(
            {
                "settlement_journal_id": cls.company_data["default_journal_bank"].id,
                "settlement_account_id": cls.outstanding.id,
                "difference_account_id": cls.difference_account.id,
                "difference_tolerance": 0.05,
            }
        )
        cls.entries = cls.env["supplier.credit.settlement.entry"].with_user(cls.accountant)
        cls.settlements = cls.env["supplier.credit.settlement"].with_user(cls.accountant)

    def setUp(self):
        super().setUp()
        self.pages = []
        self.supplier.on("GET", "/conciliacao$", self._answer_page)
        self.supplier.on("PUT", "/confirmacao$", "", 204)

    def _answer_page(self, options):
        """Answer as Supplier does: the entries of the requested period, page by page."""
        query = options["params"]
        page = self.pages[query["pagina"] - 1] if query["pagina"] <= len(self.pages) else []
        if isinstance(page, Exception):
            return page
        period = (query["dataInicial"], query["dataFinal"])
        items = [item for item in page if self._is_within(item, *period)]
        more = query["pagina"] < len(self.pages) and self.pages[0] and bool(items)
        return {"itens": items, "temMais": bool(more)}

    def _is_within(self, item, first, last):
        """Return whether an entry is of a period; one without a day that can be is of any."""
        day = item.get("dataLancamento") if isinstance(item, dict) else None
        return not day or day < "2000" or day > "2100" or first <= day <= last

    def register(self):
        """Register a sale; return its approved and processed transaction."""
        order = self.create_order()
        self.reserve(order)
        invoice = self.create_invoice(order).with_user(self.accountant)
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        invoice._attach_nfe(self.nfe_content())
        invoice.action_post()
        self.deliver()
        self.assertEqual(invoice.supplier_transaction_ids.processing_state, "done")
        return invoice.sudo().supplier_transaction_ids

    def statement_line(self, external_id="LC-1", number=1, **values):
        """Return an entry of the statement in JSON, by default the first transfer of TR-1."""
        return {
            "lancamentoId": external_id,
            "codigoTransacao": "TR-1",
            "codigoSolicitacao": None,
            "numeroParcela": number,
            "tipoEvento": "IMPL",
            "tipoLancamento": "CREDITO",
            "lancamentoFuturo": False,
            "dataLancamento": FIRST_TRANSFER,
            "valorPrincipal": "203.43",
            "valorTaxa": "5.09",
            "valorImpostos": "0.00",
            "valorLancamento": "198.34",
            "confirmado": False,
            **values,
        }

    def fee(self, external_id="LC-9", value="1.50", **values):
        return self.statement_line(
            external_id,
            **{
                "tipoEvento": "RPASSC",
                "tipoLancamento": "DEBITO",
                "valorPrincipal": "0.00",
                "valorTaxa": value,
                "valorLancamento": value,
                **values,
            },
        )

    def run_import(self, *pages, day=FIRST_TRANSFER, again=True):
        """Run the cron on a day on which Supplier's statement has these pages."""
        self.pages[:] = pages
        self.agreement.sudo().settlement_requested = again
        with freeze_time(f"{day} 15:00:00") if day else nullcontext():
            with self.supplier.listening(), self.enter_registry_test_mode():
                self.env.ref("supplier_credit.ir_cron_import_settlements").method_direct_trigger()
        self.env.invalidate_all()
        return self.find()

    def find(self, *external_ids):
        domain = [("agreement_id", "=", self.agreement.id)]
        if external_ids:
            domain.append(("external_id", "in", external_ids))
        return self.entries.search(domain, order="external_id")

    def upload(self, text, *, encoding="utf-8", user=None):
        return self.upload_content(text.encode(encoding), user=user)

    def upload_content(self, content, *, user=None):
        wizard = self.env["supplier.credit.settlement.file"].with_user(user or self.accountant)
        form = Form(wizard)
        form.agreement_id = self.agreement
        form.statement_file = base64.b64encode(content)
        return form.save().action_import()

    def decide(self, entries, **values):
        action = entries.with_user(self.accountant).action_decide()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
        )
        form = Form(wizard)
        for name, value in values.items():
            form[name] = value
        return form.save()

    def balances(self, move):
        """Return the balances of an entry, by account."""
        found = {}
        for line in move.sudo().line_ids:
            found[line.account_id] = round(found.get(line.account_id, 0) + line.balance, 2)
        return found

    def approve_sale(self, code, calendar, number="900"):
        """Return an approved transaction with a calendar, created directly for speed.

        :param calendar: list of (number, amount, date, fee), amounts as Decimal
        """
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-11-22",
                "l10n_latam_document_number": number,
                "preferred_payment_method_line_id": self.bearer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_unit": float(sum(entry[1] for entry in calendar)),
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        transactions = self.env["supplier.credit.transaction"].sudo()
        transaction = transactions.create(
            {
                "agreement_id": self.agreement.id,
                "company_id": self.company.id,
                "invoice_id": invoice.id,
                "partner_id": self.customer.id,
                "nfe_key": "0" * 44,
                "total": invoice.amount_total,
                "state": "in_analysis",
                "code": code,
            }
        )
        wire = [
            {
                "numeroParcela": place,
                "dataVencimento": day,
                "valorParcela": str(amount),
                "dataRepasse": day,
                "valorRepasse": str(amount - fee),
                "valorTaxa": str(fee),
            }
            for place, amount, day, fee in calendar
        ]
        transaction._apply_answer(
            self.env["supplier.credit.message"],
            self.transaction_answer(codigoTransacao=code, calendario=wire),
        )
        self.assertEqual((transaction.processing_state, transaction.error), ("done", False))
        return transaction
