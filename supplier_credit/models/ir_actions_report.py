from collections import OrderedDict
from io import BytesIO

from odoo import models
from odoo.exceptions import UserError

DANFE_REPORT = "supplier_credit.report_danfe"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _pre_render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """Draw the DANFE from the authorised XML instead of a template, behind its gate."""
        if self._get_report(report_ref).report_name != DANFE_REPORT:
            return super()._pre_render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
        invoices = self.env["account.move"].browse(res_ids)
        invoices.check_access("read")
        streams = OrderedDict(
            (invoice.id, {"stream": BytesIO(invoice._draw_danfe()), "attachment": None})
            for invoice in invoices
        )
        return streams, "pdf"

    def _render_qweb_html(self, report_ref, docids, data=None):
        self._refuse_danfe_as_other_type(report_ref)
        return super()._render_qweb_html(report_ref, docids, data=data)

    def _render_qweb_text(self, report_ref, docids, data=None):
        self._refuse_danfe_as_other_type(report_ref)
        return super()._render_qweb_text(report_ref, docids, data=data)

    def _refuse_danfe_as_other_type(self, report_ref):
        if self._get_report(report_ref).report_name == DANFE_REPORT:
            raise UserError(
                self.env._(
                    "The DANFE exists as PDF only. Print it with the button DANFE on the invoice."
                )
            )
