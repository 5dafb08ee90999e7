from odoo import models
from odoo.exceptions import UserError


class SupplierCreditPostSale(models.Model):
    """The company's choice about a credit, or the rest of one, that Supplier refused. Seed 002.

    The company credits it to the customer directly, sends it again, or withdraws it.
    """

    _inherit = "supplier.credit.post.sale"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_outcome(self):
        """Open the wizard for the choice about the refused rest."""
        self.ensure_one()
        return self.env["supplier.credit.post.sale.outcome"]._get_records_action(
            name=self.env._("Decide on the Rest"),
            target="new",
            context={"default_post_sale_id": self.id},
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _is_awaiting_choice(self):
        """Return whether Supplier refused a part that is still a temporary credit."""
        self.ensure_one()
        refused = self.state == "refused" or (
            self.state == "partially_approved" and self.processing_state == "done"
        )
        return refused and self.currency_id.compare_amounts(self.open_amount, 0) > 0

    def _check_awaiting_choice(self):
        if not self._is_awaiting_choice():
            raise UserError(
                self.env._(
                    "%(request)s leaves nothing to decide: it is %(state)s, processing "
                    "%(processing)s, and %(open)s of it are a temporary credit.",
                    request=self.display_name,
                    state=self._state_label(),
                    processing=self._selection_label("processing_state"),
                    open=self.currency_id.format(self.open_amount),
                )
            )

    def _return_rest_directly(self):
        """Credit the refused rest to the customer: steps B and C for all of it."""
        self._check_awaiting_choice()
        rest = self.open_amount
        self._post_result(self.installment_ids.browse(), rest)
        self._move_processing_to(
            "done", own_direct_amount=self.own_direct_amount + rest, error=False
        )

    def _resend_rest(self):
        """Send again: the refused request, or a new one for the rest of a partial approval."""
        self._check_awaiting_choice()
        if self.state == "refused":
            self._resend()
            return
        rest = self.open_amount
        child = self.create(
            self._prepare_request(
                self.transaction_id,
                self.kind,
                rest,
                origin_id=self.id,
                request_reason=self.request_reason,
            )
        )
        self.resent_amount += rest
        child._start()

    def _withdraw_rest(self):
        """Reverse the rest of the temporary credit.

        :raise UserError: when an NF-e proves the return, or the cancellation of the sale
        """
        self._check_awaiting_choice()
        self._check_withdrawable()
        rest = self.open_amount
        temporary = self._get_temporary_lines()
        agreement = self.agreement_id
        if self.kind == "bonus":
            journal = self._get_title("temporary").journal
            counterpart = [self._prepare_bonus_line(-rest)]
        else:
            journal = agreement.journal_id
            counterpart = self._prepare_mirror_lines(temporary.move_id)
        line = {
            "name": self.env._("Withdrawn: %(document)s", document=self._get_label()),
            "account_id": temporary.account_id.id,
            "partner_id": temporary.partner_id.id,
            "date_maturity": temporary[:1].date_maturity,
            "balance": rest,
            "supplier_bearer_id": temporary[:1].supplier_bearer_id.id,
        }
        entry = self._create_entry(journal, [*counterpart, line], line["name"])
        entry._post(soft=False)
        reversal = entry.line_ids.filtered(lambda made: made.account_id == temporary.account_id)
        self.env["account.move.line"]._reconcile_plan([temporary | reversal])
        self.withdrawn_amount += rest
        if self.state == "refused":
            self._move_to("withdrawn", error=False)

    def _check_withdrawable(self):
        root = self._get_root()
        note = root.temporary_move_id
        if self.kind == "cancellation":
            reason = self.env._("SEFAZ has cancelled the NF-e, so there is no sale to go back to")
        elif self.kind == "return" and note.supplier_sefaz_state == "authorised":
            reason = self.env._(
                "its return NF-e %(note)s is authorised, so the goods are the company's again",
                note=note.display_name,
            )
        elif self.kind == "return" and self.currency_id.compare_amounts(
            self.open_amount, root.amount
        ):
            reason = self.env._("a part of its credit note was already credited")
        else:
            return
        raise UserError(
            self.env._(
                "%(request)s cannot be withdrawn: %(reason)s. Return it directly, or ask again.",
                request=self.display_name,
                reason=reason,
            )
        )
