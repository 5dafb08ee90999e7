from odoo import api, models
from odoo.exceptions import UserError

from ...tools.worth import PAIR_FIELDS, find_oversettled


class AccountPartialReconcile(models.Model):
    """A financed receivable is settled by the customer's payment to the bank only.

    Payments, credit notes and statement lines all create partial reconciliations.
    """

    _inherit = "account.partial.reconcile"

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._check_vendor_open()
        partials._check_financed_stays_open()
        partials._check_guarantees_stay_open()
        partials.debit_move_id._sync_vendor_recovery()
        return partials

    def write(self, vals):
        is_user = not self.env.su and not PAIR_FIELDS.isdisjoint(vals)
        if is_user:
            self._check_made_by_contract()
        result = super().write(vals)
        if is_user:
            self._check_vendor_open()
            self._check_financed_stays_open()
            self._check_guarantees_stay_open()
        return result

    def unlink(self):
        self._check_made_by_contract()
        receivables = self.debit_move_id
        result = super().unlink()
        receivables._sync_vendor_recovery()
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_vendor_open(self):
        """Refuse users who settle more of a Vendor invoice, or by more of an entry, than is open.

        :raise UserError: naming the documents
        """
        if self.env.su:
            return
        ours = self.filtered(
            lambda partial: any(
                move.vendor_operation_id or move.vendor_financing_state or move.is_vendor
                for move in (partial.debit_move_id | partial.credit_move_id).move_id
            )
        )
        if oversettled := find_oversettled(ours):
            raise UserError(
                self.env._(
                    "%(documents)s cannot be reconciled like this: not so much is open, or not on "
                    "the same account. Reconcile open items of posted documents.",
                    documents=", ".join(oversettled.move_id.mapped("display_name")),
                )
            )

    def _check_financed_stays_open(self):
        """Refuse reconciliations that settle the financed part of a receivable by other means.

        :raise UserError: naming the invoice and how it is settled
        """
        financed = self.filtered(
            lambda partial: partial.debit_move_id.vendor_title_id
            and not partial.credit_move_id.move_id.vendor_operation_id
        )
        for line in financed.debit_move_id:
            guaranteed = line.sudo().vendor_title_id._get_guaranteed_amount()
            if line.company_currency_id.compare_amounts(line.amount_residual, guaranteed) < 0:
                raise UserError(
                    self.env._(
                        "%(invoice)s is financed by a bank under contract %(contract)s: the "
                        "customer pays the bank, so no payment or credit note settles it here. "
                        "Once the customer has paid, use Settled at the Bank.",
                        invoice=line.move_id.display_name,
                        contract=line.sudo().vendor_title_id.contract_id.display_name,
                    )
                )

    def _check_guarantees_stay_open(self):
        """Refuse users who settle an instalment's guarantee by other means than its contract.

        :raise UserError: naming the instalment and what to do instead
        """
        if self.env.su:
            return
        for partial in self:
            pair = partial.debit_move_id | partial.credit_move_id
            for line in pair.filtered("vendor_installment_id"):
                part = line.sudo().vendor_installment_id
                if line.account_id == part.agreement_id.vendor_account_id:
                    raise UserError(
                        self.env._(
                            "%(installment)s is guaranteed until the customer has paid the bank, "
                            "so no other entry settles it. Use Settled at the Bank or Debited by "
                            "the Bank.",
                            installment=part.display_name,
                        )
                    )

    def _check_made_by_contract(self):
        """Refuse to remove reconciliations of an operation that is not being undone.

        :raise UserError: naming the entry
        """
        entries = (self.debit_move_id | self.credit_move_id).move_id.filtered("vendor_operation_id")
        if not entries:
            return
        for partial in self:
            pair = partial.debit_move_id | partial.credit_move_id
            operations = pair.move_id.sudo().vendor_operation_id
            if not operations or "undoing" in operations.mapped("state"):
                continue
            # Items of the bank's account are reconciled with the statement freely.
            banks = {
                agreement._get_bank_account() for agreement in operations.contract_id.agreement_id
            }
            is_of_bank = banks & set(pair.account_id)
            # What customers owe is never the bank's account, whatever an agreement says.
            if not is_of_bank or "asset_receivable" in pair.mapped("account_type"):
                raise UserError(
                    self.env._(
                        "%(entries)s was reconciled by a vendor contract and cannot be "
                        "unreconciled while that is effective. A manager can use Undo on the "
                        "operation of the contract.",
                        entries=", ".join(
                            pair.move_id.filtered("vendor_operation_id").mapped("display_name")
                        ),
                    )
                )
