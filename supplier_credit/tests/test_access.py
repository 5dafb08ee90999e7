from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestAccess(SupplierCreditCommon):
    """Access rights of users, accountants, managers and other companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Outra Empresa Ltda")
        cls.stranger = cls._create_user(
            "stranger",
            "sales_team.group_sale_salesman_all_leads,account.group_account_manager",
            cls.other["company"],
        )
        cls.manager = cls._create_user("manager", "supplier_credit.supplier_credit_group_manager")
        cls.employee = cls._create_user("employee", "base.group_user")
        cls.order = cls.create_order()
        cls.reservation = cls.reserve(cls.order)

    def test_salesman_works_but_cannot_write_what_supplier_answered(self):
        mine = self.reservation.with_user(self.salesman)
        self.assertEqual(mine.state, "active")
        for attempt in (
            lambda: mine.write({"amount": 1e6}),
            lambda: mine.write({"state": "active", "valid_until": "2099-01-01"}),
            lambda: mine.create({"order_number": "X"}),
            lambda: mine.unlink(),
            lambda: self.agreement.with_user(self.salesman).write({"tolerance_percent": 50}),
            lambda: self.agreement.with_user(self.salesman).action_test_connection(),
            lambda: self.messages(self.reservation).with_user(self.salesman).read(["request"]),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_manager_sets_parameters_but_never_reads_the_secret(self):
        agreement = self.agreement.with_user(self.manager)
        agreement.tolerance_percent = 5
        with self.assertRaises(AccessError):
            agreement.read(["client_secret"])
        self.assertNotIn("client_secret", agreement.fields_get())
        self.assertTrue(self.messages(self.reservation).with_user(self.manager).read(["request"]))

    def test_user_of_another_company_sees_nothing(self):
        for model in sorted(self.env.registry):
            if model.startswith("supplier.credit.") and "company_id" in self.env[model]._fields:
                records = self.env[model].with_user(self.stranger)
                if records.has_access("read") and not records._transient and not records._abstract:
                    # What has no company is shared by all: the general table of events.
                    self.assertFalse(records.search([("company_id", "!=", False)]), model)
        with self.assertRaises(AccessError):
            self.reservation.with_user(self.stranger).read(["amount"])
        with self.assertRaises(AccessError):
            self.order.with_user(self.stranger).action_send_supplier_preauthorization()
        for act in ("action_query", "action_renew", "action_cancel", "action_send_change"):
            with self.assertRaises(AccessError):
                getattr(self.reservation.with_user(self.stranger), act)()

    def test_portal_user_reads_the_order_but_nothing_of_supplier(self):
        portal = self._create_user("portal", "base.group_portal")
        portal.partner_id = self.customer
        order = self.order.with_user(portal)
        self.assertEqual(order.read(["name"])[0]["name"], self.order.name)
        for attempt in (
            lambda: self.reservation.with_user(portal).read(["code"]),
            lambda: self.agreement.with_user(portal).read(["name"]),
            lambda: order.action_send_supplier_preauthorization(),
            lambda: order.write({"state": "sale"}),
            lambda: order._release_supplier_by_hand(["reservation"], "me"),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.assertEqual(self.order.state, "draft")

    def test_employee_without_role_sees_nothing(self):
        with self.assertRaises(AccessError):
            self.reservation.with_user(self.employee).read(["amount"])
        with self.assertRaises(AccessError):
            self.agreement.with_user(self.employee).read(["name"])

    def test_bearers_and_journals_of_another_company_are_refused(self):
        other_bearer = self._create_bearer(self.other, self.env["supplier.credit.agreement"])
        with self.assertRaisesRegex(ValidationError, "belongs to"):
            other_bearer.supplier_agreement_id = self.agreement
        with self.assertRaises(UserError):
            self.agreement.journal_id = self.other["default_journal_misc"]

    def test_manager_neither_reads_nor_exports_nor_searches_secrets(self):
        self.agreement.sudo().webhook_secret = "hook-secret"
        exporter = self._create_user(
            "exporter", "supplier_credit.supplier_credit_group_manager,base.group_allow_export"
        )
        agreement = self.agreement.with_user(exporter)
        for name in ("client_secret", "webhook_secret", "webhook_token"):
            self.assertNotIn(name, agreement.fields_get())
            with self.assertRaises(AccessError):
                agreement.read([name])
            with self.assertRaises(AccessError):
                agreement.search([(name, "!=", False)])
            with self.assertRaises(AccessError):
                agreement.export_data(["name", name])
        plain = [
            name
            for name, field in agreement.fields_get().items()
            if field["type"] in ("char", "text", "boolean", "integer", "selection")
        ]
        seen = str(agreement.read(plain))
        self.assertIn("https://supplier.example.com", seen)
        self.assertNotIn("very-secret", seen)
        self.assertNotIn("hook-secret", seen)

    def test_copy_of_an_agreement_takes_no_secret_along(self):
        self.agreement.sudo().webhook_secret = "hook-secret"
        copied = self.agreement.sudo().copy({"enabled": False})
        self.assertFalse(copied.client_secret or copied.client_id or copied.webhook_secret)
        self.assertNotEqual(copied.webhook_token, self.agreement.sudo().webhook_token)

    def test_secrets_are_in_no_message_no_chatter_and_no_log(self):
        delivery = "odoo.addons.supplier_credit.models.messaging.message_outcome"
        with self.assertLogs(delivery, "DEBUG") as logs:
            self.agreement.sudo().write({"client_secret": "changed-secret"})
            self.supplier.on("POST", "/oauth/token", {"mensagem": "recusado"}, 401)
            self.create_order().action_send_supplier_preauthorization()
            self.deliver()
        self.assertTrue(self.agreement.queue_stopped)
        secrets = ("very-secret", "changed-secret", "Bearer t")
        texts = logs.output
        texts += (
            self.env["supplier.credit.message"]
            .sudo()
            .search([])
            .mapped(lambda m: f"{m.request}{m.response}{m.error}")
        )
        for record in (self.agreement, self.order, self.reservation):
            texts += record.sudo().message_ids.mapped("body")
            values = record.sudo().message_ids.sudo().tracking_value_ids
            texts += values.mapped("new_value_char") + values.mapped("old_value_char")
        found = [text for text in texts if text and any(secret in text for secret in secrets)]
        self.assertFalse(found)
