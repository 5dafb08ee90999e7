from odoo import api, fields, models
from odoo.exceptions import UserError

from ..contracts.contract_fatura import get_reference


class AccountMove(models.Model):
    """Creation of faturas by form, wizard and cron; they are posted at once."""

    _inherit = "account.move"

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _is_new_fatura(self, vals):
        """Return whether these are the values of a new fatura without lines of its own."""
        kind = vals.get("move_type") or self.env.context.get("default_move_type")
        return (
            vals.get("billing_contract_id")
            and kind == "out_invoice"
            and not vals.get("invoice_line_ids")
            and not vals.get("line_ids")
        )

    @api.model
    def _find_contracts_to_bill(self, vals_list):
        """Return the contract of each new fatura, None for all other documents.

        :raise UserError: if a contract is not active, or its client cannot be charged
        """
        new = [bool(self._is_new_fatura(vals)) for vals in vals_list]
        # Prefetched together, however many faturas are created at once.
        ids = [
            vals["billing_contract_id"]
            for vals, is_new in zip(vals_list, new, strict=True)
            if is_new
        ]
        contracts = self.env["reseller.billing.contract"]
        found = [
            contracts.browse(vals["billing_contract_id"]).with_prefetch(ids) if is_new else None
            for vals, is_new in zip(vals_list, new, strict=True)
        ]
        for contract in filter(None, found):
            contract._check_may_be_billed()
        return found

    @api.model
    def _prepare_bills(self, vals_list, contracts):
        """Return (values, what is billed) of each document, with the lines of new faturas.

        Faturas with lines of their own bill nothing that is owed, unless they say so: those are
        compared with it when they are posted.
        """
        chosen = [
            (contract, get_reference(vals))
            for vals, contract in zip(vals_list, contracts, strict=True)
            if contract
        ]
        first = min((month for _contract, month in chosen if month), default=None)
        billed = self.env["reseller.billing.contract"].union(*(one for one, _month in chosen))
        known = billed._get_known_dues(first) if first else {}
        return [
            contract._prepare_bill(vals, known.get(contract))
            if contract
            else (self._prepare_own_lines(vals), None)
            for vals, contract in zip(vals_list, contracts, strict=True)
        ]

    @api.model
    def _prepare_own_lines(self, vals):
        """Return the values of a document; a fatura among them is a one-off, if it says nothing."""
        if vals.get("billing_contract_id") and "is_one_off_fatura" not in vals:
            return {**vals, "is_one_off_fatura": True}
        return vals

    @api.model
    def _create_faturas(self, bills):
        """Return new faturas, posted and with their charges queued.

        :param bills: list of (values with lines, list of `Owed`)
        """
        moves = self.browse()
        companies = {values["company_id"]: [] for values, _owed in bills}
        for values, owed in bills:
            companies[values["company_id"]].append((values, owed))
        for company, own in companies.items():
            made = self.with_company(company).create([values for values, _owed in own])
            made._issue_bills([owed for _values, owed in own])
            moves |= made.with_env(self.env)
        return moves

    def _prepare_fatura_again(self):
        """Return the values by which a copy bills the contract and month of this fatura, if it is.

        The copy is a draft: it bills them once this fatura is credited as a whole and it is posted.
        """
        self.ensure_one()
        if not self._filter_faturas():
            return {}
        again = {
            "billing_contract_id": self.billing_contract_id.id,
            "billing_amount": self.amount_total,
            "billing_description": self.billing_description,
            "reference_month": self.reference_month,
            "reference_year": self.reference_year,
            "is_one_off_fatura": self.is_one_off_fatura,
            # The client's own terms would move the due date.
            "invoice_payment_term_id": False,
        }
        if self.invoice_date_due >= fields.Date.context_today(self):
            again["invoice_date_due"] = self.invoice_date_due
        return again

    def _issue_bills(self, bills):
        """Store what new faturas bill, and issue them; other documents among these are left alone.

        :param bills: for each document a list of `Owed`, None if it is no new fatura
        """
        pairs = [(move, owed) for move, owed in zip(self, bills, strict=True) if owed is not None]
        self.env["reseller.billing.due"]._store_billed(pairs)
        self.browse(move.id for move, _owed in pairs)._issue()

    def _check_contracts_written(self, vals):
        """Check the contracts of documents whose contract or type was written."""
        if "billing_contract_id" in vals or "move_type" in vals:
            self._check_contracts_chosen()

    def _check_contract_kept(self, vals):
        """Refuse another contract, or none, for a fatura that was charged.

        :raise UserError: naming the fatura
        """
        if self.env.su or "billing_contract_id" not in vals:
            return
        self._check_becomes_fatura(vals)
        for move in self:
            if move.charge_id and move.billing_contract_id.id != vals["billing_contract_id"]:
                raise UserError(
                    self.env._(
                        "%(fatura)s was charged for %(contract)s and stays with it. Cancel the "
                        "fatura and make another.",
                        fatura=move.display_name,
                        contract=move.billing_contract_id.display_name,
                    )
                )

    def _check_becomes_fatura(self, vals):
        """Refuse to make a fatura of what is no draft of an invoice: it would be charged twice.

        :raise UserError: naming the document
        """
        for move in self:
            new = move.billing_contract_id.id != (vals["billing_contract_id"] or False)
            if new and (move.state != "draft" or move.move_type != "out_invoice"):
                raise UserError(
                    self.env._(
                        "%(document)s is no draft of a customer invoice, so its contract cannot be "
                        "changed. Make a fatura from the contract instead.",
                        document=move.display_name,
                    )
                )

    def _check_amount_written(self, vals):
        """Refuse a value of posted faturas that is not their total.

        :raise UserError: naming the fatura
        """
        if "billing_amount" not in vals:
            return
        for move in self._filter_faturas().filtered(lambda move: move.state == "posted"):
            if move.currency_id.compare_amounts(move.amount_total, move.billing_amount):
                raise UserError(
                    self.env._(
                        "%(fatura)s is issued over %(total)s. Use Change to give it another value.",
                        fatura=move.display_name,
                        total=move.currency_id.format(move.amount_total),
                    )
                )

    def _check_contracts_chosen(self):
        """Refuse contracts that are not active; faturas of the panel are created as superuser.

        :raise UserError: naming the contract
        """
        # The superuser is checked when it posts.
        if not self.env.su:
            self._check_contracts_active()

    def _check_contracts_active(self):
        """Refuse faturas of contracts that are not active.

        :raise UserError: naming the contract
        """
        for contract in self._filter_faturas().billing_contract_id.sudo():
            contract._check_active()

    def _check_contracts_to_issue(self):
        """Refuse to post a fatura whose contract is not active.

        Faturas that were posted before may be corrected; those made in the panel may be owed
        whatever the state of the contract is now.

        :raise UserError: naming the contract
        """
        new = self._filter_faturas().filtered(lambda move: not move.posted_before)
        passive = new.filtered(lambda move: move.billing_contract_id.sudo().state != "active")
        (passive - passive._filter_made_in_panel())._check_contracts_active()
        if monthly := new.filtered(lambda move: not move.is_one_off_fatura):
            (monthly - monthly._filter_made_in_panel())._take_missing_dues()
        self._check_dues_kept()

    def _issue(self):
        """Post new faturas, which queues their charges in the same transaction.

        :raise UserError: naming the fatura whose taxes do not fit its value
        """
        for move in self:
            if move.currency_id.compare_amounts(move.amount_total, move.billing_amount):
                raise UserError(
                    self.env._(
                        "The taxes of %(client)s's fatura do not fit its value: %(total)s instead "
                        "of %(amount)s. Use taxes that are included in the price.",
                        client=move.partner_id.display_name,
                        total=move.currency_id.format(move.amount_total),
                        amount=move.currency_id.format(move.billing_amount),
                    )
                )
        if self:
            self._post(soft=False)
