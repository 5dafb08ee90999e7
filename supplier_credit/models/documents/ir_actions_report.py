from collections import OrderedDict
from io import BytesIO

from odoo import api, models, tools
from odoo.exceptions import UserError

from ...tools.finished_class import replace_method

DANFE_REPORT = "supplier_credit.report_danfe"


class IrActionsReport(models.Model):
    """No report of an invoice is drawn before Supplier approved its transaction.

    Each kind of drawing is checked, because the host calls each directly: the portal's frame draws
    HTML, the send wizard calls `_pre_render_qweb_pdf`, and a report stored as attachment is read in
    `_render_qweb_pdf_prepare_streams`.
    """

    _inherit = "ir.actions.report"

    # -------------------------------------------------------------------------
    # DRAWING
    # -------------------------------------------------------------------------

    def _pre_render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """Draw the DANFE from the authorised XML instead of a template, if it is allowed."""
        if not self._is_supplier_danfe(report_ref):
            self._check_no_invoice_withheld(report_ref, res_ids)
            return super()._pre_render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
        invoices = self.env["account.move"].browse(res_ids)
        invoices.check_access("read")
        streams = OrderedDict(
            (invoice.id, {"stream": BytesIO(invoice._draw_danfe()), "attachment": None})
            for invoice in invoices
        )
        return streams, "pdf"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        self._check_no_invoice_withheld(report_ref, res_ids)
        return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)

    def _render_qweb_html(self, report_ref, docids, data=None):
        self._refuse_danfe_as_other_type(report_ref)
        self._check_no_invoice_withheld(report_ref, docids)
        return super()._render_qweb_html(report_ref, docids, data=data)

    def _render_qweb_text(self, report_ref, docids, data=None):
        self._refuse_danfe_as_other_type(report_ref)
        self._check_no_invoice_withheld(report_ref, docids)
        return super()._render_qweb_text(report_ref, docids, data=data)

    def _register_hook(self):
        """Check OCA's DANFE, too, where that is installed.

        It draws inside `_render_qweb_pdf` without calling super, and its addon may be loaded after
        this one, so the method of the finished class is replaced.
        """
        super()._register_hook()
        replace_method(self.env.registry[self._name], "_render_danfe", _render_danfe)

    def _refuse_danfe_as_other_type(self, report_ref):
        if self._is_supplier_danfe(report_ref):
            raise UserError(
                self.env._(
                    "The DANFE exists as PDF only. Print it with the button DANFE on the invoice."
                )
            )

    # -------------------------------------------------------------------------
    # THE GATE
    # -------------------------------------------------------------------------

    def _check_no_invoice_withheld(self, report_ref, res_ids):
        """Raise UserError if this report would show an invoice that Supplier has not approved."""
        model, _name = self._get_report_key(report_ref)
        ids = [res_ids] if isinstance(res_ids, int) else list(res_ids or [])
        self._find_supplier_invoices(model, ids)._check_not_withheld()

    @api.model
    def _find_supplier_invoices(self, model, ids):
        """Return the invoices of documents of this model; costs no query for invoices."""
        Move = self.env["account.move"]
        if model == Move._name:
            return Move.browse(ids)
        return Move._find_oca_invoices(model, ids)

    def _is_supplier_danfe(self, report_ref):
        return self._get_report_key(report_ref)[1] == DANFE_REPORT

    def _get_report_key(self, report_ref):
        """Return model and report name for any reference to a report that the host accepts."""
        if isinstance(report_ref, models.Model):
            return report_ref.sudo().model, report_ref.sudo().report_name
        return self._get_cached_report_key(report_ref)

    @api.model
    @tools.ormcache("report_ref")
    def _get_cached_report_key(self, report_ref):
        # The host clears this cache whenever an action is written.
        report = self._get_report(report_ref)
        return report.model, report.report_name


def _render_danfe(render, reports, nfe):
    invoices = reports._find_supplier_invoices(nfe._name, nfe.ids)
    if not invoices._filter_charged_by_supplier():
        return render(reports, nfe)
    invoices._check_not_withheld()
    # With the note and without the instalments, like the addon's own report.
    return invoices.ensure_one()._draw_danfe(), "pdf"
