import secrets

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.activity import tell_once

# What the panel is told of a fatura; a payment is heard of by `_invoice_paid_hook`.
WATCHED = {"state", "charge_id", "charge_state", "invoice_date_due", "billing_description"}


class AccountMove(models.Model):
    """Faturas that come from the reseller panel, and faturas that it is told of."""

    _inherit = "account.move"

    panel_uncharged = fields.Boolean(
        string="Not Charged by Itself",
        readonly=True,
        copy=False,
        help="It was paid, or overdue without a charge, in the panel already: a person decides "
        "whether it is charged.",
    )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS - ERP → PANEL
    # -------------------------------------------------------------------------

    def _queue_changes_for_panel(self, vals):
        """Have the panel told of these faturas if something was written that it knows."""
        if not WATCHED.isdisjoint(vals):
            self._queue_for_panel()

    def _queue_for_panel(self):
        """Have the panel told of these faturas, those that were issued or are known to it."""
        links = self.env["reseller.billing.panel.link"]
        if links._is_in_use():
            for company, faturas in self._is_fatura().grouped("company_id").items():
                links._queue(company, faturas, faturas.filtered(lambda one: one.state == "posted"))

    # -------------------------------------------------------------------------
    # BUSINESS METHODS - PANEL → ERP
    # -------------------------------------------------------------------------

    def _create_from_panel(self, contract, data, one_off):
        """Return a draft fatura as the panel has it, whatever state its contract is in by now.

        A charge that the panel names is linked: its client has it already and neither is charged
        nor written to again.

        :param data: `tools.panel_data.Invoice`
        :param one_off: besides the monthly one
        :raise UserError: if the provider is not ready, or the charge belongs to another fatura
        """
        contract.provider_id.sudo()._check_billing_ready()
        unpaid = data.state in ("EM_PROCESSAMENTO", "AGUARDANDO_PAGAMENTO")
        fatura = self.create(
            contract._complete_fatura(
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
                }
            )
        )
        if data.charge:
            fatura._link_charge(data)
        return fatura

    def _issue_from_panel(self, panel, data):
        """Post a fatura of the panel; ask the provider how its charge stands, if it has one.

        PAGA without a charge: which account the money is on is not known here. Booked by itself
        it could stand twice; charged, its client could pay twice. So it stays open and is not
        charged, and a person registers the payment. VENCIDA without one was collected in some
        other way, and a person decides too.
        """
        self._issue()
        if data.charge:
            self.charge_id.sudo()._queue_charge("follow")
        elif self.panel_uncharged:
            self.charge_problem = self._describe_panel_payment(data)
            # What was paid before the panel was connected is no news.
            if data.state == "PAGA" and panel.first_success:
                self._tell_of_panel_payment(panel, data)

    def _describe_panel_payment(self, data):
        if data.state == "PAGA":
            return self.env._(
                "Paid in the panel on %(day)s (%(amount)s), without a charge that is known here. "
                "Register the payment.",
                day=data.paid_on or "?",
                amount=self.currency_id.format(float(data.paid or data.amount)),
            )
        return self.env._(
            "It was overdue in the panel, without a charge, and is not charged by itself. Use "
            "Register charge to have it charged."
        )

    def _tell_of_panel_payment(self, panel, data):
        users = self.billing_contract_id.user_id or panel.user_id
        user = self.company_id._get_billing_responsible(users)
        tell_once(self, user, self.env._("Paid in the panel"), self._describe_panel_payment(data))

    def _link_charge(self, data):
        """Let this fatura have a charge that the panel had made.

        :raise UserError: if the charge belongs to another fatura
        """
        provider = self.billing_contract_id.provider_id.sudo()
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
                # Registered already: its client is told nothing.
                "charge_state": "awaiting",
                "charge_asked": True,
            }
        )
        self.write(
            {
                "charge_id": charge.id,
                "charge_state": charge.charge_state,
                "fatura_mailed_at": fields.Datetime.now(),
            }
        )

    def _get_made_in_panel(self):
        """Return those of these faturas that were made in the panel."""
        if not self:
            return self
        links = self.env["reseller.billing.panel.link"].sudo()
        links = links.search([("fatura_id", "in", self.ids), ("from_panel", "=", True)])
        return self & links.fatura_id.sudo(self.env.su)

    def _filtered_charged_by_itself(self):
        """Return those of these faturas whose charge is made without a person's decision."""
        return self.filtered(lambda one: not one.panel_uncharged or one.charge_id)

    def _follow_panel(self, data, before):
        """Do here what was done to this fatura in the panel since we saw it last.

        :param data, before: `tools.panel_data.Invoice`
        :raise UserError: naming the fatura, if that cannot be done by itself
        """
        self.ensure_one()
        if data.state != before.state and "CANCELADA" in (data.state, before.state):
            self._follow_panel_cancellation(data)
        if self.state != "posted":
            return
        if (data.amount, data.due) != (before.amount, before.due):
            self._change_fatura(float(data.amount), data.due)
        if data.description != before.description:
            self.billing_description = data.description
        if data.charge and data.charge != before.charge:
            self._follow_panel_charge(data)
        if data.state == "PAGA" != before.state and not self.currency_id.is_zero(
            self.amount_residual
        ):
            if self.charge_id.provider_reference:
                self.charge_id.sudo()._queue_charge("follow")
            panel = self.env["reseller.billing.panel"]._get_panel(self.company_id)
            self._tell_of_panel_payment(panel, data)

    def _follow_panel_cancellation(self, data):
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

    def _follow_panel_charge(self, data):
        """Take over a charge that the panel had made after its fatura was here."""
        if self.charge_id.provider_reference == data.charge:
            return
        if self.charge_id:
            raise UserError(
                self.env._(
                    "%(fatura)s is charged here, and %(charge)s was made in the panel besides. "
                    "Cancel that one at the provider.",
                    fatura=self.display_name,
                    charge=data.charge,
                )
            )
        self._link_charge(data)
        self.charge_id.sudo()._queue_charge("follow")
