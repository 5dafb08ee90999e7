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

    def action_open_effectivation(self):
        """Open the dialogue that shows what will be booked, and asks where something differs.

        :raise AccessError: for users who may not post entries
        """
        self.ensure_one()
        self.check_access("write")
        self._check_may_post()
        self._check_open()
        return self.env["vendor.financing.effectivation"]._open(self)

    def action_effect(self, reason=None):
        """Post these contracts, each in one step or not at all.

        :param reason: a manager's, for a difference beyond the tolerance of the agreement
        :raise AccessError: for users who may not post entries, or such a difference
        :raise UserError: naming the contract or title, and what to correct
        """
        self.check_access("write")
        self._check_may_post()
        for contract in self:
            if contract.is_difference_large:
                contract._confirm_difference(reason)
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

    def _confirm_difference(self, reason):
        """Store a manager's reason for a difference beyond the tolerance.

        :raise AccessError: for all but managers
        :raise UserError: without a reason
        """
        self.ensure_one()
        figures = {
            "contract": self.display_name,
            "difference": self.currency_id.format(self.difference),
            "tolerance": self.currency_id.format(self.agreement_id.tolerance),
        }
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Contract %(contract)s: the value credited differs by %(difference)s, more "
                    "than the tolerance of %(tolerance)s. Correct it, or have a manager of "
                    "Vendor financing confirm it.",
                    **figures,
                )
            )
        if not (reason or "").strip():
            raise UserError(
                self.env._(
                    "Contract %(contract)s: the value credited differs by %(difference)s, more "
                    "than the tolerance of %(tolerance)s. Use Make Effective on the contract and "
                    "enter why.",
                    **figures,
                )
            )
        self._store_values({"difference_reason": reason.strip()})
        self.message_post(
            body=self.env._(
                "%(user)s confirmed a difference of %(difference)s. Reason: %(reason)s",
                user=self.env.user.name,
                difference=figures["difference"],
                reason=reason.strip(),
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
        titles = self._get_waiting_titles()
        parts = titles.installment_ids.sorted("id")
        operation._post_entry(self._prepare_effectivation(parts))
        for part, item in operation._get_vendor_items("credit").items():
            part.vendor_line_id = item
        self._defer_results(operation, parts)
        parts._move_to("financed")
        self._move_to("effective")
        titles._finance_receivables()

    def _get_waiting_titles(self):
        """Return the titles that this open contract finances, without those set aside."""
        return self.title_ids.filtered("is_live")

    def _check_effective(self):
        """Refuse to post a contract that is incomplete or exceeds its agreement.

        :raise UserError: naming the contract or title, and what to correct
        """
        self._check_open()
        titles = self._get_waiting_titles()
        titles.line_id._check_vendor_financeable(self)
        titles.move_id._check_vendor_amount_approved()
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
        self._check_dates(titles)
        if late := titles.installment_ids.filtered(lambda part: part.date_due <= self.credit_date):
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
        titles = self._get_waiting_titles()
        if not titles:
            raise UserError(
                self.env._(
                    "Contract %(contract)s has no title. Add the invoices that the bank finances.",
                    contract=self.display_name,
                )
            )
        for title in titles:
            if problem := title._get_principal_obstacle():
                raise UserError(
                    self.env._(
                        "%(title)s in contract %(contract)s: %(problem)s. Correct the instalments, "
                        "or take the title out and add it again.",
                        title=title.display_name,
                        contract=self.display_name,
                        problem=problem,
                    )
                )

    def _check_dates(self, titles):
        """Refuse a contract of the far future, or from before one of its invoices.

        :raise UserError: naming the contract and the date
        """
        agreement = self.agreement_id
        agreement._check_day_ahead(max(self.date, self.credit_date), self)
        invoiced = max(titles.move_id.mapped("invoice_date"))
        if self.date < invoiced:
            latest = titles.filtered(lambda title: title.move_id.invoice_date == invoiced)
            raise UserError(
                self.env._(
                    "Contract %(contract)s is closed on %(date)s, but %(title)s is of "
                    "%(invoiced)s. Enter a closing date from that day on, or take the title out.",
                    contract=self.display_name,
                    date=self.date,
                    title=latest[:1].display_name,
                    invoiced=invoiced,
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
        own_iof = self._get_own_iof(self.iof)
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
            (self._find_result_account("interest"), -earned, names["interest"]),
            (self._find_result_account("equalization"), borne + later, names["equalization"]),
            (agreement._find_account("equalization_payable_account_id"), -later, names["payable"]),
            (self._find_result_account("iof"), own_iof, names["iof"]),
            (agreement._find_account("expense_account_id"), less, names["expense"]),
            (agreement._find_account(on_top), -more, names["income"]),
        )
        return [
            {
                "account_id": find_account().id,
                "name": name,
                "partner_id": agreement.partner_id.id,
                "balance": currency.round(balance),
            }
            for find_account, balance, name in results
            if not currency.is_zero(balance)
        ]

    def _restore_titles(self):
        """Restore the receivables of an undone contract."""
        parts = self.title_ids._get_kept_parts()
        parts._move_to("reversed", vendor_line_id=False)
        parts.title_id._restore_receivables()
        self._move_to("reversed")
