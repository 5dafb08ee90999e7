from odoo import api, fields, models
from odoo.exceptions import UserError

from .contract import OPEN_STATES


class VendorFinancingContract(models.Model):
    """A draft whose bank, dates or days change after its titles were calculated. Seed 004.

    Nothing is calculated again by itself: the contract says so, and asks before it overwrites what
    was entered by hand.
    """

    _inherit = "vendor.financing.contract"

    # What the titles were calculated for, as `_get_pricing_terms` says it.
    priced_for = fields.Char(readonly=True, copy=False)
    is_priced_otherwise = fields.Boolean(
        string="Calculated for Other Terms",
        compute="_compute_is_priced_otherwise",
        help="Bank, closing date, credit date or days were changed since the titles were "
        "calculated.",
    )
    by_hand_count = fields.Integer(
        string="Instalments Entered by Hand", compute="_compute_title_counts"
    )
    deviating_count = fields.Integer(string="Titles that Deviate", compute="_compute_title_counts")
    quote_problem = fields.Char(
        string="Quotes",
        compute="_compute_quote_problem",
        help="Terms for which the bank has no quote that applies: nothing was calculated for them.",
    )
    set_aside_count = fields.Integer(string="Titles Set Aside", compute="_compute_title_counts")

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("priced_for", "state", "agreement_id", "date", "credit_date", "plan")
    def _compute_is_priced_otherwise(self):
        for contract in self:
            contract.is_priced_otherwise = (
                bool(contract.priced_for)
                and contract.state in OPEN_STATES
                and contract.priced_for != contract._get_pricing_terms()
            )

    @api.depends("title_ids.is_deviating", "title_ids.is_live", "installment_ids.is_by_hand")
    def _compute_title_counts(self):
        """Count what the form warns of while a contract is open."""
        for contract in self:
            is_open = contract.state in OPEN_STATES
            titles = contract._origin.title_ids if is_open else contract.title_ids.browse()
            live = titles.filtered("is_live")
            contract.by_hand_count = len(live.installment_ids.filtered("is_by_hand"))
            contract.deviating_count = len(live.filtered("is_deviating"))
            contract.set_aside_count = len(titles - live)

    @api.depends("state", "agreement_id", "date", "credit_date", "installment_ids.date_due")
    def _compute_quote_problem(self):
        for contract in self:
            problems = []
            if contract.state in OPEN_STATES and contract.agreement_id:
                problems = contract.agreement_id._find_quote_problems(
                    contract.date,
                    contract.credit_date,
                    contract._origin.installment_ids.mapped("date_due"),
                )
            contract.quote_problem = "; ".join(problems)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_propose(self):
        """Calculate interest, IOF and customer totals again from the rates.

        Where something was entered by hand, or bank, dates or days have changed, a dialogue asks
        first what is to be overwritten.

        :return: the dialogue's action, or True where all is calculated
        """
        self.check_access("write")
        for contract in self:
            contract._check_open()
        asked = self.filtered(lambda one: one.is_priced_otherwise or one.by_hand_count)
        for contract in self - asked:
            contract._recalculate(is_divided=False, is_overwritten=True)
        return self.env["vendor.financing.recalculation"]._open(asked) if asked else True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _recalculate(self, is_divided, is_overwritten):
        """Calculate the titles again.

        :param is_divided: divide each title again by its days, counted from the credit date
        :param is_overwritten: also titles of which something was entered by hand
        """
        self.ensure_one()
        self._check_open()
        titles = self._get_waiting_titles()
        if not is_overwritten:
            titles -= titles._filter_by_hand()
        if is_divided:
            titles._divide()
        titles.installment_ids._propose()
        self._store_pricing_terms()
        self._move_to("simulated")

    def _propose_changed_iof(self, before):
        """Calculate the titles again of customers whose IOF rate is another one by now.

        With more or less credit under this contract the law may have another rate for them. What
        was entered by hand stays.

        :param before: what `_get_customer_credits` was before titles came or went
        """
        self.ensure_one()
        find, known, day = self.agreement_id._find_iof_rate, {}, self.credit_date
        changed = self.env["res.partner"].union(
            *(
                customer
                for customer, amount in self._get_customer_credits().items()
                if amount != before.get(customer)
                and find(customer, day, amount, known)
                != find(customer, day, before.get(customer, 0.0), known)
            )
        )
        theirs = self._get_waiting_titles().filtered(
            lambda title: title.partner_id.commercial_partner_id in changed
        )
        (theirs - theirs._filter_by_hand()).installment_ids._propose()

    def _store_pricing_terms(self):
        """Store for what the titles have been calculated."""
        for contract in self:
            contract._store_values({"priced_for": contract._get_pricing_terms()})

    def _get_pricing_terms(self):
        """Return bank, dates and days as one text, to be compared."""
        self.ensure_one()
        terms = (self.agreement_id.id, self.date, self.credit_date, self.plan)
        return "|".join(str(term) for term in terms)

    def _take_over(self, titles, is_kept):
        """Take titles over from other open contracts, and calculate them by this one's terms.

        :param titles: vendor.financing.contract.title of the same company
        :param is_kept: whether those of which something was entered by hand stay as they are
        """
        self.ensure_one()
        self._check_open()
        former = titles.contract_id
        for contract in former:
            contract._check_open()
        if former.company_id - self.company_id:
            raise UserError(
                self.env._(
                    "%(titles)s cannot move to contract %(contract)s, which is of %(company)s. "
                    "Choose a contract of the same company.",
                    titles=", ".join(titles[:5].mapped("display_name")),
                    contract=self.display_name,
                    company=self.company_id.display_name,
                )
            )
        was_empty = not self.title_ids
        before = {contract: contract._get_customer_credits() for contract in self | former}
        titles.check_access("write")
        titles.sudo().write({"contract_id": self.id})
        titles.installment_ids.sudo().write({"contract_id": self.id})
        recalculated = titles - titles._filter_by_hand() if is_kept else titles
        recalculated._divide()
        recalculated.installment_ids._propose()
        for contract, credit in before.items():
            contract._propose_changed_iof(credit)
        if was_empty:
            self._store_pricing_terms()
