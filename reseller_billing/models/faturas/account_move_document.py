from odoo import models


class AccountMove(models.Model):
    """The fatura on paper: a document of its own, not one that announces another."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _get_invoice_pdf_proforma(self):
        """Let clients download a fatura as one: the host calls what it has not sent pro forma."""
        self.ensure_one()
        if not self._is_fatura():
            return super()._get_invoice_pdf_proforma()
        reports = self.env["ir.actions.report"]
        name = "account.account_invoices"
        content, kind = reports._pre_render_qweb_pdf(name, self.ids, data={})
        return {
            "filename": self._get_invoice_report_filename(),
            "filetype": "pdf",
            "content": reports._get_splitted_report(name, content, kind)[self.id],
        }
