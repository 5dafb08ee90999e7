from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PanelCommon


@tagged("post_install", "-at_install")
class TestPartnerMerge(PanelCommon):
    """Contacts of one taxpayer become one client, who keeps what both had."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("merge_clerk", "base.group_user,base.group_partner_manager")
        cls.twin = cls._create_client("Padaria Sol ME")

    def merge(self, kept=None):
        """Merge both contacts as the host's wizard does."""
        kept = kept or self.client_partner
        both = self.client_partner | self.twin
        wizards = self.env["base.partner.merge.automatic.wizard"].with_user(self.clerk)
        wizard = wizards.create({"partner_ids": [(6, 0, both.ids)], "dst_partner_id": kept.id})
        wizard.action_merge()
        self.env.invalidate_all()
        self.assertEqual(both.exists(), kept)

    def refuse(self):
        """Assert that merging is refused and changes nothing; return the message."""
        with self.assertRaises(UserError) as caught:
            self.merge()
        self.env.invalidate_all()
        self.assertEqual(len((self.client_partner | self.twin).exists()), 2)
        return str(caught.exception)

    def plan_of_another_kind(self):
        return self.plan.copy({"name": "Outro", "product_id": self.product.copy().id})

    def test_contracts_faturas_and_charges_follow(self):
        other = self._create_contract(
            self.twin, plan=False, line_ids=[(0, 0, {"plan_id": self.plan_of_another_kind().id})]
        )
        fatura = self.make_charged(partner=self.twin, billing_contract_id=other)
        self.merge()
        self.assertEqual((self.contract | other).partner_id, self.client_partner)
        self.assertEqual(fatura.commercial_partner_id, self.client_partner)
        self.assertEqual(fatura.charge_id.partner_id, self.client_partner)
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        self.assertEqual(fatura.payment_state, "paid")

    def test_open_contracts_of_one_plan_are_named(self):
        other = self._create_contract(self.twin)
        message = self.refuse()
        self.assertIn(self.contract.name, message)
        self.assertIn(other.name, message)
        other.action_cancel()
        self.merge()
        self.assertEqual((self.contract | other).partner_id, self.client_partner)

    def test_open_contracts_without_plan_are_named(self):
        contracts = [
            self._create_contract(client, plan=False) for client in (self.client_partner, self.twin)
        ]
        message = self.refuse()
        for contract in contracts:
            self.assertIn(contract.name, message)
            self.assertTrue(contract.exists())

    def test_clients_of_one_panel_are_named(self):
        links = self.env["reseller.billing.panel.link"].sudo()
        for reference, client in (("P-1", self.client_partner), ("P-2", self.twin)):
            links.create(
                {
                    "panel_id": self.panel.id,
                    "kind": "client",
                    "partner_id": client.id,
                    "reference": reference,
                }
            )
        message = self.refuse()
        self.assertIn("P-1, P-2", message)
        self.assertEqual(len(links.search([("panel_id", "=", self.panel.id)])), 2)

    def test_link_of_one_of_them_follows(self):
        links = self.env["reseller.billing.panel.link"].sudo()
        link = links.create(
            {
                "panel_id": self.panel.id,
                "kind": "client",
                "partner_id": self.twin.id,
                "reference": "P-2",
            }
        )
        self.merge()
        self.assertEqual(link.partner_id, self.client_partner)

    def test_payer_of_the_contact_that_stays_is_kept(self):
        payers = self.env["reseller.billing.payer"].sudo()
        other_provider = self.provider.copy()
        mine, theirs, elsewhere = (
            payers.create(
                {"partner_id": client.id, "provider_id": provider.id, "reference": reference}
            )
            for client, provider, reference in (
                (self.client_partner, self.provider, "cus_1"),
                (self.twin, self.provider, "cus_2"),
                (self.twin, other_provider, "cus_3"),
            )
        )
        self.merge()
        self.assertTrue(mine.exists())
        self.assertFalse(theirs.exists())
        self.assertEqual(elsewhere.partner_id, self.client_partner)
