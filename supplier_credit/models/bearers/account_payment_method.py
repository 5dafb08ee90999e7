from odoo import api, models
from odoo.exceptions import UserError

from ...const import SUPPLIER_CODE


class AccountPaymentMethod(models.Model):
    """Charge type (Tipo de Cobrança). Seed 001, "Identificação de Vendas Supplier".

    Bearers of the charge type Supplier put a sale on Supplier's credit.
    """

    _inherit = "account.payment.method"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    def write(self, vals):
        self._check_identity_unchanged(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_supplier(self):
        if ours := self._filter_supplier():
            raise UserError(
                self.env._(
                    "The charge type %(method)s belongs to Supplier Credit and cannot be deleted: "
                    "its orders and invoices would lose their bearer. A manager can delete the "
                    "bearers that are not used.",
                    method=ours[0].display_name,
                )
            )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _filter_supplier(self):
        return self.filtered(lambda method: method.code == SUPPLIER_CODE)

    def _check_identity_unchanged(self, vals):
        """Refuse to change what sales on Supplier's credit are recognised by.

        :raise UserError: naming the charge type
        """
        names = {"code", "payment_type"} & vals.keys()
        for method in self._filter_supplier():
            if any(method[name] != vals[name] for name in names):
                raise UserError(
                    self.env._(
                        "Code and direction of the charge type %(method)s cannot be changed: "
                        "sales on Supplier's credit are recognised by them. Change its name "
                        "instead.",
                        method=method.display_name,
                    )
                )

    @api.model
    def _get_payment_method_information(self):
        information = super()._get_payment_method_information()
        information[SUPPLIER_CODE] = {"mode": "multi", "type": ("bank", "cash", "credit")}
        return information

    def _auto_link_payment_methods(self, payment_methods, methods_info):
        """Create no bearer at install: the administrator chooses its journal."""
        ours = payment_methods._filter_supplier()
        super()._auto_link_payment_methods(payment_methods - ours, methods_info)
        return payment_methods
