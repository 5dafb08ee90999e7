from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class VendorFinancingMatching(models.TransientModel):
    """The bank's statement beside what contracts expect on its account: proposals to reconcile.

    Nothing is reconciled by itself: the accountant ticks the pairs.
    """

    _name = "vendor.financing.matching"
    _description = "Match the Bank's Statement"
    _inherit = "vendor.financing.abstract.guard"

    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        string="Bank",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    line_ids = fields.One2many(
        comodel_name="vendor.financing.matching.line",
        inverse_name="matching_id",
        string="Proposals",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("agreement_id")
    def _compute_display_name(self):
        for matching in self:
            matching.display_name = self.env._(
                "Match the statement of %s", matching.agreement_id.name
            )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_reconcile(self):
        """Reconcile the ticked pairs.

        :raise UserError: where none is ticked, an item is ticked twice, or naming what is
            reconciled meanwhile
        """
        self.ensure_one()
        chosen = self.line_ids.filtered("is_chosen")
        if not chosen:
            raise UserError(self.env._("No pair is ticked. Tick those that belong together."))
        for name in ("statement_line_id", "item_id"):
            twice = [records for records, lines in chosen.grouped(name).items() if len(lines) > 1]
            if twice:
                raise UserError(
                    self.env._(
                        "%(documents)s is ticked in several pairs. Tick one of them only.",
                        documents=", ".join(record.display_name for record in twice),
                    )
                )
        for line in chosen:
            line._reconcile()
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _open(self, agreement):
        """Return the action of the proposals for an agreement.

        :raise UserError: where its account of credits is none that waits for the statement
        """
        agreement.check_access("read")
        account = agreement._get_bank_account()
        if not account.reconcile or account == agreement.journal_id.default_account_id:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s books credits and debits on %(account)s, which waits "
                    "for no statement. Enter an account of credits and debits that allows "
                    "reconciliation on the agreement.",
                    agreement=agreement.name,
                    account=account.display_name,
                )
            )
        matching = self.create({"agreement_id": agreement.id})
        matching.line_ids = [Command.create(values) for values in matching._prepare_lines(account)]
        return matching._get_records_action(name=matching.display_name)

    def _prepare_lines(self, account):
        """Return the values of all pairs of equal amount, those of a named contract ticked."""
        self.ensure_one()
        items = self._find_items(account)
        waiting = self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", self.agreement_id.journal_id.id),
                ("is_reconciled", "=", False),
                ("foreign_currency_id", "=", False),
                ("move_id.state", "=", "posted"),
            ],
            order="date, id",
        )
        by_amount = items.grouped(lambda item: item.company_currency_id.round(item.amount_residual))
        pairs = [
            (statement_line, item)
            for statement_line in waiting
            for item in by_amount.get(_get_amount(statement_line), self.env["account.move.line"])
        ]
        named = [pair for pair in pairs if _is_named(*pair)]
        return [
            {
                "statement_line_id": statement_line.id,
                "item_id": item.id,
                "is_named": (statement_line, item) in named,
                # Two that fit as well are for the accountant to tell apart.
                "is_chosen": (statement_line, item) in named
                and sum(statement_line == one or item == other for one, other in named) == 1,
            }
            for statement_line, item in sorted(pairs, key=lambda pair: pair not in named)
        ]

    def _find_items(self, account):
        """Return what the entries of this bank's contracts have open on an account."""
        operations = self.env["vendor.financing.operation"].search(
            [("contract_id.agreement_id", "=", self.agreement_id.id)]
        )
        return self.env["account.move.line"].search(
            [
                ("move_id.vendor_operation_id", "in", operations.ids),
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ],
            order="date, id",
        )


class VendorFinancingMatchingLine(models.TransientModel):
    """A line of the statement and an item of a contract's entry that have the same amount."""

    _name = "vendor.financing.matching.line"
    _description = "Pair to Reconcile with the Bank's Statement"
    _inherit = "vendor.financing.abstract.guard"
    _order = "id"

    matching_id = fields.Many2one(
        comodel_name="vendor.financing.matching", required=True, index=True, ondelete="cascade"
    )
    statement_line_id = fields.Many2one(
        comodel_name="account.bank.statement.line",
        readonly=True,
        ondelete="cascade",
    )
    item_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Contract's Item",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="item_id.company_currency_id", related_sudo=False)
    statement_date = fields.Date(
        related="statement_line_id.date", string="Statement Date", related_sudo=False
    )
    payment_ref = fields.Char(
        related="statement_line_id.payment_ref", string="On the Statement", related_sudo=False
    )
    amount = fields.Monetary(related="statement_line_id.amount", related_sudo=False)
    item_date = fields.Date(related="item_id.date", string="Entry Date", related_sudo=False)
    item_ref = fields.Char(related="item_id.move_id.ref", string="Operation", related_sudo=False)
    is_named = fields.Boolean(
        string="Contract Named",
        readonly=True,
        help="The statement names the contract's number; otherwise the amounts are equal only.",
    )
    is_reconciled = fields.Boolean(
        related="statement_line_id.is_reconciled", string="Reconciled", related_sudo=False
    )
    is_chosen = fields.Boolean(string="Tick")

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _reconcile(self):
        """Put the item's account into the statement line's entry, and reconcile both.

        :raise UserError: naming both, where they are no open pair of this bank any more
        """
        self.ensure_one()
        statement_line, item = self.statement_line_id, self.item_id
        (statement_line.move_id | item.move_id).lock_for_update()
        _liquidity, suspense, others = statement_line._seek_for_lines()
        agreement = self.matching_id.agreement_id
        is_pair = (
            statement_line.journal_id == agreement.journal_id
            and len(suspense) == 1
            and not others
            and item.move_id.sudo().vendor_operation_id.contract_id.agreement_id == agreement
            and item.account_id == agreement._get_bank_account()
            and item.parent_state == "posted"
            and not item.reconciled
            and item.company_currency_id.round(item.amount_residual) == _get_amount(statement_line)
        )
        if not is_pair:
            raise UserError(
                self.env._(
                    "%(statement)s and %(item)s are no open pair any more: one of them was "
                    "reconciled or changed. Open the proposals again.",
                    statement=statement_line.display_name,
                    item=item.move_id.display_name,
                )
            )
        suspense.with_context(skip_readonly_check=True).write(
            {"account_id": item.account_id.id, "partner_id": item.partner_id.id}
        )
        (suspense | item).reconcile()
        self.is_chosen = False


def _get_amount(statement_line):
    """Return the amount of a line of the statement in the company's currency."""
    liquidity, _suspense, _others = statement_line._seek_for_lines()
    return statement_line.company_id.currency_id.round(sum(liquidity.mapped("balance")))


def _is_named(statement_line, item):
    """Return whether a line of the statement names the contract of an item."""
    number = item.move_id.sudo().vendor_operation_id.contract_id.number
    text = f"{statement_line.payment_ref or ''} {statement_line.ref or ''}"
    return bool(number) and number.casefold() in text.casefold().split()
