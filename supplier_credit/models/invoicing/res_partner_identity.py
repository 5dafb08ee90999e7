from odoo import api, models
from odoo.exceptions import UserError

from ...tools.identity import (
    filter_identity_changed,
    get_readable_name,
    has_another_number,
    is_another,
    read_identity,
)
from ..orders.preauthorization import LIVE_STATES
from .transaction import UNDER_WAY


class ResPartner(models.Model):
    """Who customers are stays while Supplier reserves or grants credit to them.

    The host lets contacts be put under another company, get another number or another company's
    users, and has the documents follow.
    """

    _inherit = "res.partner"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    def write(self, vals):
        before = self._get_supplier_identities(vals)
        result = super().write(vals)
        self._check_supplier_identities(before)
        return result

    @api.constrains("active")
    def _check_supplier_archived(self):
        """Refuse to archive contacts whose credit Supplier reserves or looks at.

        Nobody could go on with their documents.
        """
        archived = self.filtered(lambda contact: not contact.active)
        if not archived:
            return
        living = archived.sudo()._search_supplier_under_way()
        if living:
            raise UserError(
                self.env._(
                    "%(customer)s cannot be archived while Supplier has %(documents)s of it: "
                    "cancel them, or wait until they are decided, then archive the contact.",
                    customer=living[0].partner_id.display_name,
                    documents=", ".join(living[:5].mapped("display_name")),
                )
            )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_supplier_identities(self, vals):
        """Return {customer: who it is} of what lives before a write, see `read_identity`."""
        ties = filter_identity_changed(self, vals)._find_supplier_ties()
        return {
            partner: (read_identity(partner), names, sent)
            for partner, (names, sent) in ties.items()
        }

    def _check_supplier_identities(self, before):
        """Refuse that customers with living documents have become somebody else.

        :param before: see `_get_supplier_identities`
        :raise UserError: naming the customer and its documents
        """
        for partner, (identity, names, sent) in before.items():
            if is_another(partner, identity):
                partner._refuse_supplier_identity(names)
            if sent and has_another_number(partner, identity):
                partner._refuse_supplier_identity(sent)

    def _refuse_supplier_identity(self, names):
        """Raise UserError naming this customer and its documents, a list of names."""
        raise UserError(
            self.env._(
                "%(customer)s stays who it is while Supplier knows it for %(documents)s: it gets "
                "no other CNPJ or CPF, parent or company and is not merged into another contact. "
                "Create another contact, or keep this one when merging.",
                customer=self.sudo().display_name,
                documents=", ".join([*dict.fromkeys(filter(None, names))][:5])
                or self.env._("documents that you may not see"),
            )
        )

    def _find_supplier_ties(self):
        """Return what lives of these contacts, their companies and their own contacts.

        :return: {customer: (names of documents, those that others know it by its number for)}
        """
        if not self:
            return {}
        ties = {}
        for records, name, is_sent in self.sudo()._search_supplier_ties():
            for record in records:
                names, sent = ties.setdefault(record[name], ([], []))
                name_of_record = get_readable_name(record, self.env)
                names.append(name_of_record)
                if is_sent:
                    sent.append(name_of_record)
        return ties

    def _search_supplier_ties(self):
        """Return [(living records, their field of the customer, whether others have its number)]"""
        family = self.with_context(active_test=False).search([("id", "child_of", self.ids)])
        return [
            (
                self.env["supplier.credit.preauthorization"].search(
                    [("partner_id", "in", family.ids), ("state", "in", LIVE_STATES)]
                ),
                "partner_id",
                True,
            ),
            (
                self.env["supplier.credit.transaction"].search(
                    [
                        ("partner_id", "in", family.ids),
                        ("state", "in", (*UNDER_WAY, "approved")),
                    ]
                ),
                "partner_id",
                True,
            ),
        ]

    def _search_supplier_under_way(self):
        """Return what Supplier reserves or is deciding about for these contacts and their own."""
        of_contacts = [("partner_id", "child_of", self.ids)]
        return self.env["supplier.credit.preauthorization"].search(
            [*of_contacts, ("state", "in", LIVE_STATES)]
        ) or self.env["supplier.credit.transaction"].search(
            [*of_contacts, ("state", "in", UNDER_WAY)]
        )
