from odoo import Command, models
from odoo.exceptions import UserError

from .installment import TERMS


class VendorFinancingContract(models.Model):
    """Maintenance of a whole title: withdrawal or substitution. Seed 004."""

    _inherit = "vendor.financing.contract"

    def _withdraw(self, title, date, debited=None, note=False):
        """Withdraw a title: the bank debits what it had credited, the invoice is pending again.

        :param debited: by the bank, in BRL; the difference from principal and company's interest
            is bank expenses. None is without difference
        """
        amounts = self._get_untouched(title)
        parts = title.installment_ids
        agreement, currency = self.agreement_id, self.currency_id
        operation = self._create_operation("withdrawal", amounts, date, note=note)
        own_iof = self._get_own_iof(sum(parts.mapped("iof")))
        earned = sum(part.interest for part in parts if part.interest > 0)
        borne = -sum(part.interest for part in parts if part.interest < 0)
        later = sum(parts.mapped("equalization"))
        expected = currency.round(sum(amounts.values()) + earned - borne - own_iof)
        debit = expected if debited is None else debited
        self._check_difference_explained(debit - expected, note)
        lines = self._prepare_maintenance_lines(
            title,
            (earned, lambda: agreement.interest_account_id, self.env._("Interest")),
            (
                -(borne + later),
                lambda: agreement._get_account("equalization_account_id"),
                self.env._("Equalization"),
            ),
            (
                later,
                lambda: agreement._get_account("equalization_payable_account_id"),
                self.env._("Equalization to pay at maturity"),
            ),
            (-own_iof, lambda: agreement._get_account("iof_account_id"), self.env._("IOF")),
            (
                debit - expected,
                lambda: agreement.expense_account_id,
                self.env._("Bank expenses"),
            ),
            (-debit, agreement._get_bank_account, self.env._("Debited by the bank")),
        )
        lines += self._prepare_ended_results(parts)
        operation._post_entry([*self._prepare_vendor_debits(amounts), *lines])
        self._record_ended(operation, parts)
        operation._reconcile_items()
        parts._move_to("withdrawn")
        self._sync_titles(amounts)
        return operation

    def _substitute(self, title, line, date, note=False):
        """Replace a title by another invoice of the same customer, at the same terms.

        :param line: account.move.line, the other receivable, with the same open amount
        """
        amounts = self._get_untouched(title)
        line._check_vendor_financeable(self)
        line.move_id._check_vendor_amount_approved()
        principal = sum(amounts.values())
        if line.partner_id.commercial_partner_id != title.partner_id.commercial_partner_id:
            raise UserError(
                self.env._(
                    "%(invoice)s is not of %(customer)s. A title is substituted by another invoice "
                    "of the same customer.",
                    invoice=line.move_id.display_name,
                    customer=title.partner_id.display_name,
                )
            )
        if self.currency_id.compare_amounts(line.amount_residual, principal):
            raise UserError(
                self.env._(
                    "%(open)s of %(invoice)s is open, but the title is of %(amount)s. Choose an "
                    "invoice of the same amount, or undo the title and make a new contract.",
                    open=self.currency_id.format(line.amount_residual),
                    invoice=line.move_id.display_name,
                    amount=self.currency_id.format(principal),
                )
            )
        operation = self._create_operation("substitution", amounts, date, note=note)
        other = title.create({"contract_id": self.id, "line_id": line.id, "principal": principal})
        replacements = self.env["vendor.financing.contract.installment"].create(
            [
                {**self._copy_terms(part), "title_id": other.id, "contract_id": self.id}
                for part in amounts
            ]
        )
        closing = self._prepare_vendor_debits(amounts)
        opening = [
            {
                **line,
                "name": new.display_name,
                "vendor_installment_id": new.id,
                "balance": -line["balance"],
            }
            for line, new in zip(closing, replacements, strict=True)
        ]
        operation._post_entry([*closing, *opening])
        operation._reconcile_items()
        title.installment_ids._move_to("withdrawn")
        # Undoing restores the state that the new title has at this moment.
        replacements._move_to("withdrawn")
        operation.line_ids = [
            Command.create(
                {"installment_id": part.id, "principal": 0.0, "previous": part._get_snapshot()}
            )
            for part in replacements
        ]
        for part, item in operation._get_vendor_items("credit").items():
            part._move_to("financed", vendor_line_id=item.id)
        self._hand_over_deferred(operation, amounts, replacements)
        title._update_receivables()
        other._finance_receivables()
        self._sync_state()
        return operation

    @staticmethod
    def _copy_terms(part):
        return {name: part[name] for name in TERMS | {"number"}}

    def _get_untouched(self, title):
        """Return {instalment: principal} of a title that was neither settled nor debited in part.

        :raise UserError: naming the instalments that were settled or debited
        """
        parts = title.installment_ids
        touched = parts.filtered(
            lambda part: part.state != "financed" or part.settled_amount or part.debited_amount
        )
        if touched or title.contract_id != self:
            raise UserError(
                self.env._(
                    "%(installments)s was settled or debited in part, or is no longer financed, "
                    "so the title stays in contract %(contract)s. Undo that first.",
                    installments=", ".join(touched.mapped("display_name")),
                    contract=self.display_name,
                )
            )
        return {part: part.principal for part in parts}
