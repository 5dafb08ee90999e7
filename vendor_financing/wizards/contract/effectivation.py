from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...const import MANAGER


class VendorFinancingEffectivation(models.TransientModel):
    """Last look before a contract is posted (Efetivação de Vendor). Seed 004.

    What the bank credits beside what was expected, where the difference goes, and which titles
    cannot be financed any more: those are set aside, the rest goes on.
    """

    _name = "vendor.financing.effectivation"
    _description = "Make a Vendor Contract Effective"
    _inherit = "vendor.financing.abstract.guard"

    contract_id = fields.Many2one(
        comodel_name="vendor.financing.contract",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="contract_id.currency_id", related_sudo=False)
    agreement_id = fields.Many2one(related="contract_id.agreement_id", related_sudo=False)
    credit_date = fields.Date(related="contract_id.credit_date", related_sudo=False)
    bad_title_ids = fields.Many2many(
        comodel_name="vendor.financing.contract.title",
        relation="vendor_financing_effectivation_bad_rel",
        column1="wizard_id",
        column2="title_id",
        string="To Be Set Aside",
        readonly=True,
    )
    obstacles = fields.Text(string="Set Aside", readonly=True)
    title_count = fields.Integer(string="Titles", compute="_compute_figures", compute_sudo=False)
    principal = fields.Monetary(compute="_compute_figures", compute_sudo=False)
    customer_total = fields.Monetary(
        compute="_compute_figures",
        compute_sudo=False,
        help="Paid by the customers to the bank, in BRL.",
    )
    expected_amount = fields.Monetary(
        string="Value Expected", compute="_compute_figures", compute_sudo=False
    )
    credited_amount = fields.Monetary(
        string="Value Credited", help="The bank's credit for the whole contract, in BRL."
    )
    difference = fields.Monetary(
        compute="_compute_difference",
        compute_sudo=False,
        help="Expected value less the value credited; negative if the bank credits more.",
    )
    difference_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Booked on",
        compute="_compute_difference",
        compute_sudo=False,
    )
    is_difference_large = fields.Boolean(compute="_compute_difference", compute_sudo=False)
    is_manager = fields.Boolean(compute="_compute_is_manager")
    reason = fields.Char(
        help="Why the bank credits so much more or less; stored on the contract with your name."
    )
    quote_problem = fields.Char(related="contract_id.quote_problem", related_sudo=False)
    deviating_count = fields.Integer(related="contract_id.deviating_count", related_sudo=False)

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("contract_id", "bad_title_ids")
    def _compute_figures(self):
        for wizard in self:
            contract = wizard.contract_id
            parts = wizard._get_good_titles().installment_ids
            wizard.title_count = len(parts.title_id)
            wizard.principal = sum(parts.mapped("principal"))
            wizard.customer_total = sum(parts.mapped("customer_total"))
            own_iof = contract._get_own_iof(sum(parts.mapped("iof")))
            wizard.expected_amount = wizard.principal + sum(parts.mapped("interest")) - own_iof

    @api.depends("credited_amount", "expected_amount")
    def _compute_difference(self):
        for wizard in self:
            contract = wizard.contract_id
            agreement = contract.agreement_id
            wizard.difference = wizard.expected_amount - wizard.credited_amount
            wizard.is_difference_large = contract._is_beyond_tolerance(wizard.difference)
            on_top = agreement.income_account_id or agreement.expense_account_id
            is_less = wizard.currency_id.compare_amounts(wizard.difference, 0)
            accounts = {1: agreement.expense_account_id, -1: on_top}
            wizard.difference_account_id = accounts.get(is_less, False)

    def _compute_is_manager(self):
        self.is_manager = self.env.user.has_group(MANAGER)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    @api.model
    def _open(self, contract):
        """Return the action that opens this dialogue on an open contract.

        :raise UserError: naming each title, if none can be financed
        """
        obstacles = contract._get_waiting_titles()._find_obstacles()
        bad = self.env["vendor.financing.contract.title"].union(*obstacles)
        wizard = self.create(
            {
                "contract_id": contract.id,
                "credited_amount": contract.credited_amount,
                "bad_title_ids": [Command.set(bad.ids)],
                "obstacles": "\n".join(
                    f"{title.display_name}: {problem}" for title, problem in obstacles.items()
                ),
            }
        )
        if obstacles and not wizard._get_good_titles():
            raise UserError(
                self.env._(
                    "No title of contract %(contract)s can be financed. Take them out, or correct "
                    "them first:\n%(problems)s",
                    contract=contract.display_name,
                    problems=wizard.obstacles,
                )
            )
        return wizard._show()

    def action_use_expected(self):
        """Take what was expected as the value credited, and show the dialogue again."""
        self.ensure_one()
        self.credited_amount = self.expected_amount
        return self._show()

    def action_confirm(self):
        """Set aside what cannot be financed, and post the rest; all of it or nothing.

        :return: this dialogue again, if other titles than shown cannot be financed by now
        :raise AccessError: for users who may not post entries, or a difference beyond the tolerance
        :raise UserError: naming the contract, and what to correct
        """
        self.ensure_one()
        contract = self.contract_id
        contract.check_access("write")
        contract._check_may_post()
        contract._take_turn()
        obstacles = contract._get_waiting_titles()._find_obstacles()
        if set(obstacles) - set(self.bad_title_ids):
            return self._open(contract)
        titles = self.env["vendor.financing.contract.title"].union(*obstacles)
        titles._set_aside(obstacles)
        contract.credited_amount = self.credited_amount
        contract.action_effect(reason=self.reason)
        return True

    def _show(self):
        return self._get_records_action(
            name=self.env._("Make %s Effective", self.contract_id.display_name), target="new"
        )

    def _get_good_titles(self):
        self.ensure_one()
        return self.contract_id._get_waiting_titles() - self.bad_title_ids
