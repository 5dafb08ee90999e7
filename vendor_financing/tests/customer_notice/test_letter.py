from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_notice import NoticeCommon


@tagged("post_install", "-at_install")
class TestLetter(NoticeCommon):
    """Customers of a contract are sent their instalments, each with a letter of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_b.email = False

    def setUp(self):
        super().setUp()
        first, second = self.invoice(amount=1000.0), self.invoice(amount=500.0)
        other = self.invoice(amount=300.0)
        other.button_draft()
        other.partner_id = self.partner_b
        other.preferred_payment_method_line_id = self.bearer
        other.action_post()
        self.contract = self.finance(first | second | other, plan="30/60")

    def run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("vendor_financing.ir_cron_send_letters").method_direct_trigger()
        self.env.invalidate_all()

    def send(self, contracts=None, user=None):
        contracts = contracts or self.contract
        action = contracts.with_user(user or self.invoicing_user).action_send_letters()
        before = self.env["mail.mail"].search([])
        self.run_cron()
        return action["params"], self.env["mail.mail"].search([]) - before

    def test_one_letter_for_each_customer(self):
        notice, mails = self.send()
        self.assertEqual(notice["type"], "warning")
        self.assertIn("partner_b", notice["message"])
        (mail,) = mails
        self.assertEqual(mail.recipient_ids, self.partner_a)
        self.assertIn("your bank instalments", mail.subject)
        text = self.text(mail.body_html)
        self.assertIn("Banco A", text)
        parts = self.contract.installment_ids.filtered(lambda p: p.partner_id == self.partner_a)
        self.assertEqual(len(parts), 4)
        for part in parts:
            self.assertIn(f"{part.customer_total:,.2f}", text)
        self.assertEqual(len(mail.attachment_ids), 1)
        states = self.contract.title_ids.grouped("partner_id")
        self.assertEqual(states[self.partner_a].mapped("letter_state"), ["sent", False])
        self.assertEqual(states[self.partner_b].mapped("letter_state")[0], "failed")
        said = " ".join(self.contract.message_ids.mapped("body"))
        self.assertIn("cliente@example.com", said)
        self.assertIn("no e-mail address", said)

    def test_letter_shows_parts_and_cost_and_no_earning_of_the_company(self):
        titles = self.contract._get_letters()
        report = self.env["ir.actions.report"]
        name = "vendor_financing.vendor_financing_letter_report"
        source, _type = report._render_qweb_html(name, titles.ids)
        text = self.text(source.decode())
        parts = self.contract.installment_ids.filtered(lambda p: p.partner_id == self.partner_a)
        for part in parts:
            shown = part.principal + part._get_told_interest() + part._get_told_iof()
            self.assertAlmostEqual(shown, part.customer_total, places=2)
        self.assertIn(f"{sum(parts.mapped('customer_total')):,.2f}", text)
        self.assertIn(f"{parts._get_effective_cost():.2f} % a year", text)
        self.assertNotIn("Spread", text)

    def test_several_contracts_at_once(self):
        other = self.finance(self.invoice(amount=200.0))
        _notice, mails = self.send(self.contract | other)
        self.assertEqual(len(mails), 2)

    def test_sent_again_on_request_only(self):
        self.send()
        before = self.env["mail.mail"].search([])
        self.run_cron()
        self.assertEqual(self.env["mail.mail"].search([]), before)
        self.assertEqual(len(self.send()[1]), 1)

    def test_a_letter_that_fails_stops_no_other(self):
        other = self.finance(self.invoice(amount=200.0))
        template = self.env.ref("vendor_financing.mail_template_customer_letter")
        template.subject = (
            "{{ 1 / 0 if object.contract_id.id == " + str(self.contract.id) + " else 'ok' }}"
        )
        with mute_logger(
            "odoo.addons.vendor_financing.models.customer_notice.title",
            "odoo.addons.mail.models.mail_render_mixin",
        ):
            _notice, mails = self.send(self.contract | other)
        self.assertEqual(mails.mapped("subject"), ["ok"])
        self.assertIn("failed", self.contract.title_ids.mapped("letter_state"))

    def test_only_effective_contracts_and_only_accountants(self):
        draft = self.make_contract(self.invoice(amount=50.0))
        with self.assertRaisesRegex(UserError, "effective"):
            draft.action_send_letters()
        for user in (self.salesman, self.foreign_user):
            with self.assertRaises(AccessError):
                self.contract.with_user(user).action_send_letters()
        action = self.contract.with_user(self.invoicing_user).action_print_letters()
        self.assertEqual(action["report_name"], "vendor_financing.vendor_financing_letter_report")
