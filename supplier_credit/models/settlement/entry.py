from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.for_each import for_each
from .event import KINDS


class SupplierCreditSettlementEntry(models.Model):
    """One line of Supplier's statement (Lançamento), and the open item that it settles."""

    _name = "supplier.credit.settlement.entry"
    _description = "Settlement Entry"
    _inherit = ["supplier.credit.abstract.guard", "supplier.credit.abstract.state"]
    _check_company_auto = True
    _order = "date desc, id"
    _rec_name = "external_id"
    _transitions = {
        "open": {"future", "proposed", "matched", "ignored"},
        "proposed": {"open"},
        "matched": {"open", "proposed", "posted"},
        "posted": {"matched"},
        "ignored": {"open", "proposed", "matched"},
        "future": set(),
    }

    agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        required=True,
        readonly=True,
        check_company=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    settlement_id = fields.Many2one(
        comodel_name="supplier.credit.settlement",
        string="Statement",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The statement of its day; empty for future entries.",
    )
    external_id = fields.Char(string="Supplier's Number", required=True, readonly=True)
    event_code = fields.Char(string="Event", required=True, readonly=True)
    event_kind = fields.Selection(selection=KINDS, string="Kind", readonly=True)
    direction = fields.Selection(
        selection=[("credit", "Credit"), ("debit", "Debit")], required=True, readonly=True
    )
    source = fields.Selection(
        selection=[("api", "Supplier's service"), ("file", "File")], required=True, readonly=True
    )
    transaction_code = fields.Char(readonly=True)
    post_sale_code = fields.Char(string="Post-Sale Code", readonly=True)
    number = fields.Integer(string="Instalment", readonly=True)
    date = fields.Date(required=True, readonly=True)
    principal = fields.Monetary(readonly=True)
    fee = fields.Monetary(readonly=True)
    taxes = fields.Monetary(readonly=True)
    value = fields.Monetary(readonly=True, help="The value on the statement, without the sign.")
    amount = fields.Monetary(string="Paid", readonly=True, help="The value; negative for a debit.")
    # future → open ⇄ proposed → matched ⇄ posted      open, proposed, matched ⇄ ignored
    state = fields.Selection(
        selection=[
            ("future", "Future"),
            ("open", "Open"),
            ("proposed", "Proposed"),
            ("matched", "Matched"),
            ("posted", "Posted"),
            ("ignored", "Ignored"),
        ],
        required=True,
        readonly=True,
        index=True,
        help="Open: no item was found that it settles. Proposed: a person has to check the item "
        "that was found. Future: announced, for the cash forecast only.",
    )
    installment_id = fields.Many2one(
        comodel_name="supplier.credit.transaction.installment",
        string="Calendar Entry",
        readonly=True,
        index="btree_not_null",
    )
    partner_id = fields.Many2one(
        related="installment_id.partner_id", string="Customer", store=True, readonly=True
    )
    counterpart_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Settles",
        readonly=True,
        check_company=True,
        help="The open item on Supplier's receivable.",
    )
    expected = fields.Monetary(
        readonly=True, help="The open amount of the item when the entry was matched."
    )
    difference = fields.Monetary(readonly=True, help="The expected amount less the paid one.")
    holds_fee = fields.Boolean(
        string="Books the Fee",
        readonly=True,
        help="The item is of the whole instalment (7.5, at settlement), so the fee is booked when "
        "it is settled; otherwise the fee was booked at approval.",
    )
    write_off = fields.Boolean(
        string="Write Off the Difference",
        readonly=True,
        help="The difference is booked to the account of 7.3; otherwise it stays open on the "
        "receivable.",
    )
    settled_amount = fields.Monetary(
        readonly=True, help="The part of the open item that the posted statement settled."
    )
    signed_fee = fields.Monetary(
        string="Fee Charged", readonly=True, help="The fee; negative if it is given back."
    )
    expected_fee = fields.Monetary(readonly=True, help="The fee of the calendar entry.")
    fee_drift = fields.Monetary(readonly=True, help="The charged fee less that of the calendar.")
    problem = fields.Text(readonly=True, help="Why it is not matched, and what to do.")
    conflict = fields.Text(
        readonly=True, help="The values with which Supplier sent the same number again."
    )
    ignore_reason = fields.Char(readonly=True)
    to_acknowledge = fields.Boolean(
        readonly=True, help="Supplier waits for the confirmation that the entry was received."
    )
    acknowledged = fields.Boolean(
        readonly=True, help="Supplier knows that the entry was received and stored."
    )
    acknowledgement_error = fields.Text(
        readonly=True, help="Why Supplier refused the confirmation; the next import tries again."
    )

    _external_id_unique = models.Constraint(
        "UNIQUE (agreement_id, external_id)", "Supplier's number occurs once under an agreement."
    )
    _counterpart_unique = models.UniqueIndex(
        "(counterpart_line_id) WHERE state = 'matched'",
        "Another entry is already matched with this item. Post that one first, or reopen it.",
    )
    _counterpart_idx = models.Index("(counterpart_line_id) WHERE counterpart_line_id IS NOT NULL")
    _undecided_idx = models.Index(
        "(agreement_id, settlement_id) WHERE state IN ('open', 'proposed')"
    )
    _acknowledge_idx = models.Index("(agreement_id, id) WHERE to_acknowledge")

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_accept(self):
        """Accept the proposed counterparts of these entries; differences stay open.

        :return: see `for_each`
        :raise UserError: naming the entry without a proposal
        """
        self._check_may_settle()
        return for_each(self.sudo(), lambda entry: entry._accept_proposal())

    def action_reopen(self):
        """Undo the decisions about these entries and match them again.

        :raise UserError: naming the entry whose statement is posted
        """
        self._check_may_settle()
        for entry in self.sudo():
            if entry.state not in ("matched", "ignored", "proposed", "open"):
                raise UserError(
                    self.env._(
                        "Entry %(entry)s is %(state)s. A manager can undo its statement first.",
                        entry=entry.external_id,
                        state=entry._state_label(),
                    )
                )
        self.sudo()._reopen()
        self.sudo()._match()
        return True

    def action_decide(self):
        """Open the wizard that chooses a counterpart by hand, or ignores entries with a reason."""
        self._check_may_settle()
        return self.env["supplier.credit.settlement.decision"]._get_records_action(
            name=self.env._("Decide"), target="new", context={"default_entry_ids": self.ids}
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _get_sign(self, direction):
        return 1 if direction == "credit" else -1

    def _check_may_settle(self):
        self.check_access("read")
        self.env["supplier.credit.settlement"]._check_may_settle()

    def _accept_proposal(self):
        if self.state != "proposed" or not self.counterpart_line_id:
            raise UserError(
                self.env._(
                    "Entry %(entry)s is %(state)s and has no proposal to accept. Choose what it "
                    "settles, or ignore it with a reason.",
                    entry=self.external_id,
                    state=self._state_label(),
                )
            )
        self._match_with(self.counterpart_line_id, write_off=False)

    def _match_with(self, line, *, write_off):
        """Match this entry with an open item that a person chose.

        :param write_off: whether a difference is booked to 7.3; otherwise it stays open
        :raise UserError: naming the entry and why it cannot settle the item
        """
        self.ensure_one()
        self._check_undecided()
        counterpart = self._get_counterpart_of(line)
        if obstacle := self._get_choice_obstacle(counterpart, write_off=write_off):
            raise UserError(obstacle)
        self._move_to(
            "matched", **self._prepare_match(counterpart), write_off=write_off, problem=False
        )
        self.flush_recordset()
        self.settlement_id._sync_with_entries()

    def _ignore(self, reason):
        """Leave these entries out when their statements are posted.

        :param reason: shown on the entries
        :raise UserError: naming the entry that is posted or in the future
        """
        for entry in self:
            entry._check_undecided()
        self._move_to(
            "ignored",
            ignore_reason=reason,
            counterpart_line_id=False,
            write_off=False,
            difference=0,
            problem=False,
        )
        self.settlement_id._sync_with_entries()

    def _check_undecided(self):
        if self.state not in ("open", "proposed"):
            raise UserError(
                self.env._(
                    "Entry %(entry)s is %(state)s. Only open and proposed entries can be decided; "
                    "reopen a matched or ignored one first.",
                    entry=self.external_id,
                    state=self._state_label(),
                )
            )

    def _reopen(self):
        self._move_to(
            "open",
            counterpart_line_id=False,
            write_off=False,
            difference=0,
            expected=0,
            problem=False,
            ignore_reason=False,
        )
        self.settlement_id._sync_with_entries()
