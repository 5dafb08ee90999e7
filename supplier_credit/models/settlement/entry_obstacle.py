from odoo import models

from .event import SETTLING


class SupplierCreditSettlementEntry(models.Model):
    """The reasons why an entry cannot be matched, and what a person has to do."""

    _inherit = "supplier.credit.settlement.entry"

    def _get_obstacle(self, event):
        """Return why this entry cannot be matched at all and what to do, or False.

        :param event: its `supplier.credit.event`, None if its code is unknown
        """
        values = {"entry": self.external_id, "event": self.event_code}
        if not event:
            return self.env._(
                "Event %(event)s is not in the table of events (7.6). Ask Supplier what it means, "
                "enter it with its account, then match again.",
                **values,
            )
        if event.kind not in SETTLING:
            if self.value < 0:
                # It could mean that the amount is paid, or that it is held back.
                return self.env._(
                    "Entry %(entry)s is a %(direction)s of a negative amount. Ask Supplier what it "
                    "means, then ignore it with a reason, or import it corrected.",
                    **values,
                    direction=self._selection_label("direction"),
                )
            if event._get_account(self.agreement_id):
                return False
            return self.env._(
                "Event %(event)s has no account in the table of events (7.6). Enter it, then match "
                "again.",
                **values,
            )
        if self.direction != SETTLING[event.kind]:
            return self.env._(
                "%(event)s is a %(direction)s here, which is the other way round. Ask Supplier, "
                "then ignore it with a reason or book it as another event.",
                **values,
                direction=self._selection_label("direction"),
            )
        return self._get_amount_obstacle(event)

    def _get_amount_obstacle(self, event):
        currency = self.currency_id
        summed = self.principal - self.fee - self.taxes
        if min(self.principal, self.fee, self.taxes, self.value) < 0 or currency.compare_amounts(
            self.value, summed
        ):
            return self.env._(
                "The amounts of entry %(entry)s do not add up: %(principal)s less fee %(fee)s and "
                "taxes %(taxes)s is not %(value)s. Ask Supplier.",
                entry=self.external_id,
                principal=currency.format(self.principal),
                fee=currency.format(self.fee),
                taxes=currency.format(self.taxes),
                value=currency.format(self.value),
            )
        if not currency.is_zero(self.taxes) and not event.tax_account_id:
            return self.env._(
                "Supplier withheld taxes of entry %(entry)s, and event %(event)s has no account "
                "for them in the table of events (7.6). Enter it, then match again.",
                entry=self.external_id,
                event=self.event_code,
            )
        return False

    def _get_line_obstacle(self, counterpart, taken):
        """Return why this entry cannot settle an item, or False."""
        line = counterpart.line
        values = {"entry": self.external_id, "item": line.display_name}
        if not line:
            return self.env._(
                "What entry %(entry)s settles is known and not yet in the ledger: process the "
                "approval of its transaction or post-sales request, then match again.",
                **values,
            )
        if taken.get(line, self) != self:
            return self.env._(
                "%(item)s is already settled by entry %(other)s. If this one is a repetition, "
                "ignore it with a reason.",
                **values,
                other=taken[line].external_id,
            )
        if line.reconciled or line.amount_residual * self._get_sign(self.direction) <= 0:
            return self.env._(
                "Nothing is open of %(item)s, which entry %(entry)s would settle. If it is a "
                "repetition, ignore it with a reason.",
                **values,
            )
        return False

    def _get_choice_obstacle(self, counterpart, *, write_off):
        """Return why a person cannot match this entry with an item, or False."""
        table = self.env["supplier.credit.event"]._get_table(self.agreement_id)
        event = table.get(self.event_code)
        if obstacle := self._get_obstacle(event):
            return obstacle
        line = counterpart.line
        ours = self.agreement_id._get_receivable_accounts()
        is_ours = line.account_id in ours and line.parent_state == "posted"
        if event.kind not in SETTLING or not is_ours:
            return self.env._(
                "Entry %(entry)s (%(event)s) cannot settle %(item)s: choose a posted item of "
                "Supplier's receivable for a credit or debit of sales and post-sales.",
                entry=self.external_id,
                event=self.event_code,
                item=line.display_name,
            )
        if obstacle := self._get_line_obstacle(counterpart, self._find_matching_entries(line)):
            return obstacle
        if write_off and not self.agreement_id.difference_account_id:
            return self.env._(
                "Agreement %(agreement)s has no difference account. Enter one under 7.3 to write "
                "off the difference of entry %(entry)s.",
                agreement=self.agreement_id.name,
                entry=self.external_id,
            )
        return False
