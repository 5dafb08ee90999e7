from odoo import Command, fields, models

from .sheet_column import DEFAULT_COLUMNS


class VendorFinancingAgreement(models.Model):
    """The columns of the sheet with which documents are registered at the bank."""

    _inherit = "vendor.financing.agreement"

    sheet_column_ids = fields.One2many(
        comodel_name="vendor.financing.sheet.column",
        inverse_name="agreement_id",
        string="Columns of the Bank Sheet",
        help="In this order. Without any, the sheet has the usual ones.",
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_propose_sheet_columns(self):
        """Enter the usual columns, to be changed; those that are entered stay."""
        for agreement in self:
            known = set(agreement.sheet_column_ids.mapped("content"))
            agreement.sheet_column_ids = [
                Command.create({"content": content, "sequence": sequence})
                for sequence, content in enumerate(DEFAULT_COLUMNS, start=1)
                if content not in known
            ]
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_sheet_columns(self):
        """Return the columns of the bank sheet as pairs of content and heading."""
        self.ensure_one()
        if self.sheet_column_ids:
            return [(column.content, column.name) for column in self.sheet_column_ids]
        labels = dict(self.env["vendor.financing.sheet.column"]._get_contents())
        return [(content, labels[content]) for content in DEFAULT_COLUMNS]
