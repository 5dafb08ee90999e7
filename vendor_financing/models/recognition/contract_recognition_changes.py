from odoo import fields, models
from odoo.tools import date_utils


class VendorFinancingContract(models.Model):
    """What each operation defers, hands over or recognises of contracts over the term.

    Of contracts at closing these do nothing.
    """

    _inherit = "vendor.financing.contract"

    def _defer(self, operation, amounts):
        """Store what an operation booked on the accounts of what waits.

        :param amounts: {(instalment, kind): BRL}; negative is taken back
        """
        if self._is_over_term():
            operation._record_recognition(amounts)

    def _defer_results(self, operation, parts):
        """Store what the instalments of an effectivation earn and cost.

        They sum up to the lines of its entry, see `_prepare_results`.
        """
        amounts = {}
        for part in parts if self._is_over_term() else ():
            amounts[part, "interest"] = max(part.interest, 0.0)
            amounts[part, "equalization"] = part.equalization - min(part.interest, 0.0)
            amounts[part, "iof"] = self._get_own_iof(part.iof)
        self._defer(operation, amounts)

    def _defer_correction(self, operation, part, former):
        """Store what a correction changed.

        :param former: the company's interest before, in BRL
        """
        amounts = {
            (part, "interest"): max(part.interest, 0.0) - max(former, 0.0),
            (part, "equalization"): min(former, 0.0) - min(part.interest, 0.0),
        }
        self._defer(operation, amounts)

    def _hand_over_deferred(self, operation, parts, successors):
        """Store that instalments recognise what was left of those whose place they take."""
        if not self._is_over_term():
            return
        successor = dict(zip(parts, successors, strict=True))
        left = self._get_left(successors.browse([part.id for part in parts]))
        operation._record_recognition({key: -amount for key, amount in left.items()})
        operation._record_recognition(
            {(successor[part], kind): amount for (part, kind), amount in left.items()}
        )

    def _prepare_ended_results(self, parts):
        """Return the lines that recognise what is left of instalments which an entry ends."""
        return self._prepare_recognition(self._get_left(parts)) if self._is_over_term() else []

    def _record_ended(self, operation, parts):
        """Store that an operation recognised what was left of instalments that it ended."""
        if self._is_over_term():
            left = self._get_left(parts)
            operation._record_recognition(
                {key: -amount for key, amount in left.items()}, is_recognised=True
            )

    def _recognise_ended_months(self, date):
        """Post the months that ended before a day, as far as the last one's period is open.

        What an operation of that day changes is not theirs.
        """
        self.ensure_one()
        until = fields.Date.subtract(date_utils.start_of(date, "month"), days=1)
        journal = self.agreement_id.entry_journal_id
        if self._is_over_term() and not self.company_id._get_violated_lock_dates(
            until, False, journal
        ):
            self._recognise_month(until)

    def _get_left(self, parts):
        """Return what instalments still have to recognise: {(instalment, kind): BRL}."""
        return {key: left for key, (left, _recognised) in self._get_deferred(parts).items()}
