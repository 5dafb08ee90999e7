from odoo import models
from odoo.exceptions import AccessError, UserError

from ...const import ACCOUNTANT, MANAGER


class VendorFinancingContract(models.Model):
    """Effectivation (Efetivação de Vendor): entry, marks and due dates in one step. Seed 004.

    D bank, D bank expenses (the difference), C vendor account per instalment, C interest income;
    where the company bears a part, D equalization and D IOF.
    """

    _inherit = "vendor.financing.contract"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_effect(self):
        """Post these contracts, each in one step or not at all.

        :raise AccessError: for users who may not post entries
        :raise UserError: naming the contract or title, and what to correct
        """
        self.check_access("write")
        self._check_may_post()
        for contract in self:
            if contract.is_difference_large and not contract.env.user.has_group(MANAGER):
                raise AccessError(
                    self.env._(
                        "Contract %(contract)s: the value credited differs by %(difference)s, more "
                        "than the tolerance of %(tolerance)s. Correct it, or have a manager of "
                        "Vendor financing confirm it.",
                        contract=contract.display_name,
                        difference=contract.currency_id.format(contract.difference),
                        tolerance=contract.currency_id.format(contract.agreement_id.tolerance),
                    )
                )
            contract.sudo()._effect()
        return True

    def action_undo(self):
        """Undo effective contracts of which nothing was settled or debited since.

        :raise AccessError: for all but managers who may post entries
        """
        self.check_access("write")
        for contract in self:
            effectivation = contract.operation_ids.filtered(
                lambda operation: operation.kind == "effectivation" and operation.state == "posted"
            )
            if not effectivation:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s is not effective, so there is nothing to undo.",
                        contract=contract.display_name,
                    )
                )
            effectivation.action_undo()
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_may_post(self):
        """Refuse users who may not post entries.

        :raise AccessError: naming the contracts
        """
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT):
            raise AccessError(
                self.env._(
                    "%(contracts)s: only accountants may post the entries of vendor contracts. Ask "
                    "one, or have the role Invoicing given to you.",
                    contracts=", ".join(self.mapped("display_name")),
                )
            )

    def _effect(self):
        self.ensure_one()
        self.agreement_id._lock_limit()
        self._take_turn()
        self._check_effective()
        operation = self.env["vendor.financing.operation"].create(
            {
                "contract_id": self.id,
                "kind": "effectivation",
                "date": self.credit_date,
                "amount": self.principal,
            }
        )
        parts = self.installment_ids.sorted("id")
        operation._post_entry(self._prepare_effectivation(parts))
        for part, item in operation._get_vendor_items("credit").items():
            part.vendor_line_id = item
        parts._move_to("financed")
        self._move_to("effective")
        self.title_ids._finance_receivables()

    def _check_effective(self):
        """Refuse to post a contract that is incomplete or exceeds its agreement.

        :raise UserError: naming the contract or title, and what to correct
        """
        self._check_open()
        self.title_ids.line_id._check_vendor_financeable(self)
        self.title_ids.move_id._check_vendor_amount_approved()
        self._check_principal()
        agreement = self.agreement_id
        if agreement.valid_until and self.date > agreement.valid_until:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s was valid until %(date)s. Renew it, or choose "
                    "another agreement for contract %(contract)s.",
                    agreement=agreement.name,
                    date=agreement.valid_until,
                    contract=self.display_name,
                )
            )
        if self.currency_id.compare_amounts(self.credited_amount, 0) <= 0:
            raise UserError(
                self.env._(
                    "Enter what the bank credits for contract %(contract)s.",
                    contract=self.display_name,
                )
            )
        if late := self.installment_ids.filtered(lambda part: part.date_due <= self.credit_date):
            raise UserError(
                self.env._(
                    "%(installments)s of contract %(contract)s would be due before the bank "
                    "credits (%(date)s). Enter a later due date.",
                    installments=", ".join(late[:5].mapped("display_name")),
                    contract=self.display_name,
                    date=self.credit_date,
                )
            )
        self._check_limit()

    def _check_principal(self):
        """Refuse titles whose instalments differ from the open amount of their receivable."""
        if not self.title_ids:
            raise UserError(
                self.env._(
                    "Contract %(contract)s has no title. Add the invoices that the bank finances.",
                    contract=self.display_name,
                )
            )
        for title in self.title_ids:
            amount = sum(title.installment_ids.mapped("principal"))
            if self.currency_id.compare_amounts(amount, title.line_id.amount_residual):
                raise UserError(
                    self.env._(
                        "The instalments of %(title)s in contract %(contract)s are %(amount)s "
                        "together, but %(open)s of the invoice is open. Correct them, or take the "
                        "title out and add it again.",
                        title=title.display_name,
                        contract=self.display_name,
                        amount=self.currency_id.format(amount),
                        open=self.currency_id.format(title.line_id.amount_residual),
                    )
                )

    def _check_limit(self):
        agreement = self.agreement_id
        used = agreement._get_used_amount()
        if agreement.limit_amount and (
            self.currency_id.compare_amounts(used + self.principal, agreement.limit_amount) > 0
        ):
            raise UserError(
                self.env._(
                    "Contract %(contract)s of %(amount)s exceeds the limit of agreement "
                    "%(agreement)s: %(used)s of %(limit)s is used. Take titles out, or raise the "
                    "limit with the bank.",
                    contract=self.display_name,
                    amount=self.currency_id.format(self.principal),
                    agreement=agreement.name,
                    used=self.currency_id.format(used),
                    limit=self.currency_id.format(agreement.limit_amount),
                )
            )

    def _prepare_effectivation(self, parts):
        """Return the lines of the entry: bank, results, and the guarantee of each instalment."""
        agreement = self.agreement_id
        lines = [
            {
                "account_id": agreement._get_bank_account().id,
                "name": self.env._("Vendor contract %(contract)s", contract=self.display_name),
                "partner_id": agreement.partner_id.id,
                "balance": self.credited_amount,
            }
        ]
        lines += self._prepare_results(parts)
        guarantees = self._prepare_vendor_debits({part: part.principal for part in parts})
        return [*lines, *({**line, "balance": -line["balance"]} for line in guarantees)]

    def _prepare_results(self, parts):
        """Return the lines of interest, equalization, IOF and difference that are not zero."""
        agreement, currency = self.agreement_id, self.currency_id
        earned = sum(part.interest for part in parts if part.interest > 0)
        borne = -sum(part.interest for part in parts if part.interest < 0)
        later = sum(parts.mapped("equalization"))
        own_iof = self.iof if self.iof_borne_by == "company" else 0.0
        less, more = max(self.difference, 0.0), max(-self.difference, 0.0)
        names = {
            "interest": self.env._("Interest"),
            "equalization": self.env._("Equalization"),
            "payable": self.env._("Equalization to pay at maturity"),
            "iof": self.env._("IOF"),
            "expense": self.env._("Bank expenses"),
            "income": self.env._("Credited on top"),
        }
        on_top = "income_account_id" if agreement.income_account_id else "expense_account_id"
        results = (
            ("interest_account_id", -earned, names["interest"]),
            ("equalization_account_id", borne + later, names["equalization"]),
            ("equalization_payable_account_id", -later, names["payable"]),
            ("iof_account_id", own_iof, names["iof"]),
            ("expense_account_id", less, names["expense"]),
            (on_top, -more, names["income"]),
        )
        return [
            {
                "account_id": agreement._get_account(field).id,
                "name": name,
                "partner_id": agreement.partner_id.id,
                "balance": currency.round(balance),
            }
            for field, balance, name in results
            if not currency.is_zero(balance)
        ]

    def _restore_titles(self):
        """Restore the receivables of an undone contract."""
        self.installment_ids._move_to("reversed", vendor_line_id=False)
        self.title_ids._restore_receivables()
        self._move_to("reversed")
