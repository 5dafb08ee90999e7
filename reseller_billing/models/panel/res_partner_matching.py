from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ...tools import tax_id
from ...tools.identity import OUTSIDE


class ClientConflict(Exception):
    """A user has to decide which client is meant.

    :param candidates: res.partner that may be meant
    """

    def __init__(self, text, candidates):
        super().__init__(text)
        self.candidates = candidates


class ResPartner(models.Model):
    """Recognition of clients of the panel or a file, and import of their data."""

    _inherit = "res.partner"

    # Numbers are stored with and without their points.
    _normalized_vat_idx = models.Index(
        "(regexp_replace(upper(vat), '[^0-9A-Z]', '', 'g')) WHERE vat IS NOT NULL"
    )

    @api.model
    def _find_billing_client(self, client, company, filter_others=None):
        """Return the partner of a client: by CPF/CNPJ, then by e-mail; none if it is new.

        :param client: `tools.panel_data.Client`
        :param company: res.company whose clients are searched, besides the shared ones
        :param filter_others: function that returns those of some partners that are other clients
        :raise ClientConflict: several are found, or the one that is found is another client
        """
        domain = Domain("parent_id", "=", False) & Domain("company_id", "in", (False, company.id))
        number = tax_id.normalize(client.tax_id)
        if number:
            found = self._search_active_first(
                domain & Domain("id", "in", self._find_ids_by_number(number))
            )
            others = filter_others(found) if filter_others else self.browse()
            if others:
                raise ClientConflict(
                    self.env._(
                        "%(client)s has the CPF/CNPJ %(number)s of %(other)s, who is another "
                        "client of the panel. Correct one of them in the panel, or say who it is.",
                        client=client.name,
                        number=client.tax_id,
                        other=", ".join(others.mapped("display_name")),
                    ),
                    found,
                )
            if found:
                return found._check_one_client(client, self.env._("CPF/CNPJ"))
        email = email_normalize(client.email)
        if not email:
            return self.browse()
        found = self._search_active_first(domain & Domain("email_normalized", "=", email))
        # Partners with another CPF/CNPJ only share the mailbox, as clients of one accountant do.
        found = found.filtered(
            lambda partner: not number or not tax_id.normalize(partner.vat)
        ).filtered(lambda partner: all(user.share for user in partner.sudo().user_ids))
        if filter_others:
            found -= filter_others(found)
        return found._check_one_client(client, self.env._("e-mail"))

    def _check_one_client(self, client, what):
        if len(self) > 1:
            raise ClientConflict(
                self.env._(
                    "%(client)s could be any of these, who have the same %(what)s: %(names)s. Say "
                    "who it is, or merge them.",
                    client=client.name,
                    what=what,
                    names=", ".join(self.mapped("display_name")),
                ),
                self,
            )
        return self

    @api.model
    def _find_ids_by_number(self, number):
        """Return the ids of partners with a CPF/CNPJ, however it is written."""
        self.flush_model(["vat"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM res_partner WHERE vat IS NOT NULL"
                " AND regexp_replace(upper(vat), '[^0-9A-Z]', '', 'g') IN %s",
                (number, f"BR{number}"),
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _search_active_first(self, domain):
        found = self.with_context(active_test=False).search(domain)
        return found.filtered("active") or found

    @api.model
    def _prepare_billing_client(self, client):
        """Return the values of a client, False for empty ones.

        :param client: `tools.panel_data.Client`, or None for nothing at all
        """
        names = ("name", "vat", "email", "phone", "zip", "street", "street2", "city")
        if client is None:
            return dict.fromkeys((*names, "state_id"), False)
        values = {
            name: getattr(client, "tax_id" if name == "vat" else name) or False for name in names
        }
        country = self.env.ref("base.br")
        state = self.env["res.country.state"]
        if client.state_code:
            state = state.search(
                [("country_id", "=", country.id), ("code", "=", client.state_code)], limit=1
            )
        return {**values, "state_id": state.id}

    def _merge_billing_client(self, client, before=None):
        """Write the changes of a client's data since they were read last."""
        values = self._get_billing_changes(client, before)
        if not values:
            return
        self._check_may_be_client(client.name)
        if values.get("state_id"):
            values["country_id"] = self.env.ref("base.br").id
        # Who the documents of a client are about stays, also where the words come from outside.
        self.with_context(**{OUTSIDE: True}).write(values)

    def _check_may_be_client(self, client_name):
        """Refuse to take users, companies of this system, or other companies' contacts as clients.

        By another e-mail somebody could log in as a user; a company would get another CNPJ.

        :param client_name: of the client that others describe
        :raise UserError: naming the contact where the company's users can see it
        """
        known = self.sudo().with_context(active_test=False)
        if known.company_id and known.company_id != self.env.company:
            raise UserError(
                self.env._(
                    "The contact that was chosen for %(client)s belongs to another company. Choose "
                    "a client of %(company)s, or import it as a new one.",
                    client=client_name,
                    company=self.env.company.display_name,
                )
            )
        if known.search([("id", "parent_of", known.ids)]).ref_company_ids:
            raise UserError(
                self.env._(
                    "The contact that was chosen for %(client)s is a company of this system, or "
                    "belongs to one, and is not changed by data of others. Choose a client, or "
                    "import it as a new one.",
                    client=client_name,
                )
            )
        if any(not user.share for user in known.user_ids):
            raise UserError(
                self.env._(
                    "%(user)s uses this system and is not changed by data of others. Correct "
                    "%(client)s by hand, or import it as a new client.",
                    user=self.display_name,
                    client=client_name,
                )
            )

    def _get_billing_changes(self, client, before=None):
        """Return the values of a client to write.

        Changes made here stay, unless the value changed there too. A value that was cleared there
        is cleared here only if it came from there.

        :param client: `tools.panel_data.Client`
        :param before: the Client as it was read last, None the first time
        """
        self.ensure_one()
        new, old = self._prepare_billing_client(client), self._prepare_billing_client(before)
        values = {}
        for name, value in new.items():
            current = self[name].id if name == "state_id" else self[name] or False
            if value == old[name] or self._is_same_value(name, value, current):
                continue
            if value or self._is_same_value(name, old[name], current):
                values[name] = value
        return values

    @api.model
    def _is_same_value(self, name, one, other):
        if name == "vat":
            return tax_id.normalize(one or "") == tax_id.normalize(other or "")
        return one == other

    @api.model
    def _create_billing_client(self, client, company):
        """Return a new client of a company."""
        values = self._prepare_billing_client(client)
        return self.create(
            {
                **values,
                "company_id": company.id,
                "country_id": self.env.ref("base.br").id,
                "is_company": len(tax_id.normalize(client.tax_id)) == 14,
                "customer_rank": 1,
                "lang": self._get_brazilian_lang() or self.env.lang,
            }
        )
