from odoo import http
from odoo.addons.account.controllers.portal import PortalAccount
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

LARGEST_ID = 2**31 - 1


class ResellerBillingPortal(PortalAccount):
    @http.route("/my/faturas/<int:invoice_id>/charge", type="jsonrpc", auth="public", readonly=True)
    def read_charge_state(self, invoice_id, access_token=None, **_parameters):
        """Return the state of a fatura's charge, or None to users without access to the fatura."""
        # The host compares tokens as texts of ASCII only, and PostgreSQL knows no larger number.
        is_token = isinstance(access_token, str) and access_token.isascii()
        if (access_token and not is_token) or invoice_id > LARGEST_ID:
            return None
        try:
            fatura = self._document_check_access("account.move", invoice_id, access_token)
        except (AccessError, MissingError):
            return None
        return fatura.sudo().charge_state or None

    def _get_overdue_invoices_domain(self, partner_id=None):
        """Leave out faturas with a charge: they are paid by it, not in a payment form."""
        return [
            *super()._get_overdue_invoices_domain(partner_id),
            ("charge_state", "not in", ("processing", "awaiting", "overdue")),
        ]

    def _show_report(self, model, report_type, report_ref, download=False):
        """Show a fatura as an invoice: the host calls each one that it has not sent pro forma."""
        if model._name == "account.move" and model._filter_faturas():
            request.update_context(proforma_invoice=False)
        return super()._show_report(model, report_type, report_ref, download=download)
