import secrets

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.activity import tell_once
from ..common.moment import get_now

# Fields of a fatura that the panel has; payments are seen by `_invoice_paid_hook`.
WATCHED = {"state", "charge_id", "charge_state", "invoice_date_due", "billing_description"}


class AccountMove(models.Model):
    """Faturas of the reseller panel, and faturas that are sent to it."""

    _inherit = "account.move"

    panel_uncharged = fields.Boolean(
        string="Not Charged Automatically",
        readonly=True,
        copy=False,
        help="It was paid, or overdue without a charge, in the panel already: a user decides "
        "whether it is charged.",
    )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS - ERP → PANEL
    # -------------------------------------------------------------------------

    def _queue_changes_for_panel(self, vals):
        """Queue these faturas for the panel if fields that it has were written."""
        if not WATCHED.isdisjoint(vals):
            self._queue_for_panel()

    def _queue_for_panel(self):
        """Queue these faturas for the panel, if they were issued or are known to it."""
        links = self.env["reseller.billing.panel.link"]
        if links._is_in_use():
            for company, faturas in self._filter_faturas().grouped("company_id").items():
                links._queue(company, faturas, faturas.filtered(lambda one: one.state == "posted"))

    # -------------------------------------------------------------------------
    # BUSINESS METHODS - PANEL → ERP
    # -------------------------------------------------------------------------

    def _create_from_panel(self, contract, data, one_off):
        """Return a new draft fatura with the panel's data, whatever the state of its contract.

        A charge of the panel is linked: its client has it already, and is not charged or e-mailed
        again.

        :param data: `tools.panel_data.Invoice`
        :param one_off: besides the monthly one
        :raise UserError: if the provider is not ready, or the charge belongs to another fatura
        """
        contract._get_provider()._check_billing_ready()
        unpaid = data.state in ("EM_PROCESSAMENTO", "AGUARDANDO_PAGAMENTO")
        values, owed = contract._prepare_bill(
            {
                "move_type": "out_invoice",
                "billing_contract_id": contract.id,
                "billing_amount": float(data.amount),
                "billing_description": data.description,
                "reference_month": data.month,
                "reference_year": data.year,
                "invoice_date": data.issued,
                "invoice_date_due": data.due,
                "is_one_off_fatura": one_off,
                "panel_uncharged": not data.charge and not unpaid,
            },
            exact=False,
        )
        fatura = self.create(values)
        self.env["reseller.billing.due"]._store_billed([(fatura, owed)])
        if data.charge:
            fatura._link_charge(data)
        return fatura

    def _issue_from_panel(self, panel, data):
        """Post a fatura of the panel; request its charge of the provider, if it has one.

        PAGA without a charge: the account of the money is unknown here. If it were booked, it
        could be booked twice; if it were charged, the client could pay twice. So it stays open and
        uncharged, and a user registers the payment. VENCIDA without a charge was collected in
        another way, and a user decides too.
        """
        self._issue()
        if data.charge:
            self.charge_id.sudo()._queue_charge("follow")
        elif self.panel_uncharged:
            self.charge_problem = self._describe_panel_payment(data)
            # Payments from before the connection need no notice.
            if data.state == "PAGA" and panel.first_success:
                self._notify_panel_payment(panel, data)

    def _describe_panel_payment(self, data):
        if data.state == "PAGA":
            return self.env._(
                "Paid in the panel on %(day)s (%(amount)s), without a known charge. Register the "
                "payment.",
                day=data.paid_on or "?",
                amount=self.currency_id.format(float(data.paid or data.amount)),
            )
        return self.env._(
            "It was overdue in the panel, without a charge, and is not charged automatically. "
            "Use Register charge to charge it."
        )

    def _notify_panel_payment(self, panel, data):
        users = self.billing_contract_id.user_id or panel.user_id
        user = self.company_id._get_billing_responsible(users)
        tell_once(self, user, self.env._("Paid in the panel"), self._describe_panel_payment(data))

    def _link_charge(self, data):
        """Link this fatura with a charge that was made in the panel.

        :raise UserError: if the charge belongs to another fatura
        """
        provider = self.billing_contract_id._get_provider()
        charges = self.env["payment.transaction"].sudo()
        if charges.search_count(
            [("provider_id", "=", provider.id), ("provider_reference", "=", data.charge)], limit=1
        ):
            raise UserError(
                self.env._(
                    "Charge %(charge)s of %(code)s belongs to another fatura here. Correct it in "
                    "the panel.",
                    charge=data.charge,
                    code=data.code,
                )
            )
        charge = charges.create(
            {
                **self._prepare_charge(),
                "reference": f"{data.code}-{secrets.token_hex(4)}",
                "provider_reference": data.charge,
                "amount": float(data.amount),
                "charge_due_date": data.due,
                # Registered already, so that no e-mail is sent.
                "charge_state": "awaiting",
                "charge_asked": True,
                "charge_is_foreign": True,
            }
        )
        self.write(
            {
                "charge_id": charge.id,
                "charge_state": charge.charge_state,
                "fatura_mailed_at": get_now(self.env),
            }
        )

    def _filter_made_in_panel(self):
        """Return those of these faturas that were made in the panel."""
        if not self:
            return self
        links = self.env["reseller.billing.panel.link"].sudo()
        links = links.search([("fatura_id", "in", self.ids), ("from_panel", "=", True)])
        return self & links.fatura_id.sudo(self.env.su)

    def _filter_charged_by_itself(self):
        """Return those of these faturas that are charged without a decision of a user."""
        return self.filtered(lambda one: not one.panel_uncharged or one.charge_id)

    def _apply_panel_changes(self, data, before):
        """Apply the changes of this fatura in the panel since it was read last.

        :param data, before: `tools.panel_data.Invoice`
        :raise UserError: naming the fatura, if a change needs a user
        """
        self.ensure_one()
        if data.state != before.state and "CANCELADA" in (data.state, before.state):
            self._apply_panel_cancellation(data)
        if self.state != "posted":
            return
        if (data.amount, data.due) != (before.amount, before.due):
            self._change_fatura(float(data.amount), data.due)
        if data.description != before.description:
            self.billing_description = data.description
        if data.charge and data.charge != before.charge:
            self._apply_panel_charge(data)
        if data.state == "PAGA" != before.state and not self.currency_id.is_zero(
            self.amount_residual
        ):
            if self.charge_id.provider_reference:
                self.charge_id.sudo()._queue_charge("follow")
            panel = self.env["reseller.billing.panel"]._get_panel(self.company_id)
            self._notify_panel_payment(panel, data)

    def _apply_panel_cancellation(self, data):
        if data.state == "CANCELADA":
            if self.state != "cancel":
                self.button_cancel_fatura()
        elif self.state == "cancel":
            raise UserError(
                self.env._(
                    "%(fatura)s is cancelled here and was opened again in the panel. Make a new "
                    "fatura in the panel.",
                    fatura=self.display_name,
                )
            )

    def _apply_panel_charge(self, data):
        """Link a charge that was made in the panel after its fatura was read."""
        if self.charge_id.provider_reference == data.charge:
            return
        if self.charge_id:
            raise UserError(
                self.env._(
                    "%(fatura)s is charged here, and %(charge)s was also made in the panel. "
                    "Cancel that one at the provider.",
                    fatura=self.display_name,
                    charge=data.charge,
                )
            )
        self._link_charge(data)
        self.charge_id.sudo()._queue_charge("follow")
