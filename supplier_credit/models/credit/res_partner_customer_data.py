from odoo import models

from ...tools.api.customer import CustomerData
from ...tools.brazilian_address import digits, read_address, read_email, read_phone, tidy

# The field of OCA's l10n_br_base with IBGE's code of the municipality.
CITY_CODE_FIELD = "ibge_code"


class ResPartner(models.Model):
    """A customer's data in the form of the API. docs/api, `CustomerRegistration`."""

    _inherit = "res.partner"

    def _get_supplier_customer_data(self):
        """Return this partner as `CustomerData`; a missing or unusable part is '' in it."""
        self.ensure_one()
        city = self.city_id
        brazilian = self.state_id.country_id.code == "BR"
        address = read_address(
            self._get_street_split(),
            district=self.street2,
            city=self.city or city.name,
            city_code=city[CITY_CODE_FIELD] if CITY_CODE_FIELD in city._fields else "",
            state=self.state_id.code if brazilian else "",
            zip_code=self.zip,
        )
        return CustomerData(
            vat=self._get_supplier_vat(),
            name=tidy(self.name),
            state_registration=digits(self.l10n_br_ie_code)[:20],
            address=address,
            email=read_email(self.email_normalized),
            phone=read_phone(self.phone),
        )

    def _get_missing_supplier_data(self):
        """Return the names of the missing or unusable data, without which it cannot be sent."""
        data = self._get_supplier_customer_data()
        address = data.address
        needed = [
            (data.vat, self.env._("valid CNPJ or CPF")),
            (data.name, self.env._("name")),
            (address.street, self.env._("street")),
            (address.number, self.env._("street number")),
            (address.district, self.env._("district (second line of the address)")),
            (address.city, self.env._("city")),
            (address.state, self.env._("Brazilian state")),
            (address.zip_code, self.env._("CEP with eight digits")),
            (data.email, self.env._("valid e-mail address")),
            (data.phone, self.env._("phone with area code")),
        ]
        return [name for value, name in needed if not value]
