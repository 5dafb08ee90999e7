from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.periods import Period, get_share
from .contract_fatura import get_reference

# States in which what is owed is not billed (again).
SETTLED_STATES = ("billed", "waived")


class Unused(NamedTuple):
    """Days of a billed due that a client does not use, and what is given back for them."""

    due: models.BaseModel
    days: Period
    amount: float
    explanation: str


class ResellerBillingDue(models.Model):
    """What a plan of a contract owes for a period (competência): one fatura bills it, once.

    A due is made when a fatura bills it, when it waits for the next fatura, or when it was passed
    over. The database keeps a second one of the same contract, plan and first day away.
    """

    _name = "reseller.billing.due"
    _inherit = "reseller.billing.abstract.guard"
    _description = "Due of a Plan"
    _order = "month desc, contract_id, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="reseller.billing.contract",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Client")
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    plan_id = fields.Many2one(
        comodel_name="reseller.billing.plan",
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Empty for the monthly fatura of a contract without plans.",
    )
    month = fields.Date(
        required=True, readonly=True, help="First day of the reference month that bills it."
    )
    date_start = fields.Date(string="From", required=True, readonly=True)
    date_end = fields.Date(string="Until", required=True, readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True, default=1.0)
    price = fields.Monetary(
        readonly=True, help="Price of one for these days, taxes included, in BRL."
    )
    amount = fields.Monetary(
        readonly=True, help="What is owed for these days, taxes included, in BRL."
    )
    amount_credited = fields.Monetary(
        string="Credited", readonly=True, help="Given back for days that were not used, in BRL."
    )
    explanation = fields.Char(readonly=True, help="How the amount was calculated.")
    fatura_id = fields.Many2one(
        comodel_name="account.move",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The fatura that bills it, or did so before it was cancelled.",
    )
    invoice_line_id = fields.Many2one(
        comodel_name="account.move.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    state = fields.Selection(
        selection=[
            ("billed", "Billed"),
            ("queued", "With the next fatura"),
            ("open", "Not billed"),
            ("waived", "Not to be billed"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="open",
        index=True,
    )

    _once = models.UniqueIndex(
        "(contract_id, date_start, COALESCE(plan_id, 0))",
        "The contract already has a fatura for this reference month. Open that one; cancel it to "
        "make another, or bill something else than the monthly fee.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("plan_id", "contract_id", "month")
    def _compute_display_name(self):
        for due in self:
            name = due.plan_id.display_name or due.contract_id.name or ""
            month = f"{due.month.month:02}/{due.month.year}" if due.month else ""
            due.display_name = f"{name} {month}".strip()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_queue(self):
        """Have these dues billed with the next faturas of their contracts.

        :raise UserError: naming the due that is billed already, or whose contract is cancelled
        """
        return self._apply_decision("queued")

    def action_waive(self):
        """Have these dues billed no more: somebody decided so.

        :raise UserError: naming the due that is billed already
        """
        return self._apply_decision("waived")

    def action_reopen(self):
        """Have these dues wait for a decision again.

        :raise UserError: naming the due that is billed already
        """
        return self._apply_decision("open")

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _apply_decision(self, state):
        self.contract_id.check_access("write")
        for due in self:
            if due.state == "billed":
                raise UserError(
                    self.env._(
                        "%(due)s of %(contract)s is billed by %(fatura)s. Cancel that fatura "
                        "first.",
                        due=due.display_name,
                        contract=due.contract_id.display_name,
                        fatura=due.sudo().fatura_id.display_name,
                    )
                )
            if state == "queued" and due.contract_id.state == "cancelled":
                raise UserError(
                    self.env._(
                        "%(contract)s is cancelled and gets no further fatura. Make an invoice of "
                        "%(due)s by hand, or do not bill it.",
                        contract=due.contract_id.display_name,
                        due=due.display_name,
                    )
                )
        self.sudo().write({"state": state})
        return True

    @api.model
    def _store_billed(self, taken):
        """Store that faturas bill dues; each due has one fatura from now on.

        :param taken: list of (account.move, dues as values of `_get_owed`)
        """
        new = []
        for fatura, dues in taken:
            lines = fatura.invoice_line_ids.filtered(lambda line: line.display_type == "product")
            lines = lines.sorted(lambda line: (line.sequence, line.id))
            pairs = list(lines) if len(lines) == len(dues) else [lines.browse()] * len(dues)
            for due, line in zip(dues, pairs, strict=True):
                values = {"fatura_id": fatura.id, "invoice_line_id": line.id, "state": "billed"}
                if due.known:
                    due.known.sudo().write({**due.values, **values})
                else:
                    new.append({**due.values, **values})
        if new:
            self.sudo().create(new)

    @api.model
    def _queue(self, owed):
        """Have dues billed with the next faturas of their contracts.

        :param owed: list of `Owed`
        """
        for one in owed:
            if one.known:
                one.known.sudo().write({**one.values, "state": "queued"})
            else:
                self.sudo().create({**one.values, "state": "queued"})

    def _clear_billed(self):
        """Owe these dues again; nobody bills them before somebody says so."""
        self.sudo().filtered(lambda due: due.state == "billed").write({"state": "open"})

    def _get_unused(self, day):
        """Return what is given back of this due for the days after a day: `Unused`.

        A fatura whose value was changed gives back in proportion.
        """
        self.ensure_one()
        whole = Period(self.date_start, self.date_end)
        days = whole.begin_on(fields.Date.add(day, days=1))
        left = self.amount - self.amount_credited
        fatura = self.fatura_id
        billed = sum(fatura.fatura_due_ids.mapped("amount"))
        share = get_share(left, days.days, whole.days)
        if billed and self.currency_id.compare_amounts(fatura.amount_total, billed) < 0:
            share *= fatura.amount_total / billed
        amount = self.currency_id.round(share)
        explanation = self.contract_id._explain_share(days, whole, left)
        return Unused(self, days, amount, explanation)

    def _store_unused(self, unused):
        """Store that days of this due were credited: it ends before them."""
        self.ensure_one()
        is_all = unused.days.start <= self.date_start
        values = {
            "amount_credited": self.amount_credited + unused.amount,
            # Credited as a whole, it is not owed again either.
            "state": "waived" if is_all else "billed",
        }
        if not is_all:
            values["date_end"] = fields.Date.subtract(unused.days.start, days=1)
        self.sudo().write(values)

    @api.model
    def _store_billed_before(self):
        """Store what monthly faturas from before there were dues have billed. Called once.

        A fatura that was made by hand took the whole month, whatever was on it. A plan that cost
        more than all of it was not on it: that due is shown to people, and not billed by itself.
        """
        faturas = self.env["account.move"].search(
            [
                ("billing_contract_id", "!=", False),
                ("move_type", "=", "out_invoice"),
                ("state", "!=", "cancel"),
                ("is_one_off_fatura", "=", False),
                ("fatura_due_ids", "=", False),
            ],
            order="id",
        )
        for fatura in faturas:
            if month := get_reference(fatura):
                self.create(self._prepare_billed_before(fatura, month))

    def _prepare_billed_before(self, fatura, month):
        """Return the values of the dues of a fatura from before there were dues."""
        contract = fatura.billing_contract_id
        known = contract._get_known_dues(month)[contract]
        # Of plans that begin later by now, too: their next month may be set back.
        lines = contract.line_ids.filtered(lambda line: line._is_in_cycle(month))
        owed = [one for one in (line._get_owed(month, known) for line in lines) if one]
        if not contract.line_ids:
            owed = contract._get_owed_without_plan(month, fatura.amount_total, known)
        total = sum(one.amount for one in owed)
        items = fatura.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        is_whole = (
            len(items) >= len(owed)
            or fatura.currency_id.compare_amounts(fatura.amount_total, total) >= 0
        )
        billed = {"state": "billed", "fatura_id": fatura.id}
        return [
            {**one.values, **(billed if is_whole or one.amount <= fatura.amount_total else {})}
            for one in owed
            if not one.known
        ]
