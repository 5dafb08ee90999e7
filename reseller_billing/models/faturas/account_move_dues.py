from odoo import api, models
from odoo.exceptions import UserError

from ..contracts.contract_fatura import get_reference

# What says which dues a fatura bills.
BILLING = frozenset(
    {"billing_contract_id", "reference_month", "reference_year", "is_one_off_fatura"}
)


class AccountMove(models.Model):
    """What a fatura bills of what its contract owes: taken once, given back if cancelled."""

    _inherit = "account.move"

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _clear_deleted_dues(self):
        self._filter_faturas()._get_dues()._clear_billed()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_dues(self):
        """Return the dues of these faturas, also those that they do not bill any more."""
        dues = self.env["reseller.billing.due"].sudo()
        return dues.search([("fatura_id", "in", self.ids)]) if self else dues

    def _sync_dues_after(self, vals):
        """Give dues back, or take them again, after state or reference of faturas was written."""
        if "state" in vals:
            if vals["state"] == "cancel":
                self._filter_faturas()._get_dues()._clear_billed()
            else:
                self._filter_faturas()._take_dues_again()
            self._take_credited_dues_again(vals["state"])
        if not BILLING.isdisjoint(vals):
            faturas = self._filter_faturas()
            faturas._get_dues().filtered(lambda due: due.state == "billed").write(
                {"state": "open", "fatura_id": False, "invoice_line_id": False}
            )
            faturas.filtered(lambda move: move.state == "posted")._take_missing_dues()

    def _take_dues_again(self):
        """Bill the dues of faturas again that were cancelled, and are not any more.

        :raise UserError: naming the fatura that bills the month meanwhile
        """
        self._get_dues().filtered(lambda due: due.state != "billed").write({"state": "billed"})

    def _take_missing_dues(self):
        """Have monthly faturas with lines of their own bill what is owed when they are posted.

        One of a month for which nothing is owed is a one-off.

        :raise UserError: naming the fatura whose total is not what is owed
        """
        faturas = self.filtered(lambda move: not move.is_one_off_fatura)
        for move in faturas - faturas._get_dues().fatura_id.sudo(self.env.su):
            contract = move.billing_contract_id.sudo()
            values = {
                "reference_month": move.reference_month,
                "reference_year": move.reference_year,
                "billing_amount": move.amount_total,
                "is_one_off_fatura": False,
            }
            owed = contract._find_owed(values, None, exact=True)
            self.env["reseller.billing.due"]._store_billed([(move, owed)])

    def _clear_credited_dues(self):
        """Owe again what faturas billed that these credit notes take back as a whole.

        What a client paid and got back was provided, and is not billed a second time.
        """
        notes = self.filtered(lambda move: move.move_type == "out_refund")
        for fatura in notes.reversed_entry_id._filter_faturas():
            if fatura.payment_state == "reversed":
                fatura._get_dues()._clear_billed()

    def _take_credited_dues_again(self, state):
        """Bill again what these credit notes took back, if they are not posted any more."""
        if state == "posted":
            return
        notes = self.filtered(lambda move: move.move_type == "out_refund")
        faturas = notes.reversed_entry_id._filter_faturas()
        faturas.filtered(lambda move: move.state == "posted")._take_dues_again()

    def _check_dues_kept(self):
        """Refuse to post a fatura again whose month another one bills meanwhile.

        :raise UserError: naming both
        """
        again = self._filter_faturas().filtered("posted_before")
        for move in again.filtered(lambda move: not move.is_one_off_fatura):
            own, others = move._get_dues(), move._find_faturas_instead()
            billed = sum(own.filtered(lambda due: due.state == "billed").mapped("amount"))
            if others and move.currency_id.compare_amounts(billed, move.amount_total) < 0:
                raise UserError(
                    self.env._(
                        "%(fatura)s was cancelled, and %(others)s bills its month now. Leave it "
                        "cancelled, or cancel the other one first.",
                        fatura=move.display_name,
                        others=", ".join(others.mapped("display_name")),
                    )
                )

    def _find_faturas_instead(self):
        """Return other faturas that bill what plans owe for the month of this one."""
        month = get_reference(self.read(["reference_month", "reference_year"])[0])
        dues = self.env["reseller.billing.due"].sudo()
        domain = [
            ("contract_id", "=", self.billing_contract_id.id),
            ("month", "=", month),
            ("state", "=", "billed"),
            ("fatura_id", "!=", self.id),
        ]
        return dues.search(domain).fatura_id if month else self.browse()
