from odoo.tests import tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestScreens(BillingCommon):
    """Lists and forms in the seed's words."""

    def test_situation_is_open_until_the_charge_is_paid(self):
        fatura = self.make_charged()
        self.assertEqual(fatura.fatura_situation, "open")
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        self.assertEqual(fatura.fatura_situation, "paid")
        fatura.charge_id._request_refund(100.0)
        self.send()
        self.assertEqual(fatura.charge_state, "refunded")

    def test_boletos_open_with_the_account_of_the_provider(self):
        fatura = self.make_charged()
        moves = self.env["account.move"].with_user(self.accountant).with_company(self.company)
        action = moves.action_open_boletos()
        account = action["context"]["search_default_charge_journal_id"]
        self.assertEqual(account, self.bank_journal.id)
        for domain in (
            [("charge_journal_id", "=", account)],
            [("charge_journal_id", "ilike", "princ")],
        ):
            self.assertIn(fatura, moves.search(domain))
        other = self.bank_journal.copy()
        self.assertFalse(moves.search([("charge_journal_id", "=", other.id)]))

    def test_boletos_of_who_reads_no_journals_are_those_of_all_accounts(self):
        fatura = self.make_charged()
        moves = self.env["account.move"].with_user(self.billing_user).with_company(self.company)
        action = moves.action_open_boletos()
        self.assertNotIn("search_default_charge_journal_id", action["context"])
        self.assertIn(fatura, moves.search([("charge_id", "!=", False)]))
        self.assertIn(fatura, moves.search([("charge_journal_id", "ilike", "princ")]))

    def test_status_is_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        self.env["ir.module.module"].search(
            [("name", "=", "reseller_billing")]
        )._update_translations(["pt_BR"])
        for model, name, value, label in (
            ("account.move", "charge_state", "awaiting", "Aguardando Pagamento"),
            ("reseller.billing.contract", "state", "trial", "Em Teste"),
            ("reseller.billing.analysis", "state", "trial", "Em Teste"),
        ):
            fields = self.env[model].with_context(lang="pt_BR").fields_get([name])
            self.assertEqual(dict(fields[name]["selection"])[value], label)
