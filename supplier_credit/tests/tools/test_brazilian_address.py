from odoo.tests import BaseCase, tagged
from odoo.tools import street_split

from ...tools.brazilian_address import read_address, read_email, read_phone


@tagged("post_install", "-at_install")
class TestBrazilianAddress(BaseCase):
    """Addresses as people type them."""

    def split(self, street, **values):
        place = {"district": "", "city": "", "city_code": "", "state": "", "zip_code": "", **values}
        return read_address(street_split(street), **place)

    def test_street_number_and_complement(self):
        for street, expected in {
            "Rua das Flores, 100": ("Rua das Flores", "100", ""),
            "Rua das Flores 100A": ("Rua das Flores", "100A", ""),
            "Rua das Flores, 100 - Sala 2": ("Rua das Flores", "100", "Sala 2"),
            "Rua das Flores, 100 fundos": ("Rua das Flores", "100", "fundos"),
            "Rua das Flores, 100 fundos - Sala 2": ("Rua das Flores", "100", "fundos Sala 2"),
            "Rua das Flores, nº 100": ("Rua das Flores", "100", ""),
            "Rua das Flores, 100, bloco B": ("Rua das Flores", "100", "bloco B"),
            "Rua 15 de Novembro, 200": ("Rua 15 de Novembro", "200", ""),
            "Av. 9 de Julho": ("Av. 9 de Julho", "", ""),
            "Praça da Sé, s/n": ("Praça da Sé", "s/n", ""),
            "Rod. BR-101, km 12": ("Rod. BR-101", "km 12", ""),
            "": ("", "", ""),
        }.items():
            with self.subTest(street):
                address = self.split(street)
                self.assertEqual((address.street, address.number, address.complement), expected)

    def test_what_cannot_be_used_is_left_empty(self):
        address = self.split("", state="XX", zip_code="0100-000", city_code="123")
        self.assertEqual((address.state, address.zip_code, address.city_code), ("", "", ""))
        address = self.split("", state="SP", zip_code="01001-000", city_code="3550308")
        self.assertEqual(
            (address.state, address.zip_code, address.city_code), ("SP", "01001000", "3550308")
        )

    def test_phone(self):
        for text, expected in {
            "+55 11 3333-4444": "1133334444",
            "(011) 98888-7777": "11988887777",
            "55 3333-4444": "5533334444",
            "3333-4444": "",
            "+1 212 555 0100 999": "",
            None: "",
        }.items():
            with self.subTest(text):
                self.assertEqual(read_phone(text), expected)

    def test_email(self):
        self.assertEqual(read_email(" a.b@c.com.br "), "a.b@c.com.br")
        self.assertEqual(read_email("a@b, c@d.com"), "")
        self.assertEqual(read_email(False), "")
