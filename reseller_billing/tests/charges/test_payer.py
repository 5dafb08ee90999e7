from odoo.tests import tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestPayer(BillingCommon):
    """What Asaas gets of a client: no optional datum stops a charge, no other's is touched."""

    def charge(self, **values):
        """Charge a new client with these values; return its customer at Asaas and the fatura."""
        client = self._create_client("Padaria Lua", **values)
        self._create_contract(client)
        fatura = self.make_charged(partner=client)
        return self.asaas.customers[self.asaas.payments[self.get_id(fatura)]["customer"]], fatura

    def get_id(self, fatura):
        self.assertEqual(fatura.charge_state, "awaiting", fatura.charge_problem)
        return fatura.charge_id.provider_reference

    def test_any_phone_that_people_write_is_charged(self):
        cases = {
            "(11) 3333-4444": ("1133334444", None),
            "+55 11 98888-7777": (None, "11988887777"),
            "0800 123 4567": (None, None),
            "(11) 3333-4444 / 98888-7777": ("1133334444", None),
            "11 98888-7777 / 11 3333-4444": ("1133334444", "11988887777"),
            "11 99999-9999": (None, None),
            "+1 212 555 1234": (None, None),
            "call me": (None, None),
        }
        for phone, expected in cases.items():
            with self.subTest(phone):
                customer, _fatura = self.charge(phone=phone)
                self.assertEqual((customer.get("phone"), customer.get("mobilePhone")), expected)

    def test_optional_data_that_is_refused_is_left_out(self):
        for values in ({"zip": "00000-000"}, {"street": "x" * 300}, {"phone": "1"}):
            with self.subTest(values):
                customer, fatura = self.charge(**values)
                self.assertEqual(customer["externalReference"], f"partner-{fatura.partner_id.id}")

    def test_new_phone_that_is_refused_changes_the_customer_without_it(self):
        customer, fatura = self.charge(phone="(11) 3333-4444")
        fatura.partner_id.write({"name": "Padaria Nova", "zip": "00000-000"})
        self.make_charged(partner=fatura.partner_id, month="08")
        self.assertEqual((customer["name"], len(self.asaas.customers)), ("Padaria Nova", 1))

    def test_customers_of_other_systems_and_clients_are_not_touched(self):
        foreign = {"name": "Of another system", "cpfCnpj": "24971563792", "id": "cus_x"}
        self.asaas.customers["cus_x"] = dict(foreign)
        _first, fatura = self.charge()
        self.charge()
        self.assertEqual(self.asaas.customers["cus_x"], foreign)
        self.assertEqual(len(self.asaas.customers), 3, "two clients with one CPF are two customers")
        fatura.partner_id.name = "Padaria Nova"
        self.make_charged(partner=fatura.partner_id, month="08")
        names = sorted(customer["name"] for customer in self.asaas.customers.values())
        self.assertEqual(names, ["Of another system", "Padaria Lua", "Padaria Nova"])

    def test_customer_that_cannot_be_changed_is_charged_as_it_is(self):
        customer, fatura = self.charge()
        customer["canEdit"] = False
        fatura.partner_id.name = "Padaria Nova"
        self.make_charged(partner=fatura.partner_id, month="08")
        self.assertEqual((customer["name"], len(self.asaas.payments)), ("Padaria Lua", 2))
