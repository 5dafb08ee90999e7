from odoo import fields, models
from odoo.tools import date_utils

from .contract_recognition import DEFERRED_ON


class VendorFinancingContract(models.Model):
    """What each operation defers, takes over or recognises of contracts over the term."""

    _inherit = "vendor.financing.contract"

    def _find_result_account(self, kind):
        if not self._is_over_term():
            return super()._find_result_account(kind)
        return self.agreement_id._find_account(DEFERRED_ON[kind])

    def _prepare_ended_results(self, parts):
        lines = super()._prepare_ended_results(parts)
        if self._is_over_term():
            lines += self._prepare_recognition(self._get_left(parts))
        return lines

    def _create_operation(self, kind, amounts, date, **values):
        """Recognise the months that ended before this operation: it changes what is left."""
        if self._is_over_term():
            self._recognise_ended_months(date)
        return super()._create_operation(kind, amounts, date, **values)

    def _effect(self):
        result = super()._effect()
        if self._is_over_term():
            effectivation = self.operation_ids.filtered(
                lambda one: one.kind == "effectivation" and one.state == "posted"
            )
            effectivation._record_recognition(self._get_results(effectivation))
        return result

    def _settle(self, amounts, date, **kw):
        closed = self._get_closed(amounts)
        operation = super()._settle(amounts, date, **kw)
        self._record_ended(operation, closed)
        return operation

    def _default(self, amounts, date, **kw):
        closed = self._get_closed(amounts)
        operation = super()._default(amounts, date, **kw)
        self._record_ended(operation, closed)
        return operation

    def _withdraw(self, title, date, **kw):
        operation = super()._withdraw(title, date, **kw)
        self._record_ended(operation, title.installment_ids)
        return operation

    def _substitute(self, title, line, date, **kw):
        operation = super()._substitute(title, line, date, **kw)
        if self._is_over_term():
            moved = self._get_left(title.installment_ids)
            successors = {
                part.number: part
                for part in operation.line_ids.installment_id
                if part.title_id != title
            }
            operation._record_recognition({key: -amount for key, amount in moved.items()})
            operation._record_recognition(
                {(successors[part.number], kind): amount for (part, kind), amount in moved.items()}
            )
        return operation

    def _correct(self, part, date_due, interest, date, **kw):
        former = part.interest
        operation = super()._correct(part, date_due, interest, date, **kw)
        if self._is_over_term():
            operation._record_recognition(
                {
                    (part, "interest"): max(interest, 0.0) - max(former, 0.0),
                    (part, "equalization"): min(former, 0.0) - min(interest, 0.0),
                }
            )
        return operation

    def _extend(self, part, date_due, date, iof=0.0, bank_interest=0.0, borne_by="customer", **kw):
        operation = super()._extend(part, date_due, date, iof, bank_interest, borne_by, **kw)
        if self._is_over_term() and borne_by == "company":
            operation._record_recognition({(part, "iof"): iof, (part, "extension"): bank_interest})
        return operation

    # -------------------------------------------------------------------------
    # HELPERS
    # -------------------------------------------------------------------------

    def _recognise_ended_months(self, date):
        """Post the months that ended before a day, as far as their periods are open."""
        self.ensure_one()
        until = fields.Date.subtract(date_utils.start_of(date, "month"), days=1)
        locked = self.company_id._get_violated_lock_dates(
            until, False, self.agreement_id.entry_journal_id
        )
        if not locked:
            self._recognise_month(until)

    def _record_ended(self, operation, parts):
        """Store that an operation recognised what was left of instalments that it ended."""
        if self._is_over_term():
            left = self._get_left(parts)
            operation._record_recognition(
                {key: -amount for key, amount in left.items()}, is_recognised=True
            )

    def _get_left(self, parts):
        """Return what instalments still have to recognise: {(instalment, kind): BRL}."""
        return {key: left for key, (left, _recognised) in self._get_deferred(parts).items()}

    def _get_results(self, operation):
        """Return what the instalments of an effectivation earn and cost: {(instalment, kind): BRL}.

        They sum up to the lines of its entry, see `_prepare_results`.
        """
        found = {}
        for part in operation._get_vendor_items("credit"):
            found[part, "interest"] = max(part.interest, 0.0)
            found[part, "equalization"] = part.equalization - min(part.interest, 0.0)
            found[part, "iof"] = self._get_own_iof(part.iof)
        return found
