from odoo import models

from ...tools.identity import is_one_taxpayer


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging contacts: nobody's living documents become another taxpayer's."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Refuse to merge customers with living documents into somebody else.

        Of one taxpayer the documents follow. What a client can have once only is not lost: the
        host would delete those of the other contacts.

        :raise UserError: naming the customer and its documents, or what both contacts have
        """
        if not self.env.su:
            others = src_partners.filtered(
                lambda partner: not is_one_taxpayer(partner, dst_partner)
            )
            for partner, (names, _sent) in others._find_billing_ties().items():
                partner._refuse_billing_identity(names)
        merged = src_partners | dst_partner
        self.env["reseller.billing.contract"].sudo()._check_clients_merged(merged)
        self.env["reseller.billing.panel.link"].sudo()._check_clients_merged(merged)
        self.env["reseller.billing.payer"].sudo()._forget_merged(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)
