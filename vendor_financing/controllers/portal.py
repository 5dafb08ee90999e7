from odoo.addons.account.controllers.portal import PortalAccount


class VendorPortalAccount(PortalAccount):
    def _get_overdue_invoices_domain(self, partner_id=None):
        """Leave out invoices that the bank collects: due at sight here, they are not overdue."""
        return [
            *super()._get_overdue_invoices_domain(partner_id),
            "|",
            ("is_vendor", "=", False),
            ("vendor_financing_state", "=", "debited"),
        ]
