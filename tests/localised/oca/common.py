"""A company with OCA's localisation, and SEFAZ as its transmitting modules speak to it."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.addons.supplier_credit.tests.nfe.common import NfeUploadCommon, make_nfe
from odoo.fields import Command

CODE = slice(35, 43)
NUMBER = slice(25, 34)


class OcaCommon(NfeUploadCommon):
    """A company of OCA's chart with document 55, series 1, its operation of sales, and taxes."""

    chart = "br_oca_generic"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("l10n_br_fiscal.group_manager")
        cls.operation = cls.env.ref("l10n_br_fiscal.fo_venda")
        cls.model_55 = cls.env.ref("l10n_br_fiscal.document_55")
        cls.company.partner_id.state_id = cls.env.ref("base.state_br_sp")
        cls.company.write(
            {
                "tax_framework": "3",
                "profit_calculation": "presumed",
                "document_type_id": cls.model_55.id,
                "processador_edoc": "oca",
                # Odoo 19 lacks an attribute that it reads.
                "document_save_disk": False,
            }
        )
        cls.series = cls.env.ref("l10n_br_fiscal.document_55_serie_1")
        cls.customer.write(
            {
                "legal_name": "Supermercados Razão Social Ltda",
                "state_id": cls.env.ref("base.state_br_sp").id,
                "fiscal_profile_id": cls.env.ref("l10n_br_fiscal.partner_fiscal_profile_cnt").id,
            }
        )
        cls.product.write(
            {
                "ncm_id": cls.env.ref("l10n_br_fiscal.ncm_94033000").id,
                "fiscal_type": "00",
                "icms_origin": "0",
                "tax_icms_or_issqn": "icms",
            }
        )
        receivable = cls.company_data["default_account_receivable"]
        cls.agreement.write(
            {
                "return_account_id": receivable.copy({"name": "Temporary"}).id,
                "cancellation_account_id": receivable.copy({"name": "Temporary"}).id,
                "post_sale_clearing_account_id": cls.env["account.account"]
                .create(
                    {
                        "name": "Clearing",
                        "code": "1010298",
                        "account_type": "asset_current",
                        "reconcile": True,
                        "company_ids": cls.company.ids,
                    }
                )
                .id,
            }
        )
        for user in (cls.salesman, cls.accountant):
            user.group_ids += cls.env.ref("l10n_br_fiscal.group_user")

    @classmethod
    def create_order(cls, **values):
        values.setdefault("order_line", [cls.prepare_line(values.pop("amount", 610.37))])
        return super().create_order(
            user=cls.accountant, fiscal_operation_id=cls.operation.id, **values
        )

    @classmethod
    def prepare_line(cls, amount, operation=None, **values):
        """Return the command that adds an item of a fiscal operation, of sales if empty."""
        return Command.create(
            {
                "product_id": cls.product.id,
                "product_uom_qty": 1,
                "price_unit": amount,
                "fiscal_operation_id": (operation or cls.operation).id,
                **values,
            }
        )

    @classmethod
    def sell(cls, **values):
        """Return the posted invoice of a reserved order, its document numbered by OCA."""
        invoice = cls.create_invoice(cls.create_reserved_order(**values))
        invoice.action_post()
        return invoice

    @classmethod
    def create_reserved_order(cls, **values):
        order = cls.create_order(**values)
        cls.reserve(order, amount=f"{order.amount_total:.2f}")
        return order

    @classmethod
    def nfe_of(cls, invoice, amount=None, **values):
        """Return the authorised NF-e that OCA's module would have made of a posted invoice.

        :param amount: another total, as text
        """
        document = invoice.sudo().fiscal_document_id
        return make_nfe(
            number=int(document.document_number),
            code=document.document_key[CODE],
            total=amount or f"{document.fiscal_amount_total:.2f}",
            **values,
        )

    @classmethod
    @contextmanager
    def sefaz(cls, make=None):
        """Have OCA's documents transmitted: each is authorised, and its file is stored first.

        :param make: returns the file of an invoice, `nfe_of` if empty
        """

        def transmit(documents):
            for document in documents:
                content = (make or cls.nfe_of)(document.move_ids)
                event = document.event_ids.create_event_save_xml(
                    company_id=document.company_id,
                    environment="prod",
                    event_type="0",
                    xml_file="<NFe/>",
                    document_id=document,
                    justification="Autorização de uso da NF-e",
                )
                document.authorization_event_id = event
                event.set_done("100", "Autorizado", fields.Datetime.now(), "135", content.decode())
                document._change_state("autorizada")

        documents = cls.registry["l10n_br_fiscal.document"]
        with patch.object(documents, "_eletronic_document_send", transmit):
            yield

    @classmethod
    def authorise(cls, invoice, make=None):
        with cls.sefaz(make):
            invoice.with_user(cls.accountant).action_document_send()

    @classmethod
    def approve(cls, invoice, **answer):
        """Have Supplier approve a registered invoice with its own instalments."""
        calendar = [
            {
                "numeroParcela": number,
                "dataVencimento": str(line.date_maturity),
                "valorParcela": f"{line.balance:.2f}",
                "dataRepasse": "2026-12-23",
                "valorRepasse": f"{line.balance - 5:.2f}",
                "valorTaxa": "5.00",
            }
            for number, line in enumerate(
                invoice.line_ids.filtered(lambda line: line.display_type == "payment_term").sorted(
                    "date_maturity"
                ),
                start=1,
            )
        ]
        body = cls.transaction_answer(**{"calendario": calendar, **answer})
        cls.supplier.on("POST", "/transacoes$", body, 201)
        cls.deliver_by_cron()
        invoice.invalidate_recordset()
