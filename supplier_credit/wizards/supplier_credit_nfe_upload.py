import base64

from odoo import fields, models


class SupplierCreditNfeUpload(models.TransientModel):
    """Takes the authorised XML of an invoice. Seed 001, "Emissão de Notas Fiscais"."""

    _name = "supplier.credit.nfe.upload"
    _description = "Upload NF-e"

    invoice_id = fields.Many2one(comodel_name="account.move", required=True, readonly=True)
    nfe_file = fields.Binary(
        string="Authorised XML (procNFe)",
        required=True,
        attachment=False,
        help="The file that came back from SEFAZ, with its protocol. All is checked before "
        "anything is changed.",
    )
    nfe_filename = fields.Char()

    def action_upload(self):
        """Check the file against the invoice and take it over; see `account.move._attach_nfe`."""
        self.ensure_one()
        self.invoice_id._attach_nfe(base64.b64decode(self.nfe_file))
        return {"type": "ir.actions.act_window_close"}
