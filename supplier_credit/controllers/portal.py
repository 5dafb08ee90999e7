from odoo.addons.account_payment.controllers import portal
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route


class PortalAccount(portal.PortalAccount):
    """Invoices on Supplier's credit in the customer's portal."""

    @route()
    def portal_my_invoice_detail(self, invoice_id, access_token=None, report_type=None, **kw):
        """Show an explanation instead of an error for an invoice whose documents are withheld."""
        try:
            return super().portal_my_invoice_detail(
                invoice_id, access_token=access_token, report_type=report_type, **kw
            )
        except UserError:
            # The host checks the access before it raises this, and so does this method.
            invoice_sudo = self._document_check_access("account.move", invoice_id, access_token)
            if not invoice_sudo._filter_withheld():
                raise
        return request.render(
            "supplier_credit.portal_invoice_withheld",
            {"invoice": invoice_sudo},
            # A frame of the page shows the text; a request of the file itself is refused.
            status=200 if report_type == "html" else 403,
        )

    def _get_overdue_invoices_domain(self, partner_id=None):
        """Leave out the invoices that Supplier charges: they are not overdue to the company."""
        domain = super()._get_overdue_invoices_domain(partner_id)
        ours = request.env["account.payment.method.line"].sudo()._get_supplier_bearer_ids()
        if not ours:
            return domain
        return list(
            Domain(domain) & Domain("preferred_payment_method_line_id", "not in", list(ours))
        )
