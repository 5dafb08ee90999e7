from contextlib import contextmanager

from odoo import fields, models
from odoo.exceptions import UserError


class SupplierCreditNfeUploadLine(models.TransientModel):
    """The result of one uploaded file."""

    _name = "supplier.credit.nfe.upload.line"
    _description = "Uploaded NF-e File"
    _inherit = "supplier.credit.abstract.guard"

    wizard_id = fields.Many2one(
        comodel_name="supplier.credit.nfe.upload",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    name = fields.Char(string="File", required=True, readonly=True)
    invoice_id = fields.Many2one(comodel_name="account.move", readonly=True)
    state = fields.Selection(
        selection=[("done", "Taken Over"), ("refused", "Refused")],
        string="Result",
        required=True,
        readonly=True,
        default="refused",
    )
    message = fields.Text(string="What Happened", readonly=True)

    @contextmanager
    def _storing_refusal(self):
        """Undo the changes by a refused file, and store the reason."""
        try:
            with self.env.cr.savepoint():
                yield
        except UserError as error:
            self.write({"state": "refused", "message": str(error)})
