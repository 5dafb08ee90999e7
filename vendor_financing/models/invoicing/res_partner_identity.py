from odoo import api, models
from odoo.exceptions import UserError

from ...tools.identity import (
    filter_identity_changed,
    get_readable_name,
    has_another_number,
    is_another,
    read_identity,
)


class ResPartner(models.Model):
    """Who customers are stays while a bank finances their invoices, or is asked to.

    The host lets contacts be put under another company, get another number or another company's
    users, and has the documents follow.
    """

    _inherit = "res.partner"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    def write(self, vals):
        before = self._get_vendor_identities(vals)
        result = super().write(vals)
        self._check_vendor_identities(before)
        return result

    @api.constrains("active")
    def _check_vendor_archived(self):
        """Refuse to archive contacts that a bank finances, or is to finance.

        Nobody could go on with their documents.
        """
        archived = self.filtered(lambda contact: not contact.active)
        if not archived:
            return
        living = archived.sudo()._search_financed()
        if living:
            raise UserError(
                self.env._(
                    "%(customer)s cannot be archived while %(documents)s are open in vendor "
                    "financing: settle or withdraw them first, then archive the contact.",
                    customer=living[0].partner_id.display_name,
                    documents=", ".join(living[:5].mapped("display_name")),
                )
            )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_vendor_identities(self, vals):
        """Return {customer: who it is} of what lives before a write, see `read_identity`."""
        ties = filter_identity_changed(self, vals)._find_vendor_ties()
        return {
            partner: (read_identity(partner), names, sent)
            for partner, (names, sent) in ties.items()
        }

    def _check_vendor_identities(self, before):
        """Refuse that customers with living documents have become somebody else.

        :param before: see `_get_vendor_identities`
        :raise UserError: naming the customer and its documents
        """
        for partner, (identity, names, sent) in before.items():
            if is_another(partner, identity):
                partner._refuse_vendor_identity(names)
            if sent and has_another_number(partner, identity):
                partner._refuse_vendor_identity(sent)

    def _refuse_vendor_identity(self, names):
        """Raise UserError naming this customer and its documents, a list of names."""
        raise UserError(
            self.env._(
                "%(customer)s stays who it is while %(documents)s are open in vendor financing: it "
                "gets no other CNPJ or CPF, parent or company and is not merged into another "
                "contact. Settle or withdraw them first, create another contact, or keep this one "
                "when merging.",
                customer=self.sudo().display_name,
                documents=", ".join([*dict.fromkeys(filter(None, names))][:5])
                or self.env._("documents that you may not see"),
            )
        )

    def _find_vendor_ties(self):
        """Return what lives of these contacts, their companies and their own contacts.

        :return: {customer: (names of documents, those that others know it by its number for)}
        """
        if not self:
            return {}
        ties = {}
        for records, name, is_sent in self.sudo()._search_vendor_ties():
            for record in records:
                names, sent = ties.setdefault(record[name], ([], []))
                name_of_record = get_readable_name(record, self.env)
                names.append(name_of_record)
                if is_sent:
                    sent.append(name_of_record)
        return ties

    def _search_vendor_ties(self):
        """Return [(living records, their field of the customer, whether others have its number)]"""
        family = self.with_context(active_test=False).search([("id", "child_of", self.ids)])
        requests = self.env["vendor.financing.request"].search(
            [
                ("partner_id", "in", family.ids),
                ("state", "in", ("requested", "approved")),
                ("order_id.state", "!=", "cancel"),
                ("order_id.invoice_status", "!=", "invoiced"),
            ]
        )
        invoices = self.env["account.move"].search(
            [
                ("partner_id", "in", family.ids),
                ("vendor_state", "in", ("pending", "financed", "partly_debited")),
            ]
        )
        # An approval compares the number itself.
        return [
            (requests, "partner_id", False),
            (requests, "debtor_id", False),
            (invoices, "partner_id", True),
        ]

    def _search_financed(self):
        """Return open requests, or invoices with or before the bank, of these contacts and own."""
        for records, _name, _is_sent in self._search_vendor_ties():
            if records:
                return records
        return self.env["account.move"]
