from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ...tools import tax_id


class ClientConflict(Exception):
    """Which client is meant cannot be decided without a person.

    :param candidates: res.partner, those who may be meant
    """

    def __init__(self, text, candidates):
        super().__init__(text)
        self.candidates = candidates


class ResPartner(models.Model):
    """Recognising a client that comes from the panel or from a file, and taking its data over."""

    _inherit = "res.partner"

    # Numbers are stored with and without their points.
    _normalized_vat_idx = models.Index(
        "(regexp_replace(upper(vat), '[^0-9A-Z]', '', 'g')) WHERE vat IS NOT NULL"
    )

    @api.model
    def _find_billing_client(self, client, company, taken=None):
        """Return who a client is here: by CPF/CNPJ, then by e-mail; nobody if it is new.

        :param client: `tools.panel_data.Client`
        :param company: res.company whose clients, besides the shared ones, are meant
        :param taken: function that returns which of some partners are known to be somebody else
        :raise ClientConflict: two are meant, or the one that is meant is somebody else
        """
        domain = Domain("parent_id", "=", False) & Domain("company_id", "in", (False, company.id))
        number = tax_id.normalize(client.tax_id)
        if number:
            found = self._prefer_active(domain & Domain("id", "in", self._find_by_number(number)))
            others = taken(found) if taken else self.browse()
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
        found = self._prefer_active(domain & Domain("email_normalized", "=", email))
        # Who has another CPF/CNPJ only shares the mailbox, as clients of one accountant do.
        found = found.filtered(
            lambda partner: not number or not tax_id.normalize(partner.vat)
        ).filtered(lambda partner: all(user.share for user in partner.sudo().user_ids))
        if taken:
            found -= taken(found)
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
    def _find_by_number(self, number):
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
    def _prefer_active(self, domain):
        found = self.with_context(active_test=False).search(domain)
        return found.filtered("active") or found

    @api.model
    def _prepare_billing_client(self, client):
        """Return the values of a client, False where it has nothing.

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
        """Take over what has changed in a client's data since we saw them last."""
        values = self._get_billing_changes(client, before)
        if values.get("state_id"):
            values["country_id"] = self.env.ref("base.br").id
        if values:
            self.write(values)

    def _get_billing_changes(self, client, before=None):
        """Return the values of a client that are to be taken over.

        What somebody changed here stays, unless it changed there too. What was emptied there is
        emptied here only if it came from there.

        :param client: `tools.panel_data.Client`
        :param before: the Client as we saw it last, None the first time
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
            }
        )
