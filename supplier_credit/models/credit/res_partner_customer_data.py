from odoo import models

from ...tools.api.customer import CustomerData
from ...tools.brazilian_address import digits, read_address, read_email, read_phone, tidy


class ResPartner(models.Model):
    """A customer's data in the form of the API. docs/api, `CustomerRegistration`."""

    _inherit = "res.partner"

    def _get_supplier_customer_data(self):
        """Return this partner as `CustomerData`; a missing or unusable part is '' in it."""
        self.ensure_one()
        city, city_code = self._get_fiscal_city()
        brazilian = self.state_id.country_id.code == "BR"
        address = read_address(
            self._get_fiscal_street(),
            district=self._get_fiscal_district(),
            city=city,
            city_code=city_code,
            state=self.state_id.code if brazilian else "",
            zip_code=self.zip,
        )
        return CustomerData(
            vat=self._get_supplier_vat(),
            name=tidy(self._get_fiscal_name()),
            state_registration=digits(self._get_state_registration())[:20],
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
            (address.district, self._describe_district()),
            (address.city, self.env._("city")),
            (address.state, self.env._("Brazilian state")),
            (address.zip_code, self.env._("CEP with eight digits")),
            (data.email, self.env._("valid e-mail address")),
            (data.phone, self.env._("phone with area code")),
        ]
        return [name for value, name in needed if not value]

    def _describe_district(self):
        if "district" in self._fields:
            return self.env._("district")
        return self.env._("district (second line of the address)")
