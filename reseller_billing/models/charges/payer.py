from odoo import fields, models

from ...tools.phone import split_phones
from ...tools.receipts import Payer


class ResellerBillingPayer(models.Model):
    """A receipts provider's id of a client."""

    _name = "reseller.billing.payer"
    _description = "Client at a Receipts Provider"
    _inherit = "reseller.billing.abstract.guard"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    provider_id = fields.Many2one(
        comodel_name="payment.provider",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    reference = fields.Char(
        required=True, readonly=True, help="The provider's own id of the client."
    )
    digest = fields.Char(
        readonly=True, help="Of the client's data at the provider; it cannot be read back."
    )

    _one_of_a_provider = models.Constraint(
        "UNIQUE (partner_id, provider_id)", "A client has one id at a provider."
    )

    def _find(self, provider, partner):
        return self.search(
            [("partner_id", "=", partner.id), ("provider_id", "=", provider.id)], limit=1
        )

    def _forget_merged(self, others, kept):
        """Leave a provider one id of a client that is merged: that of the contact which stays.

        Charges keep the id that they were made with. Without one of that contact, the latest of the
        others stays.
        """
        known = self.search([("partner_id", "in", (others | kept).ids)], order="id desc")
        for payers in known.grouped("provider_id").values():
            own = payers.filtered(lambda payer: payer.partner_id == kept)
            (payers - (own or payers)[:1]).unlink()

    def _prepare_payer(self, partner):
        """Return the data of a client for a provider.

        :rtype: tools.receipts.Payer
        """
        phones = split_phones(partner.phone)
        address = {
            "address": partner.street or "",
            "complement": partner.street2 or "",
            "postalCode": "".join(filter(str.isdigit, partner.zip or "")),
        }
        return Payer(
            external_reference=f"partner-{partner.id}",
            name=partner.name,
            tax_id="".join(filter(str.isalnum, partner.vat or "")).upper(),
            email=(partner.email_normalized or "").split(",")[0],
            phone=phones.landline,
            mobile=phones.mobile,
            address={name: value for name, value in address.items() if value},
        )
