from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

WEEK = timedelta(days=7)
# Kinds of cards, with the field of the counted records that refers to their subject.
KEYS = {"company": "company_id", "agreement": "agreement_id"}


class VendorFinancingOverview(models.Model):
    """The first screen: open work per company and per agreement with a bank.

    Each number is counted for all cards at once, by the domain of the list that it opens.
    """

    _name = "vendor.financing.overview"
    _description = "Vendor Financing Overview"
    _auto = False
    _order = "company_id, kind desc, name, id"

    kind = fields.Selection(
        selection=[("company", "Company"), ("agreement", "Agreement")], readonly=True
    )
    name = fields.Char(readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    agreement_id = fields.Many2one(comodel_name="vendor.financing.agreement", readonly=True)

    # Of a company
    pending_count = fields.Integer(string="Invoices to Finance", compute="_compute_numbers")
    pending_amount = fields.Monetary(string="To Finance", compute="_compute_numbers")
    request_count = fields.Integer(string="Requests to Decide", compute="_compute_numbers")
    has_agreement = fields.Boolean(
        compute="_compute_has_agreement", help="Whether the company has an agreement with a bank."
    )
    # Of an agreement
    draft_count = fields.Integer(string="Contracts to Make Effective", compute="_compute_numbers")
    due_count = fields.Integer(string="Due Today or Before", compute="_compute_numbers")
    due_amount = fields.Monetary(string="Amount Due", compute="_compute_numbers")
    week_count = fields.Integer(string="Due in the Next 7 Days", compute="_compute_numbers")
    week_amount = fields.Monetary(string="Amount of the Week", compute="_compute_numbers")
    recourse_count = fields.Integer(string="Past Recourse", compute="_compute_numbers")
    recourse_amount = fields.Monetary(string="Amount Past Recourse", compute="_compute_numbers")
    extension_count = fields.Integer(string="Extensions Requested", compute="_compute_numbers")
    unsent_count = fields.Integer(
        string="Extensions to Send to the Bank", compute="_compute_numbers"
    )
    problem_count = fields.Integer(string="Bank's Report: Problems", compute="_compute_numbers")
    booking_count = fields.Integer(string="Bank's Report: To Book", compute="_compute_numbers")
    # Position of an agreement
    limit_amount = fields.Monetary(related="agreement_id.limit_amount")
    used_amount = fields.Monetary(related="agreement_id.used_amount")
    valid_until = fields.Date(related="agreement_id.valid_until")
    proof_difference = fields.Monetary(related="agreement_id.proof_difference")
    mismatch_count = fields.Integer(related="agreement_id.mismatch_count")
    used_percent = fields.Integer(
        compute="_compute_position", help="The used part of the limit, in %."
    )
    is_expired = fields.Boolean(compute="_compute_position")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT id * 2 AS id, 'company' AS kind, name, id AS company_id,
                   NULL::integer AS agreement_id
              FROM res_company WHERE active
         UNION ALL
            SELECT id * 2 + 1, 'agreement', name, company_id, id
              FROM vendor_financing_agreement WHERE active
            """
        )

    _depends = {
        "res.company": ["active", "name"],
        "vendor.financing.agreement": ["active", "company_id", "name"],
    }

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_numbers(self):
        for (name, amount), (kind, model, domain, measure) in self._get_lists().items():
            cards = self.filtered(lambda card, kind=kind: card.kind == kind)
            found = cards._count(KEYS[kind], model, domain, measure)
            for card in self:
                count, total = found.get(card[KEYS[kind]].id, (0, 0.0)) if card in cards else (0, 0)
                card[name] = count
                if amount:
                    card[amount] = total

    def _compute_has_agreement(self):
        found = self.env["vendor.financing.agreement"]._read_group(
            [("company_id", "in", self.company_id.ids)], ["company_id"]
        )
        companies = {company for (company,) in found}
        for card in self:
            card.has_agreement = card.company_id in companies

    def _compute_position(self):
        today = fields.Date.context_today(self)
        for card in self:
            limit = card.limit_amount
            card.used_percent = round(card.used_amount / limit * 100) if limit else 0
            card.is_expired = bool(card.valid_until and card.valid_until < today)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_list(self):
        """Open the list behind a number of this card.

        The context key `overview` names the number: one of the fields of `_get_lists`.

        :raise UserError: naming the card and what it does not count
        """
        if len(self) != 1:
            raise UserError(self.env._("A list belongs to one card. Open it on the overview."))
        number = self.env.context.get("overview")
        kind, model, domain, _measure = next(
            (entry for names, entry in self._get_lists().items() if number and number in names),
            (None, None, None, None),
        )
        if kind != self.kind:
            raise UserError(
                self.env._(
                    "%(card)s has no list of %(number)s. Open one of the numbers that the card "
                    "shows.",
                    card=self.name,
                    number=number or "?",
                )
            )
        xml_id = {
            "account.move": "account_move_action",
            "vendor.financing.request": "vendor_financing_request_action",
            "vendor.financing.contract": "vendor_financing_contract_action",
            "vendor.financing.contract.installment": "vendor_financing_contract_installment_action",
            "vendor.financing.report.line": "vendor_financing_report_line_action",
        }[model]
        action = self.env["ir.actions.act_window"]._for_xml_id(f"vendor_financing.{xml_id}")
        of_card = Domain(KEYS[kind], "=", self[KEYS[kind]].id)
        return {**action, "domain": list(domain & of_card), "context": {"create": False}}

    def action_set_up(self):
        """Open the wizard that sets up a bank for the company of this card."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "vendor_financing.vendor_financing_setup_action"
        )
        return {**action, "context": {"default_company_id": self.company_id.id}}

    def action_open_day(self):
        """Open the day's screen of the company of this card: pending invoices by banks."""
        self.ensure_one()
        return self.env["vendor.financing.day"]._open(self.company_id)

    def action_open_agreement(self):
        """Open the agreement, which shows limit and validity."""
        self.ensure_one()
        return self.agreement_id._get_records_action()

    def action_open_difference(self):
        """Open the posted items of the vendor account that no contract has made."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_account_moves_all")
        return {
            **action,
            "domain": [
                ("account_id", "=", self.agreement_id.vendor_account_id.id),
                ("parent_state", "=", "posted"),
                ("move_id.vendor_operation_id", "=", False),
            ],
            "context": {"create": False},
        }

    def action_open_mismatches(self):
        """Open the documents whose marks differ from what the contracts say."""
        self.ensure_one()
        return self.agreement_id.action_view_mismatches()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _count(self, key, model, domain, measure):
        """Count for all these cards at once.

        :return: {id of company or agreement: (count, amount in BRL)}
        """
        records = self.env[model]
        # A manager of Vendor financing need not be an accountant.
        if not self or not records.has_access("read"):
            return {}
        aggregates = ["__count", f"{measure}:sum"] if measure else ["__count"]
        groups = records._read_group(domain & Domain(key, "in", self[key].ids), [key], aggregates)
        return {record.id: (count, sum(total)) for record, count, *total in groups}

    def _get_lists(self):
        """Return the numbers of cards: {(field, amount field): (kind, model, domain, measure)}."""
        today = fields.Date.context_today(self)
        financed = Domain("state", "=", "financed")
        part, row = "vendor.financing.contract.installment", "vendor.financing.report.line"
        return {
            ("pending_count", "pending_amount"): (
                "company",
                "account.move",
                Domain("vendor_state", "=", "pending"),
                "amount_residual_signed",
            ),
            ("request_count", None): (
                "company",
                "vendor.financing.request",
                Domain("state", "=", "requested"),
                None,
            ),
            ("draft_count", None): (
                "agreement",
                "vendor.financing.contract",
                Domain("state", "in", ("draft", "simulated")),
                None,
            ),
            ("due_count", "due_amount"): (
                "agreement",
                part,
                financed & Domain("date_due", "<=", today),
                "open_amount",
            ),
            ("week_count", "week_amount"): (
                "agreement",
                part,
                financed & Domain("date_due", ">", today) & Domain("date_due", "<=", today + WEEK),
                "open_amount",
            ),
            ("recourse_count", "recourse_amount"): (
                "agreement",
                part,
                financed & Domain("recourse_date", "<", today),
                "open_amount",
            ),
            ("extension_count", None): (
                "agreement",
                part,
                financed & Domain("extension_state", "=", "requested"),
                None,
            ),
            ("unsent_count", None): (
                "agreement",
                part,
                financed
                & Domain("extension_state", "=", "requested")
                & Domain("extension_sent_on", "=", False),
                None,
            ),
            ("problem_count", None): ("agreement", row, Domain("state", "=", "open"), None),
            ("booking_count", None): ("agreement", row, Domain("state", "=", "matched"), None),
        }
