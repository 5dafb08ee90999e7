from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

# The smallest charge of any kind, after its discount, in BRL (Asaas refuses smaller ones).
SMALLEST_CHARGE = 5.0


class AccountMove(models.Model):
    """What keeps a fatura from being charged is said before it is posted, all of it at once."""

    _inherit = "account.move"

    def _check_fatura_posted_by_host(self):
        """Refuse faturas, and credit notes of such, that were posted past the host's `_post`.

        :raise UserError: naming them
        """
        ours = self.filtered(
            lambda move: move.billing_contract_id or move.reversed_entry_id.billing_contract_id
        )
        ours._refuse_reseller_billing_posting()

    def _check_chargeable(self):
        """Refuse to post new faturas that the provider would refuse to charge.

        :raise UserError: naming the clients and all that is to be corrected
        """
        for move in self._filter_faturas():
            move._check_fatura_currency()
        faults = [
            self.env._("%(client)s: %(faults)s", client=move.partner_id.name, faults=faults)
            for move in self._filter_to_be_charged()
            if (faults := "; ".join(move._find_charge_faults()))
        ]
        if faults:
            raise UserError(
                self.env._(
                    "Nothing was issued, because the provider would refuse it:\n%(faults)s\n"
                    "Correct this, then try again.",
                    faults="\n".join(faults),
                )
            )

    def _filter_to_be_charged(self):
        """Return the faturas among these that are posted, and charged, for the first time."""
        new = self._filter_faturas().filtered(lambda move: not move.posted_before)
        return new._filter_charged_by_itself() if new else new

    def _find_charge_faults(self):
        """Return why this fatura cannot be charged, as a list of texts."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        faults = self.partner_id._find_billing_faults()
        due = self.invoice_date_due
        if due and due < today and not self.env.su:
            day = format_date(self.env, due)
            faults.append(self.env._("the due date %(day)s is in the past", day=day))
        provider = self.billing_contract_id.sudo()._get_provider()
        left = self.amount_total * (1 - provider.billing_discount / 100)
        if 0 < self.currency_id.round(left) < SMALLEST_CHARGE:
            faults.append(
                self.env._(
                    "%(amount)s is less than %(smallest)s, which the provider charges at least, "
                    "after any discount",
                    amount=self.currency_id.format(left),
                    smallest=self.currency_id.format(SMALLEST_CHARGE),
                )
            )
        return faults

    def _check_fatura_currency(self):
        """Refuse to post a fatura in another currency than charges are made in.

        :raise UserError: naming it and its currency
        """
        self.ensure_one()
        currency = self.company_id.currency_id
        if self.currency_id != currency:
            raise UserError(
                self.env._(
                    "%(fatura)s is in %(currency)s, and its charge would be in %(own)s. Set its "
                    "currency to %(own)s.",
                    fatura=self.display_name,
                    currency=self.currency_id.name,
                    own=currency.name,
                )
            )
