from odoo import fields, models
from odoo.exceptions import UserError


class VendorFinancingOperation(models.Model):
    """Invoices of the charges that a default brought: they fall with it."""

    _inherit = "vendor.financing.operation"

    charge_move_ids = fields.Many2many(
        comodel_name="account.move",
        relation="vendor_financing_operation_charge_rel",
        column1="operation_id",
        column2="move_id",
        string="Invoices of Charges",
        readonly=True,
        copy=False,
    )

    def _check_charges_undoable(self):
        """Refuse to undo a default whose charges the customer was billed.

        :raise UserError: naming the invoices
        """
        billed = self.charge_move_ids.filtered(
            lambda move: move.state == "posted" and move.payment_state != "reversed"
        )
        if billed:
            raise UserError(
                self.env._(
                    "%(operation)s cannot be undone: its charges were billed by %(invoices)s. "
                    "Reverse that first.",
                    operation=self.display_name,
                    invoices=", ".join(billed.mapped("display_name")),
                )
            )

    def _cancel_charges(self):
        """Cancel the draft invoices of the charges."""
        self.charge_move_ids.filtered(lambda move: move.state == "draft").button_cancel()
