from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class VendorFinancingAgreement(models.Model):
    """Agreement with a bank that finances sales (convênio de vendor). Seed 004."""

    _name = "vendor.financing.agreement"
    _description = "Vendor Financing Agreement"
    _inherit = ["vendor.financing.abstract.guard", "mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _order = "company_id, name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        written_by="creator",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Bank",
        required=True,
        check_company=True,
        tracking=True,
        help="The partner on the vendor account: whom the company guarantees.",
    )
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Bank Journal",
        required=True,
        check_company=True,
        domain="[('type', '=', 'bank')]",
        tracking=True,
        help="The bank account on which the bank credits and debits.",
    )
    entry_journal_id = fields.Many2one(
        comodel_name="account.journal",
        required=True,
        check_company=True,
        domain="[('type', '=', 'general')]",
        tracking=True,
        help="Where the entries of contracts are posted.",
    )

    # Accounts
    bank_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Account of Credits and Debits",
        check_company=True,
        domain="[('account_type', 'in', ('asset_cash', 'asset_current'))]",
        tracking=True,
        help="Account of the bank's credits and debits until its statement is reconciled. If "
        "empty, it is the outstanding account of the bank journal's payments, or the "
        "journal's own.",
    )
    vendor_account_id = fields.Many2one(
        comodel_name="account.account",
        required=True,
        check_company=True,
        domain="[('account_type', '=', 'liability_current'), ('reconcile', '=', True)]",
        tracking=True,
        help="Account of the guaranteed principal (Conta de Vendor): a current liability that "
        "allows reconciliation.",
    )
    interest_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Interest Income Account",
        required=True,
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        tracking=True,
        help="The company's part of the interest (Conta de Receita de Juros).",
    )
    expense_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Bank Expense Account",
        required=True,
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        tracking=True,
        help="Account of credits below the expected value, and of the bank's charges on a default.",
    )
    income_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Other Financial Income Account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        tracking=True,
        help="Account of credits above the expected value. If empty, they reduce the bank "
        "expenses.",
    )
    equalization_account_id = fields.Many2one(
        comodel_name="account.account",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        tracking=True,
        help="The company's expense where the customer's rate is below the bank's.",
    )
    equalization_payable_account_id = fields.Many2one(
        comodel_name="account.account",
        check_company=True,
        domain="[('account_type', '=', 'liability_current')]",
        tracking=True,
        help="The equalization owed to the bank, where it is paid at maturity.",
    )
    iof_account_id = fields.Many2one(
        comodel_name="account.account",
        string="IOF Account",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        tracking=True,
        help="The tax, where the company bears it.",
    )

    # Conditions
    limit_amount = fields.Monetary(
        string="Limit",
        tracking=True,
        help="Principal that may be financed at the same time, in BRL. 0 is without limit.",
    )
    valid_until = fields.Date(tracking=True, help="The last day of new contracts.")
    convention = fields.Selection(
        selection=[
            ("compound", "Compound, months of 30 days"),
            ("simple", "Simple, months of 30 days"),
            ("actual_365", "Compound, actual days of 365"),
            ("business_252", "Compound, business days of 252 (yearly rate)"),
        ],
        required=True,
        default="compound",
        tracking=True,
        help="How the bank counts days and interest. With business days the rates are yearly, "
        "otherwise monthly.",
    )
    rounding = fields.Selection(
        selection=[("half_up", "Half up"), ("half_even", "Half to even")],
        required=True,
        default="half_up",
        tracking=True,
        help="How half a cent of an instalment is rounded.",
    )
    iof_borne_by = fields.Selection(
        selection=[
            ("customer", "Customer"),
            ("financed", "Customer, financed with the rest"),
            ("grossed_up", "Customer, financed and taxed itself"),
            ("company", "Company"),
        ],
        string="IOF Borne By",
        required=True,
        default="customer",
        tracking=True,
        help="IOF borne by the customer is charged by the bank, without an entry here. Financed, "
        "the bank lends it and takes interest on it; taxed itself, it takes IOF on it, too.",
    )
    equalization = fields.Selection(
        selection=[("closing", "At closing"), ("maturity", "At maturity")],
        string="Equalization Paid",
        required=True,
        default="closing",
        tracking=True,
        help="Where the customer's rate is below the bank's: whether the bank credits less at "
        "once, or debits the difference when the customer pays.",
    )
    tolerance = fields.Monetary(
        default=5.0,
        tracking=True,
        help="Up to this amount in BRL the value credited may differ from the total of the "
        "titles; a larger difference has to be confirmed by a manager.",
    )
    cutoff_time = fields.Float(
        string="Cut-off Time",
        default=14.0,
        help="Contracts closed before this hour are credited on the same day, later ones on the "
        "next business day.",
    )
    recourse_days = fields.Integer(
        default=15,
        tracking=True,
        help="Days after the due date on which the bank debits what the customer has not paid.",
    )

    _cutoff_range = models.Constraint(
        "CHECK (cutoff_time >= 0 AND cutoff_time < 24)",
        "The cut-off time is a time of day from 00:00 to 23:59.",
    )
    _amounts_range = models.Constraint(
        "CHECK (limit_amount >= 0 AND tolerance >= 0 AND recourse_days >= 0)",
        "Limit, tolerance and recourse days cannot be negative.",
    )

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("vendor_account_id")
    def _check_vendor_account(self):
        for agreement in self:
            account = agreement.vendor_account_id
            if account.account_type != "liability_current" or not account.reconcile:
                raise ValidationError(
                    self.env._(
                        "Agreement %(agreement)s: %(account)s cannot be the vendor account. Choose "
                        "a current liability that allows reconciliation.",
                        agreement=agreement.name,
                        account=account.display_name,
                    )
                )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_bank_account(self):
        """Return the account on which the bank's credits and debits are booked.

        :raise UserError: naming the agreement, where neither it nor its journal has one
        """
        self.ensure_one()
        journal = self.journal_id
        outstanding = journal.inbound_payment_method_line_ids.payment_account_id
        account = self.bank_account_id or outstanding[:1] or journal.default_account_id
        if not account:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s has no account of credits and debits, and journal "
                    "%(journal)s has none either. Enter one on the agreement.",
                    agreement=self.name,
                    journal=journal.display_name,
                )
            )
        return account

    def _find_account(self, name):
        """Return how to find an account: it is asked for where there is something to book."""
        return lambda: self._get_account(name)

    def _get_account(self, name):
        """Return an account of the agreement that only some contracts need.

        :raise UserError: naming the agreement and what to enter
        """
        self.ensure_one()
        if not self[name]:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s has no %(account)s. Enter it on the agreement, then "
                    "try again.",
                    agreement=self.name,
                    account=self._fields[name]._description_string(self.env),
                )
            )
        return self[name]
