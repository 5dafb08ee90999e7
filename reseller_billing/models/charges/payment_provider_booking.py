from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...const import RECEIPTS_CODES

BOOKED = {
    "account.account": (
        "billing_discount_account_id",
        "billing_fee_account_id",
        "billing_fine_account_id",
        "billing_interest_account_id",
    ),
    "account.journal": ("billing_journal_id", "journal_id"),
}
# Of these the addon says which types fit; the host says it of its own journal.
CHOSEN = (*BOOKED["account.account"], "billing_journal_id")


class PaymentProvider(models.Model):
    """Where receipts, fees, interest and discounts of charges are booked."""

    _inherit = "payment.provider"

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains(*CHOSEN)
    def _check_billing_accounts_fit(self):
        """Refuse accounts and journals that the screen does not offer."""
        for provider in self.sudo():
            for name in CHOSEN:
                chosen, field = provider[name], provider._fields[name]
                if not chosen or chosen.filtered_domain(Domain(field.domain)):
                    continue
                raise ValidationError(
                    self.env._(
                        "%(provider)s: %(chosen)s cannot be “%(field)s”, it is of another type. "
                        "Choose one of those that the screen offers.",
                        provider=provider.display_name,
                        chosen=chosen.display_name,
                        field=field._description_string(self.env),
                    )
                )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _check_booked_kept(self, booked):
        """Refuse to archive accounts or journals of receipts, or to give them another meaning.

        They stay while a provider that books there is enabled, or has charges that can be paid.

        :param booked: account.account or account.journal, of which values would change that
        :raise UserError: naming the provider and what it books there
        """
        if not booked:
            return
        for provider in self.sudo().search([("code", "in", RECEIPTS_CODES)]):
            uses = [what for what, used in provider._list_booked(booked._name) if used & booked]
            if not uses:
                continue
            if provider.state == "disabled" and not provider._get_living_charges(limit=1):
                continue
            raise UserError(
                self.env._(
                    "%(provider)s books “%(uses)s” on %(booked)s, and is enabled or has charges "
                    "that can be paid. It can neither be archived nor get another type, currency "
                    "or reconciliation. Choose another one on the provider first.",
                    provider=provider.display_name,
                    uses=", ".join(uses),
                    booked=", ".join(booked.mapped("display_name")),
                )
            )

    def _list_booked(self, model):
        """Return (what it is for, account or journal) of each that this provider books on."""
        booked = [
            (self._fields[name]._description_string(self.env), self[name]) for name in BOOKED[model]
        ]
        if model == "account.account":
            clearing = self._get_receipts_line().payment_account_id
            booked.append((self.env._("money on its way to the bank"), clearing))
        return booked

    def _get_receipts_line(self):
        """Return the payment method line of the journal by which receipts are booked, or none."""
        self.ensure_one()
        lines = self.journal_id.inbound_payment_method_line_ids
        return lines.filtered(lambda line: line.payment_provider_id == self)[:1]
