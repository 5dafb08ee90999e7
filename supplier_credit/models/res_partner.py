from odoo import models
from stdnum.br import cnpj, cpf


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_supplier_vat(self):
        """Return CNPJ (also an alphanumeric one) or CPF without punctuation, '' if invalid."""
        self.ensure_one()
        number = "".join(character for character in (self.vat or "") if character.isalnum()).upper()
        return number if cnpj.is_valid(number) or cpf.is_valid(number) else ""
