from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import VENDOR_METHOD_CODE


class AccountPaymentMethod(models.Model):
    """Charge type (Tipo de cobrança); the one named Vendor marks vendor financing."""

    _inherit = "account.payment.method"

    is_vendor = fields.Boolean(
        string="Vendor",
        compute="_compute_is_vendor",
        help="Orders and invoices whose bearer has this charge type are financed by a bank: "
        "the bank pays the company now and the customer pays the bank later.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("code")
    def _compute_is_vendor(self):
        for method in self:
            method.is_vendor = method.code == VENDOR_METHOD_CODE

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    def write(self, vals):
        changed = {"code", "payment_type"} & vals.keys()
        for method in self.filtered("is_vendor"):
            if any(method[fname] != vals[fname] for fname in changed):
                raise UserError(
                    self.env._(
                        "The code and the direction of the charge type %(name)s cannot change: "
                        "orders and invoices in vendor financing are recognised by them. "
                        "Change its name instead.",
                        name=method.display_name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_vendor(self):
        """Refuse to delete the charge type: that would clear the bearers of documents."""
        for method in self.filtered("is_vendor"):
            raise UserError(
                self.env._(
                    "The charge type %(name)s belongs to Vendor financing and cannot be deleted. "
                    "Delete its bearers to stop using it.",
                    name=method.display_name,
                )
            )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _get_payment_method_information(self):
        """Register the charge type: any number of bearers per bank, cash or credit journal."""
        information = super()._get_payment_method_information()
        information[VENDOR_METHOD_CODE] = {"mode": "multi", "type": ("bank", "cash", "credit")}
        return information

    def _auto_link_payment_methods(self, payment_methods, methods_info):
        """Create no line by itself: the administrator chooses the journals of Vendor bearers.

        The host would create a line of a method of mode ``multi`` on every journal.
        """
        others = payment_methods.filtered(lambda method: method.code != VENDOR_METHOD_CODE)
        super()._auto_link_payment_methods(others, methods_info)
        return payment_methods
