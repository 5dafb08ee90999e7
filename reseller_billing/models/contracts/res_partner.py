import re
from functools import partial

from odoo import api, fields, models

from ...const import MANAGER, USER
from ...tools import tax_id

BRAZILIAN = "pt_BR"
# What the host gives where nobody says a language, over RPC and in crons.
HOST_LANG = "en_US"
CEP_DIGITS = 8


class ResPartner(models.Model):
    """A client of the reseller."""

    _name = "res.partner"
    _inherit = ["reseller.billing.abstract.guard", "res.partner"]

    billing_contract_ids = fields.One2many(
        comodel_name="reseller.billing.contract",
        inverse_name="partner_id",
        string="Contracts",
        readonly=True,
    )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model
    def default_get(self, fields_list):
        """Propose the language of Brazil for clients made on the addon's own screens."""
        values = super().default_get(fields_list)
        if self.env.context.get("is_billing_client") and "lang" in fields_list:
            values["lang"] = self._get_brazilian_lang() or values.get("lang")
        return values

    # -------------------------------------------------------------------------
    # ACCESS
    # -------------------------------------------------------------------------

    def _check_access(self, operation):
        """Let users of subscription control register clients.

        Their group comes with the host's invoicing role, which keeps the rights on contacts that it
        has without the addon. So the right is not the group's.
        """
        result = super()._check_access(operation)
        if not result or operation == "read" or not self._may_be_registered(operation):
            return result
        rules = self.env["ir.rule"]
        domain = rules._compute_domain(self._name, operation)
        forbidden = self - self.sudo().with_context(active_test=False).filtered_domain(domain)
        return (
            (forbidden, partial(rules._make_access_error, operation, forbidden))
            if forbidden
            else None
        )

    def _may_be_registered(self, operation):
        """Return whether the user may do so with these clients because of subscription control.

        Users of this database and companies are no clients; only managers delete some.
        """
        user = self.env.user
        role = MANAGER if operation == "unlink" else USER
        if not user.has_group(role) or user.has_group("account.group_account_invoice"):
            return False
        partners = self.sudo().with_context(active_test=False)
        if partners.user_ids.filtered(lambda one: not one.share) or partners.ref_company_ids:
            return False
        return operation == "create" or all(
            partner.commercial_partner_id.customer_rank for partner in partners
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _get_brazilian_lang(self):
        """Return the code of Brazil's Portuguese, or False where it is not installed."""
        installed = dict(self.env["res.lang"].get_installed())
        return BRAZILIAN if BRAZILIAN in installed else False

    def _set_brazilian_lang(self):
        """Let Brazilian clients be written to in Portuguese, with Brazilian dates and money.

        Clients get the host's language, or that of who created them. Another one was chosen, and
        stays; so does the one that a client has when it gets a further contract.
        """
        lang = self._get_brazilian_lang()
        brazilian = self.filtered(lambda client: client.country_id.code in (False, "BR"))
        for client in brazilian.sudo() if lang else ():
            given = {False, HOST_LANG, client.create_uid.lang}
            if client.lang in given and len(client.billing_contract_ids) <= 1:
                client.lang = lang

    def _get_missing_billing_data(self):
        """Return the names of data that this client lacks to be charged, in the user's language."""
        self.ensure_one()
        needed = {
            self.env._("name"): self.name,
            self.env._("CPF/CNPJ"): self.vat and self.vat.strip("/ "),
            self.env._("e-mail"): self.email,
            self.env._("CEP"): self.zip,
        }
        return [label for label, value in needed.items() if not value]

    def _find_billing_faults(self):
        """Return what keeps this client from being charged, as texts in the user's language."""
        self.ensure_one()
        faults = [self.env._("%s is missing", label) for label in self._get_missing_billing_data()]
        if self.email and not self.email_normalized:
            faults.append(self.env._("%s is no e-mail address", self.email))
        number = tax_id.normalize(self.vat)
        if number and not tax_id.is_valid(number):
            faults.append(self.env._("%s is no CPF or CNPJ", self.vat))
        if self.zip and len(re.sub(r"[^0-9]", "", self.zip)) != CEP_DIGITS:
            faults.append(self.env._("%s is no CEP of eight digits", self.zip))
        if self.country_id and self.country_id.code != "BR":
            faults.append(
                self.env._(
                    "%s is not Brazil, and the provider charges clients in Brazil",
                    self.country_id.name,
                )
            )
        return faults

    def _get_statement_faturas(self):
        """Return this client's posted faturas of the current company, whose letterhead is printed;
        oldest due date first."""
        self.ensure_one()
        return self.env["account.move"].search(
            [
                ("partner_id", "child_of", self.commercial_partner_id.id),
                ("company_id", "=", self.env.company.id),
                ("billing_contract_id", "!=", False),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
            ],
            order="invoice_date_due, id",
        )
