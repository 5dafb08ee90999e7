from odoo import api, models
from odoo.exceptions import UserError

from ...const import LIVE_STATES
from ...tools.identity import (
    filter_identity_changed,
    get_readable_name,
    has_another_number,
    is_another,
    read_identity,
)


class ResPartner(models.Model):
    """Who customers are stays while they have contracts, open faturas, charges or credit.

    The host lets contacts be put under another company, get another number or another company's
    users, and has the documents follow.
    """

    _inherit = "res.partner"

    @api.constrains("active")
    def _check_billing_archived(self):
        """Refuse to archive contacts with contracts, or that can still pay a charge.

        Nobody could go on with their documents.
        """
        archived = self.filtered(lambda contact: not contact.active)
        if not archived:
            return
        living = archived.sudo()._search_billed()
        if living:
            raise UserError(
                self.env._(
                    "%(customer)s cannot be archived while %(documents)s are open: cancel the "
                    "contracts and the unpaid charges first, then archive the contact.",
                    customer=living[0].partner_id.display_name,
                    documents=", ".join(living[:5].mapped("display_name")),
                )
            )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_billing_identities(self, vals):
        """Return {customer: who it is} of what lives before a write, see `read_identity`."""
        ties = filter_identity_changed(self, vals)._find_billing_ties()
        return {
            partner: (read_identity(partner), names, sent)
            for partner, (names, sent) in ties.items()
        }

    def _check_billing_identities(self, before):
        """Refuse that customers with living documents have become somebody else.

        :param before: see `_get_billing_identities`
        :raise UserError: naming the customer and its documents
        """
        for partner, (identity, names, sent) in before.items():
            if is_another(partner, identity):
                partner._refuse_billing_identity(names)
            if sent and has_another_number(partner, identity):
                partner._refuse_billing_identity(sent)

    def _refuse_billing_identity(self, names):
        """Raise UserError naming this customer and its documents, a list of names."""
        raise UserError(
            self.env._(
                "%(customer)s stays who it is while %(documents)s are open: it gets no other "
                "parent or company, no other CNPJ or CPF than its open charges have, and is not "
                "merged into another contact. Settle or end them first, create another contact, "
                "or keep this one when merging.",
                customer=self.sudo().display_name,
                documents=", ".join([*dict.fromkeys(filter(None, names))][:5])
                or self.env._("documents that you may not see"),
            )
        )

    def _find_billing_ties(self):
        """Return what lives of these contacts, their companies and their own contacts.

        :return: {customer: (names of documents, those that others know it by its number for)}
        """
        if not self:
            return {}
        ties = {}
        for records, name, is_sent in self.sudo()._search_billing_ties():
            for record in records:
                names, sent = ties.setdefault(record[name], ([], []))
                name_of_record = get_readable_name(record, self.env)
                names.append(name_of_record)
                if is_sent:
                    sent.append(name_of_record)
        return ties

    def _search_billing_ties(self):
        """Return [(living records, their field of the customer, whether others have its number)]"""
        family = self.with_context(active_test=False).search([("id", "child_of", self.ids)])
        contracts = self.env["reseller.billing.contract"].search(
            [("partner_id", "in", family.ids), ("state", "!=", "cancelled")]
        )
        faturas = self.env["account.move"].search(
            [
                ("partner_id", "in", family.ids),
                ("billing_contract_id", "!=", False),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ]
        )
        charges = self.env["payment.transaction"].search(
            [("partner_id", "in", family.ids), ("charge_state", "in", LIVE_STATES)]
        )
        items = self.env["account.move.line"]
        open_credit = items.browse()
        # Most clients have none, and then in one company.
        owed = items._read_group(
            [
                ("partner_id", "in", family.commercial_partner_id.ids),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("amount_residual", "<", 0.0),
            ],
            ["partner_id", "company_id"],
        )
        for client, company in owed:
            open_credit |= client._get_billing_credit_lines(company)
        return [
            (contracts, "partner_id", False),
            (faturas, "partner_id", False),
            (charges.filtered("provider_reference").fatura_id, "partner_id", True),
            (open_credit, "partner_id", False),
        ]

    def _search_billed(self):
        """Return contracts, or faturas that can still be paid, of these contacts and their own."""
        of_contacts = [("partner_id", "child_of", self.ids)]
        return (
            self.env["reseller.billing.contract"].search(
                [*of_contacts, ("state", "!=", "cancelled")]
            )
            or self.env["payment.transaction"]
            .search([*of_contacts, ("charge_state", "in", LIVE_STATES)])
            .fatura_id
        )
