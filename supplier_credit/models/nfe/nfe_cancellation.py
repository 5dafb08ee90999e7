import base64
from datetime import timezone

from odoo import api, fields, models


class SupplierCreditNfeCancellation(models.Model):
    """What was learned about an access key: SEFAZ registered its cancellation. Seed 002.

    It is kept whether or not an invoice has the NF-e already, so that the order in which files
    arrive does not matter. That a file arrived is not that somebody cancelled a sale: until a
    person confirms it, nothing that cannot be taken back is requested at Supplier.
    """

    _name = "supplier.credit.nfe.cancellation"
    _description = "Cancellation of an NF-e"
    _inherit = "supplier.credit.abstract.guard"
    _order = "registered_at desc, id desc"
    _rec_name = "key"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    key = fields.Char(string="Access Key", required=True, readonly=True)
    protocol = fields.Char(required=True, readonly=True)
    registered_at = fields.Datetime(required=True, readonly=True)
    reason = fields.Char(readonly=True)
    file = fields.Binary(string="procEventoNFe", attachment=True, readonly=True)
    confirmed_by_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        help="Who said that the sale is to be cancelled at Supplier, too.",
    )
    confirmed_at = fields.Datetime(readonly=True)

    _key_unique = models.UniqueIndex("(key, company_id)", "This cancellation is on record already.")

    @api.model
    def _find(self, company, key):
        """Return what is known of a key in a company, empty if nothing is."""
        return self.sudo().search(
            [("key", "=", key), ("company_id", "=", company.id)] if key else [(0, "=", 1)]
        )

    @api.model
    def _keep(self, company, cancellation, content):
        """Return the record of a cancellation; the first file of a key stays.

        :param cancellation: an `NfeCancellation`
        :param content: the file that holds it, bytes
        """
        known = self._find(company, cancellation.key)
        return known or self.sudo().create(
            {
                "company_id": company.id,
                "key": cancellation.key,
                "protocol": cancellation.protocol,
                "registered_at": cancellation.registered_at.astimezone(timezone.utc).replace(
                    tzinfo=None
                ),
                "reason": cancellation.reason,
                "file": base64.b64encode(content),
            }
        )

    def _confirm(self):
        """Note that the user wants what the cancellation leads to; the first one stays noted."""
        self.sudo().filtered(lambda known: not known.confirmed_by_id).write(
            {"confirmed_by_id": self.env.uid, "confirmed_at": fields.Datetime.now()}
        )
