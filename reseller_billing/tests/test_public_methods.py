from unittest.mock import patch

from odoo.tests import tagged

from .common import REQUEST_SEAM
from .common_http import HostileCommon

# What the ORM offers for every model, which its own rights protect.
OF_THE_HOST = {
    "create",
    "write",
    "unlink",
    "default_get",
    "onchange",
    # Checked by the host, which writes the state of the documents first.
    "button_cancel",
}
# They only open lists, in which each user sees what it may.
OF_NO_RECORD = {"action_open_boletos", "action_open_receivables"}


@tagged("post_install", "-at_install")
class TestPublicMethods(HostileCommon):
    """Each method that RPC can call refuses strangers before anything leaves or is written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.panel = cls.env["reseller.billing.panel"].create(
            {"name": "Painel", "url": "https://panel.example.com", "company_id": cls.company.id}
        )
        cls.panel.sudo().token = "secret"
        values = {"panel_id": cls.panel.id, "resource": "clientes", "reference": "p1"}
        wizard = {"move_id": cls.fatura.id, "amount": 1.0}
        event = cls.env["reseller.billing.event"].sudo()
        event = event.create({"provider_id": cls.provider.id, "event_ref": "evt_x"})
        comparison = cls.env["reseller.billing.comparison"].sudo()
        comparison = comparison.create({"provider_id": cls.provider.id, "reason": "hand"})
        finding = cls.env["reseller.billing.finding"].sudo()
        finding = finding.create(
            {"comparison_id": comparison.id, "kind": "unknown", "reference": "pay_x"}
        )
        cls.records = {
            "account.move": cls.fatura,
            "account.partial.reconcile": cls.env["account.partial.reconcile"],
            "account.payment": cls.env["account.payment"].create(
                {"partner_id": cls.client_partner.id, "amount": 1.0}
            ),
            "payment.provider": cls.provider,
            "payment.transaction": cls.charge,
            "res.partner": cls.own_client,
            "res.users": cls.accountant,
            "reseller.billing.batch": cls.env["reseller.billing.batch"].create({}),
            "reseller.billing.change": cls.env["reseller.billing.change"].create(
                {**wizard, "date_due": "2026-08-01"}
            ),
            "reseller.billing.client.import": cls.env["reseller.billing.client.import"].create(
                {"file": "bm9tZQo="}
            ),
            "reseller.billing.contract": cls.contract,
            "reseller.billing.comparison": comparison,
            "reseller.billing.event": event,
            "reseller.billing.finding": finding,
            "reseller.billing.orphan.booking": cls.env["reseller.billing.orphan.booking"]
            .with_context(active_id=event.id)
            .create({"partner_id": cls.client_partner.id}),
            "reseller.billing.contract.change": cls.env["reseller.billing.contract.change"].create(
                {"contract_id": cls.contract.id, "kind": "cancel"}
            ),
            "reseller.billing.due": cls.contract.due_ids,
            "reseller.billing.job": cls.env["reseller.billing.job"]._queue(
                "faturas", "Faturas", cls.company, [{"contract_id": cls.contract.id}]
            ),
            "reseller.billing.overview": cls.env["reseller.billing.overview"].browse(
                cls.company.id
            ),
            "reseller.billing.panel": cls.panel,
            "reseller.billing.panel.link": cls.env["reseller.billing.panel.link"]
            .sudo()
            .create(
                {"panel_id": cls.panel.id, "kind": "client", "partner_id": cls.client_partner.id}
            ),
            "reseller.billing.panel.row": cls.env["reseller.billing.panel.row"]
            .sudo()
            .create(values),
            "reseller.billing.refund": cls.env["reseller.billing.refund"].create(wizard),
        }

    def find_methods(self):
        """Yield (model, name) of each public method of the addon."""
        for model in self.env.registry:
            found = {
                name
                for part in type(self.env[model]).__mro__
                if getattr(part, "_module", None) == "reseller_billing"
                for name, value in vars(part).items()
                if callable(value) and not name.startswith("_")
            }
            if not self.env[model]._abstract:
                yield from ((model, name) for name in sorted(found - OF_THE_HOST))

    def test_strangers_are_refused(self):
        methods = list(self.find_methods())
        self.assertGreater(len(methods), 30)
        with patch(REQUEST_SEAM, side_effect=self.asaas) as request:
            for user in (self.portal_user, self.other_user, self.foreign_manager):
                for model, name in methods:
                    if name in OF_NO_RECORD and user != self.other_user:
                        # Portal users read their own documents.
                        continue
                    arguments = [] if name in OF_NO_RECORD else [self.records[model].ids]
                    with self.subTest(user=user.login, model=model, method=name):
                        message = self.assert_refused(user, model, name, *arguments)
                        for secret in (self.client_partner.name, self.contract.name):
                            self.assertNotIn(secret, message)
        request.assert_not_called()

    def test_auditors_only_read(self):
        with patch(REQUEST_SEAM, side_effect=self.asaas) as request:
            for model, name in self.find_methods():
                if name.startswith("action_open_"):
                    continue
                with self.subTest(model=model, method=name):
                    kind = "UserError" if name == "action_issue_service_invoice" else "AccessError"
                    self.assert_refused(
                        self.auditor, model, name, self.records[model].ids, kind=kind
                    )
        request.assert_not_called()
