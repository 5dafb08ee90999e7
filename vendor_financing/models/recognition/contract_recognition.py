from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import date_utils

from ...tools.recognition import recognise
from ...tools.rounding import exact
from ..contract.contract_results import DEFERRED_ON, RESULT_ACCOUNTS


class VendorFinancingContract(models.Model):
    """Recognition of a contract's results month by month, where its terms say over the term.

    Each month is one operation: D deferred interest / C interest income, D equalization or IOF / C
    deferred cost. What is left when an instalment ends is recognised in the entry that ends it.
    """

    _inherit = "vendor.financing.contract"

    deferred_income = fields.Monetary(
        compute="_compute_deferred", help="Interest that is not earned yet, in BRL."
    )
    deferred_cost = fields.Monetary(
        compute="_compute_deferred", help="Equalization and IOF that are not spent yet, in BRL."
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_deferred(self):
        sums = {
            contract.id: (income, cost)
            for contract, income, cost in self.env[
                "vendor.financing.contract.installment"
            ]._read_group(
                [("contract_id", "in", self.ids)],
                ["contract_id"],
                ["deferred_income:sum", "deferred_cost:sum"],
            )
        }
        for contract in self:
            income, cost = sums.get(contract.id, (0.0, 0.0))
            contract.deferred_income, contract.deferred_cost = income, cost

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _recognise_month(self, until):
        """Post what the days until a month's end earned and cost; a second time nothing.

        Months before that are posted first, each with its own entry, unless their period is locked.

        :param until: the last day of a month
        :return: the operations, none where there is nothing to recognise
        :raise UserError: naming the contract, if that day is in a locked period
        """
        operations = self.env["vendor.financing.operation"]
        for contract in self.filtered(lambda one: one._is_over_term()):
            contract._take_turn()
            for day in contract._get_unrecognised_months(until):
                operations |= contract._recognise(day)
        return operations

    def _get_unrecognised_months(self, until):
        """Return the ends of months that wait, the last of which is `until` where something does.

        Before that one, locked months are left out: their days count in the next one.
        """
        self.ensure_one()
        start = self._get_recognised_until()
        if until <= start or not self._get_deferred(self.installment_ids):
            return []
        journal = self.agreement_id.entry_journal_id
        days = []
        day = date_utils.end_of(start, "month")
        while day < until:
            if day > start and not self.company_id._get_violated_lock_dates(day, False, journal):
                days.append(day)
            day = date_utils.end_of(fields.Date.add(day, days=1), "month")
        return [*days, until]

    def _get_recognised_until(self):
        """Return the day from which what is left is spread: of the last month, or the credit."""
        self.ensure_one()
        months = self.operation_ids.filtered(
            lambda one: one.kind == "recognition" and one.state == "posted"
        )
        return max([self.credit_date, *months.mapped("date")])

    def _recognise(self, until):
        """Post one entry of what was earned and spent until a day; return its operation, or none.

        :raise UserError: naming the contract, in a locked period
        """
        amounts = self._compute_recognised(until)
        if not amounts:
            return self.env["vendor.financing.operation"]
        operation = self.env["vendor.financing.operation"].create(
            {
                "contract_id": self.id,
                "kind": "recognition",
                "date": until,
                # Nothing of the principal.
                "amount": 0.0,
                "note": ", ".join(
                    f"{self._get_kind_label(kind)} {self.currency_id.format(total)}"
                    for kind, total in self._sum_by_kind(amounts).items()
                ),
            }
        )
        operation._post_entry(self._prepare_recognition(amounts))
        operation._record_recognition(
            {key: -amount for key, amount in amounts.items()}, is_recognised=True
        )
        return operation

    def _compute_recognised(self, until):
        """Return what is to be recognised until a day: {(instalment, kind): BRL}, without zeros."""
        self.ensure_one()
        start = self._get_recognised_until()
        found = {}
        for (part, kind), (left, recognised) in self._get_deferred(self.installment_ids).items():
            amount = recognise(
                exact(left),
                exact(part.principal) + exact(recognised),
                (start, until, part.date_due),
                self.recognition,
                self.rounding,
            )
            if amount:
                found[part, kind] = float(amount)
        return found

    def _get_deferred(self, parts):
        """Return what instalments have to recognise.

        :return: {(instalment, kind): (what is left, what was recognised)}, in BRL, without those
            of which nothing is left
        """
        currency = self.currency_id
        left, recognised = defaultdict(float), defaultdict(float)
        for part, kind, is_recognised, amount in self.env[
            "vendor.financing.recognition"
        ]._read_group(
            [("installment_id", "in", parts.ids)],
            ["installment_id", "kind", "is_recognised"],
            ["amount:sum"],
        ):
            left[part, kind] += amount
            if is_recognised:
                recognised[part, kind] -= amount
        return {
            key: (currency.round(amount), currency.round(recognised[key]))
            for key, amount in left.items()
            if not currency.is_zero(amount)
        }

    def _prepare_recognition(self, amounts):
        """Return the lines that make deferred amounts income and expenses.

        :param amounts: {(instalment, kind): BRL}
        """
        agreement, currency = self.agreement_id, self.currency_id
        lines = []
        for kind, total in self._sum_by_kind(amounts).items():
            deferred = agreement._get_account(DEFERRED_ON[kind])
            result = agreement._get_account(RESULT_ACCOUNTS[kind])
            name = self.env._(
                "%(kind)s recognised: %(contract)s",
                kind=self._get_kind_label(kind),
                contract=self.display_name,
            )
            sides = (deferred, result) if kind == "interest" else (result, deferred)
            if not currency.is_zero(total):
                lines += self._prepare_pair(*sides, total, name)
        return lines

    @api.model
    def _sum_by_kind(self, amounts):
        """Return {kind: BRL} of {(instalment, kind): BRL}."""
        totals = defaultdict(float)
        for (_part, kind), amount in amounts.items():
            totals[kind] += amount
        return totals

    @api.model
    def _get_kind_label(self, kind):
        selection = self.env["vendor.financing.recognition"]._fields["kind"]
        return dict(selection._description_selection(self.env))[kind]
