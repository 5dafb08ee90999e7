import re

from odoo import models

from ..common.moment import get_now

# Our reference of a client, see `reseller.billing.payer`.
OWN_CLIENT = re.compile(r"partner-([0-9]{1,9})", re.ASCII)


class ResellerBillingComparison(models.Model):
    """What a page of the provider's records holds that is unknown here."""

    _inherit = "reseller.billing.comparison"

    def _compare_payers(self, found):
        """List clients of ours that are not here, and learn the ids of those that are.

        Those that another system made in the same account are not ours to judge.

        :param found: list of `tools.receipts.KnownPayer`
        """
        payers = self.env["reseller.billing.payer"]
        known = payers.search(
            [
                ("provider_id", "in", self._get_providers().ids),
                ("reference", "in", [one.reference for one in found]),
            ]
        )
        references = set(known.mapped("reference"))
        for one in found:
            match = OWN_CLIENT.fullmatch(one.external_reference)
            if not match or one.reference in references:
                continue
            partner = self.env["res.partner"].browse(int(match[1])).exists()
            if partner and payers._prepare_payer(partner).tax_id == one.tax_id:
                if not payers._find(self.provider_id, partner):
                    self.provider_id._store_payer(partner, one.reference, "")
                continue
            self._store_finding(
                one.reference,
                kind="customer",
                customer=one.reference,
                external_reference=one.external_reference,
                name=one.name,
                partner_id=self._find_client(one.tax_id).id,
            )

    def _find_client(self, tax_id):
        """Return the client with a CPF or CNPJ, entered again under another number, or none."""
        partners = self.env["res.partner"]
        if not tax_id:
            return partners
        digits = "".join(filter(str.isalnum, tax_id))
        found = partners.search(
            [
                ("vat", "in", list({tax_id, digits})),
                ("company_id", "in", (False, self.company_id.id)),
                ("parent_id", "=", False),
            ],
            limit=1,
        )
        return found

    def _compare_charges(self, page):
        """List living charges that are not here or besides ours; follow those that differ.

        :param page: `tools.receipts.Page` of charges
        """
        found = page.records
        charges = self._find_charges("provider_reference", [one.reference for one in found])
        known = charges.grouped("provider_reference")
        charges.charge_asked_at = get_now(self.env)
        own = charges.filtered(lambda charge: charge.provider_id == self.provider_id)
        references = set(own.mapped("provider_reference"))
        self.provider_id._store_differences([one for one in found if one.reference in references])
        self.provider_id._store_unreadable(page.unreadable)
        unknown = [one for one in found if one.reference not in known]
        ours = self._find_charges(
            "reference", [one.external_reference for one in unknown if one.external_reference]
        ).grouped("reference")
        for one in unknown:
            charge = ours.get(one.external_reference, charges.browse())
            if charge and not charge.provider_reference:
                # Being made, or asked for before it is: found then.
                continue
            self._store_finding(
                one.reference,
                kind="double" if charge else "unknown",
                external_reference=one.external_reference,
                customer=one.customer,
                name=one.number,
                amount=float(one.amount),
                due_date=one.due_date,
                charge_id=charge.id,
                partner_id=(charge.partner_id or self._find_partner(one.customer)).id,
            )

    def _get_providers(self):
        """Return this provider and those of other companies with the same account."""
        return self.provider_id | self.provider_id._get_providers_of_account()

    def _find_charges(self, name, values):
        return self.env["payment.transaction"].search(
            [
                ("provider_id", "in", self._get_providers().ids),
                ("charge_state", "!=", False),
                (name, "in", values),
            ]
        )

    def _find_partner(self, customer):
        """Return the client of a provider's id, or none."""
        payers = self.env["reseller.billing.payer"]
        domain = [("provider_id", "=", self.provider_id.id), ("reference", "=", customer)]
        partner = payers.search(domain, limit=1).partner_id
        if partner or not customer:
            return partner
        findings = self.env["reseller.billing.finding"]
        return findings.search(
            [("provider_id", "=", self.provider_id.id), ("reference", "=", customer)], limit=1
        ).partner_id

    def _store_finding(self, reference, **values):
        """List a record of the provider once; what was decided about it stays decided."""
        findings = self.env["reseller.billing.finding"]
        domain = [("provider_id", "=", self.provider_id.id), ("reference", "=", reference)]
        found = findings.search(domain, limit=1)
        if found:
            found.write({**values, "comparison_id": self.id})
        else:
            findings.create({**values, "reference": reference, "comparison_id": self.id})
