from odoo import models

# The field of OCA's l10n_br_base with IBGE's code of the municipality.
CITY_CODE_FIELD = "ibge_code"


class ResPartner(models.Model):
    """Where the localisations keep what Brazil asks of a customer; none is needed.

    Core's has the district (bairro) in the second line of the address. OCA's has a field for it,
    the complement in that line, and the company's legal name (razão social) beside the name that
    people know.
    """

    _inherit = "res.partner"

    def _get_fiscal_name(self):
        """Return the legal name, else the name."""
        self.ensure_one()
        return self._get_if_known("legal_name") or self.name

    def _get_fiscal_district(self):
        self.ensure_one()
        return self.district if "district" in self._fields else self.street2

    def _get_fiscal_street(self):
        """Return street_name, street_number and street_number2, the last one with the complement.

        Unlike the host's, never None.
        """
        self.ensure_one()
        parts = {name: value or "" for name, value in self._get_street_split().items()}
        if "district" in self._fields:
            complement = (parts["street_number2"], self.street2)
            parts["street_number2"] = " ".join(filter(None, complement))
        return parts

    def _get_fiscal_city(self):
        """Return the name of the city, and IBGE's code of it or an empty text."""
        self.ensure_one()
        city = self.city_id if "city_id" in self._fields else None
        if not city:
            return self.city, ""
        code = city[CITY_CODE_FIELD] if CITY_CODE_FIELD in city._fields else ""
        return self.city or city.name, code

    def _get_state_registration(self):
        """Return the IE, an empty text where no localisation has it."""
        self.ensure_one()
        return self._get_if_known("l10n_br_ie_code") or ""

    def _get_if_known(self, name):
        return self[name] if name in self._fields else False
