from odoo import fields, models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    """Journal items of post-sales: bearers and temporary credits. Seed 002."""

    _inherit = "account.move.line"

    supplier_bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        string="Bearer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="By the parameters 5 and 6 of the agreement with Supplier.",
    )
    # A column, so that other items are told apart without a query.
    is_supplier_temporary = fields.Boolean(
        string="Temporary Credit",
        readonly=True,
        copy=False,
        help="Temporary until Supplier has decided on the return, cancellation or bonus.",
    )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _filter_mirrors(self):
        """Return the items, among those of order lines, that take a sale back, or a return."""
        return self.filtered(
            lambda item: item.move_id.move_type == "entry"
            and item.move_id.is_supplier_entry
            and item.parent_state == "posted"
        )

    def _check_not_temporary(self):
        """Refuse to settle temporary credits: only Supplier's decision does.

        :raise UserError: naming the documents
        """
        if temporary := self.filtered("is_supplier_temporary"):
            raise UserError(
                self.env._(
                    "The credit of %(documents)s is temporary until Supplier has decided on it. It "
                    "can be neither paid out nor used for another document. See Post-Sales.",
                    documents=", ".join(temporary.move_id.mapped("display_name")),
                )
            )
