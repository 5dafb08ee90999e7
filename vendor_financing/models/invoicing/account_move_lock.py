from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.origin import is_of_till
from ...tools.worth import (
    OPEN_ENTRY_FIELDS,
    OPEN_MOVE_FIELDS,
    filter_kept_changed,
    securing,
)

# A bank collects something of these.
AT_BANK = ("financed", "partly_debited")
# Invoices that must not change. Debited ones are the company's again.
LOCKED_STATES = (*AT_BANK, "settled")


class AccountMove(models.Model):
    """Locks of an invoice while a bank finances it, and of the entries of contracts. Seed 004.

    Each method of the host that would change them calls the checks of this file.
    """

    _inherit = "account.move"

    # A plain column beside the host's payment state, written by the contract.
    vendor_financing_state = fields.Selection(
        selection=[
            ("financed", "Financed"),
            ("partly_debited", "Debited in Part"),
            ("settled", "Settled"),
            ("debited", "Debited"),
        ],
        string="Financing",
        readonly=True,
        copy=False,
        help="Financed: the bank paid the company and collects from the customer. Settled: the "
        "customer paid the bank. Debited: the bank debited it from the company, which "
        "collects again. Debited in part: the bank collects the rest.",
    )
    vendor_state = fields.Selection(
        selection=[
            ("none", "Not in Vendor Financing"),
            ("pending", "Pending"),
            ("financed", "Financed"),
            ("partly_debited", "Debited in Part"),
            ("settled", "Settled"),
            ("debited", "Debited"),
        ],
        string="Vendor Financing",
        compute="_compute_vendor_state",
        search="_search_vendor_state",
        help="Pending: posted, with a Vendor bearer, and no bank finances it yet.",
    )
    vendor_operation_id = fields.Many2one(
        comodel_name="vendor.financing.operation",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The operation on a vendor contract that made this entry.",
    )

    _vendor_financing_state_idx = models.Index(
        "(vendor_financing_state) WHERE vendor_financing_state IS NOT NULL"
    )

    # -------------------------------------------------------------------------
    # COMPUTE, SEARCH METHODS
    # -------------------------------------------------------------------------

    @api.depends("vendor_financing_state", "is_vendor", "state", "payment_state")
    def _compute_vendor_state(self):
        for move in self:
            is_pending = (
                move.is_vendor
                and move.state == "posted"
                and move.payment_state in ("not_paid", "partial")
            )
            move.vendor_state = move.vendor_financing_state or ("pending" if is_pending else "none")

    @api.model
    def _search_vendor_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        pending = (
            Domain("vendor_financing_state", "=", False)
            & Domain("is_vendor", "in", [True])
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", ("not_paid", "partial"))
        )
        found = Domain("vendor_financing_state", "in", [*value])
        if "pending" in value:
            found |= pending
        if "none" in value:
            found |= Domain("vendor_financing_state", "=", False) & ~pending
        return found

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_financed(self):
        self._check_not_financed()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_print_vendor_pending(self):
        """Print these invoices, or all pending ones, by customer with totals.

        :raise UserError: if no invoice is pending
        """
        moves = self or self.search(
            [("vendor_state", "=", "pending"), ("company_id", "in", self.env.companies.ids)],
            order="commercial_partner_id, invoice_date, id",
        )
        if not moves:
            raise UserError(
                self.env._("No invoice waits for a bank, so there is nothing to print.")
            )
        return self.env.ref(
            "vendor_financing.vendor_financing_pending_report_action"
        ).report_action(moves)

    def button_cancel(self):
        self._check_not_financed()
        return super().button_cancel()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _compute_preferred_payment_method_line_id(self):
        """Keep bearers that would put posted documents into vendor financing or out of it.

        The host computes it whenever somebody writes partner or company, by the same value, too.
        Of a till's sale, which was paid there, the customer's default bearer is not taken over.
        """
        ours = self.env["account.payment.method.line"]._get_vendor_bearer_ids()
        posted = self._origin.filtered(lambda move: ours and move.state == "posted")
        kept = {move: move.preferred_payment_method_line_id for move in posted}
        result = super()._compute_preferred_payment_method_line_id()
        for move in self:
            bearer = kept.get(move._origin)
            if bearer is not None and ours & {bearer.id, move.preferred_payment_method_line_id.id}:
                move.preferred_payment_method_line_id = bearer
            elif move.preferred_payment_method_line_id.id in ours and is_of_till(move):
                move.preferred_payment_method_line_id = False
        return result

    def _check_financing_unchanged(self, vals):
        """Refuse values that would take these invoices or entries from their bank or contract.

        :raise UserError: as `_check_not_financed`
        """
        if "preferred_payment_method_line_id" in vals:
            bearer = vals["preferred_payment_method_line_id"]
            self.filtered(
                lambda move: move.preferred_payment_method_line_id.id != bearer
            )._check_not_financed()
        if vals.get("state") in ("draft", "cancel"):
            self._check_not_financed()
        # The bank knows an invoice by its number; entries of contracts are only the company's.
        is_payment = vals.keys() <= {"matched_payment_ids"}
        invoices = filter_kept_changed(
            self,
            vals,
            OPEN_MOVE_FIELDS,
            lambda move: (
                bool(move.vendor_financing_state) and not (is_payment and move._has_vendor_debit())
            ),
        )
        entries = filter_kept_changed(
            self, vals, OPEN_ENTRY_FIELDS, lambda move: bool(move.vendor_operation_id)
        )
        (invoices | entries)._check_not_financed()

    def _hash_moves(self, **options):
        with securing():
            return super()._hash_moves(**options)

    def _has_vendor_lock(self):
        """Return whether a bank may finance this, or a contract have made it; costs no query."""
        self.ensure_one()
        return bool(self.vendor_financing_state or self.vendor_operation_id)

    def _has_vendor_debit(self):
        """Return whether the bank debited a part of this, which customers pay the company."""
        self.ensure_one()
        return any(self.sudo().vendor_installment_ids.mapped("debited_amount"))

    def _check_draftable(self):
        self._check_not_financed()
        return super()._check_draftable()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._check_not_financed()
        return super()._reverse_moves(default_values_list, cancel=cancel)

    def _check_not_financed(self):
        """Refuse to change financed invoices, and the entries of contracts.

        :raise UserError: naming the invoices or entries, and what to do instead
        """
        marked = self.filtered(lambda move: move.vendor_financing_state in LOCKED_STATES)
        # The titles know; the mark says only where to ask, so that others cost no query.
        if financed := marked.filtered(lambda move: move.sudo().vendor_title_ids._is_counting()):
            raise UserError(
                self.env._(
                    "%(invoices)s is or was financed by a bank and cannot be changed. Open its "
                    "vendor contract: a manager can undo its operations there.",
                    invoices=", ".join(financed.mapped("display_name")),
                )
            )
        entries = self.filtered("vendor_operation_id")
        if locked := entries.filtered(
            lambda move: move.sudo().vendor_operation_id.state != "undoing"
        ):
            raise UserError(
                self.env._(
                    "%(entries)s was made by a vendor contract and cannot be changed while that "
                    "is effective. A manager can use Undo on the operation of the contract.",
                    entries=", ".join(locked.mapped("display_name")),
                )
            )
