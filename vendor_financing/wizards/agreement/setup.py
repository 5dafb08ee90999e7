from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...const import VENDOR_METHOD_CODE
from ...tools.bank_codes import find_bank_name

# Conditions of an agreement that the wizard asks for.
CONDITIONS = (
    "convention",
    "rounding",
    "iof_borne_by",
    "equalization",
    "recognition",
    "recourse_days",
    "limit_amount",
)


class VendorFinancingSetup(models.TransientModel):
    """Set up vendor financing with a bank in one step, ready for the first contract.

    Existing contacts, journals and accounts are proposed; those left empty are created. Done again
    for the same bank, it corrects the agreement and doubles nothing.
    """

    _name = "vendor.financing.setup"
    _description = "Set Up Vendor Financing"
    _inherit = "vendor.financing.abstract.guard"
    _check_company_auto = True

    state = fields.Selection(
        selection=[("draft", "To Enter"), ("done", "Set Up")], default="draft", readonly=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)

    # Bank
    bank_code = fields.Char(
        string="Bank's Number", size=3, help="The bank's number in Brazil: 001, 237, 341."
    )
    bank_name = fields.Char(
        string="Bank",
        compute="_compute_bank_name",
        store=True,
        readonly=False,
        help="The name of the bank that finances. Known banks are named by their number.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Bank's Contact",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        check_company=True,
        help="Whom the company guarantees. Left empty, a contact with the bank's name is created.",
    )
    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        compute="_compute_agreement_id",
        compute_sudo=False,
        store=True,
        help="The agreement that exists with this bank, which is corrected.",
    )
    name = fields.Char(
        string="Name of the Agreement",
        compute="_compute_names",
        store=True,
        readonly=False,
    )
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Bank Journal",
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('type', '=', 'bank')]",
        help="The bank account on which the bank credits and debits. Left empty, one is created.",
    )
    bearer_name = fields.Char(
        string="Name of the Bearer",
        compute="_compute_names",
        store=True,
        readonly=False,
        help="What salespeople choose on orders that this bank finances.",
    )

    # Accounting
    entry_journal_id = fields.Many2one(
        comodel_name="account.journal",
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="Where the entries of contracts are posted. Left empty, one is created.",
    )
    vendor_account_id = fields.Many2one(
        comodel_name="account.account",
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', '=', 'liability_current'), ('reconcile', '=', True)]",
        help="The guaranteed principal (Conta de Vendor). Left empty, one is created.",
    )
    bank_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Account of Credits and Debits",
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', 'in', ('asset_cash', 'asset_current'))]",
        help="The bank's credits and debits until its statement is reconciled. Left empty, one is "
        "created.",
    )
    interest_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Interest Income Account",
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="The company's part of the interest. Left empty, one is created.",
    )
    income_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Other Financial Income Account",
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Credits above the expected value. Left empty, one is created.",
    )
    expense_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Bank Expense Account",
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="Credits below the expected value, and the bank's charges. Left empty, one is "
        "created.",
    )
    equalization_account_id = fields.Many2one(
        comodel_name="account.account",
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="The company's expense where the customer's rate is below the bank's. Left empty, one "
        "is created.",
    )
    equalization_payable_account_id = fields.Many2one(
        comodel_name="account.account",
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', '=', 'liability_current')]",
        help="The equalization owed to the bank, where it is paid at maturity. Left empty, one is "
        "created.",
    )
    iof_account_id = fields.Many2one(
        comodel_name="account.account",
        string="IOF Account",
        compute="_compute_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="The tax, where the company bears it. Left empty, one is created.",
    )

    # Conditions
    convention = fields.Selection(
        selection=lambda self: self._get_choices("convention"),
        compute="_compute_conditions",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="How the bank counts days and interest. With business days the rates are yearly, "
        "otherwise monthly.",
    )
    rounding = fields.Selection(
        selection=lambda self: self._get_choices("rounding"),
        compute="_compute_conditions",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="How half a cent of an instalment is rounded.",
    )
    iof_borne_by = fields.Selection(
        selection=lambda self: self._get_choices("iof_borne_by"),
        string="IOF Borne By",
        compute="_compute_conditions",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    equalization = fields.Selection(
        selection=lambda self: self._get_choices("equalization"),
        string="Equalization Paid",
        compute="_compute_conditions",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Where the customer's rate is below the bank's: whether the bank credits less at "
        "once, or debits the difference when the customer pays.",
    )
    recourse_days = fields.Integer(
        compute="_compute_conditions",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Days after the due date on which the bank debits what the customer has not paid.",
    )
    limit_amount = fields.Monetary(
        string="Limit",
        compute="_compute_conditions",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Principal that may be financed at the same time, in BRL. 0 is without limit.",
    )
    rate_ids = fields.One2many(
        comodel_name="vendor.financing.setup.rate",
        inverse_name="setup_id",
        string="Quotes of Today",
        default=lambda self: self._default_rates(),
    )
    result = fields.Text(string="What Was Done", readonly=True)

    # -------------------------------------------------------------------------
    # DEFAULTS, COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _default_rates(self):
        return [Command.create({"days_from": 1, "days_to": 365})]

    @api.depends("bank_code")
    def _compute_bank_name(self):
        for setup in self:
            setup.bank_name = find_bank_name(setup.bank_code) or setup.bank_name

    @api.depends("bank_name", "company_id")
    def _compute_partner_id(self):
        """Propose the company's or the common contact with exactly the name of the bank."""
        for setup in self:
            name = (setup.bank_name or "").strip()
            if not name:
                setup.partner_id = False
                continue
            setup.partner_id = self.env["res.partner"].search(
                [
                    ("name", "=ilike", name.replace("%", r"\%").replace("_", r"\_")),
                    ("parent_id", "=", False),
                    ("company_id", "in", (False, setup.company_id.id)),
                ],
                order="is_company desc, id",
                limit=1,
            )

    @api.depends("partner_id", "company_id")
    def _compute_agreement_id(self):
        agreements = self.env["vendor.financing.agreement"]
        for setup in self:
            bank = setup.partner_id._origin.ids
            setup.agreement_id = agreements.search(
                [("company_id", "=", setup.company_id.id), ("partner_id", "in", bank)], limit=1
            )

    @api.depends("agreement_id", "bank_name", "partner_id")
    def _compute_names(self):
        for setup in self:
            bank = setup.partner_id.name or setup.bank_name
            proposed = f"Vendor {bank}" if bank else False
            setup.name = setup.agreement_id.name or proposed
            setup.bearer_name = setup._find_bearer().name or proposed

    @api.depends("agreement_id", "company_id")
    def _compute_proposal(self):
        """Propose what the bank's agreement has; else what another has, the chart, the company.

        Each bank has its own vendor account and its own account of credits and debits.
        """
        for setup in self:
            former = setup._find_former()
            for name in setup._get_accounts():
                is_banks = name in ("vendor_account_id", "bank_account_id")
                source = setup.agreement_id if is_banks else former
                setup[name] = source[name] or setup._find_in_chart(name)
            setup.entry_journal_id = former.entry_journal_id
            setup.journal_id = setup.agreement_id.journal_id or self.env["account.journal"].search(
                [("type", "=", "bank"), ("company_id", "=", setup.company_id.id)], limit=1
            )

    @api.depends("agreement_id")
    def _compute_conditions(self):
        defaults = self.env["vendor.financing.agreement"].default_get(CONDITIONS)
        for setup in self:
            for name in CONDITIONS:
                setup[name] = (
                    setup.agreement_id[name] if setup.agreement_id else defaults.get(name, False)
                )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_set_up(self):
        """Create agreement, bearer, quotes and what they need, or correct them; show the result.

        :raise AccessError: for users who may not choose accounts
        :raise UserError: if the company has no chart of accounts, or no bank is named
        """
        self.ensure_one()
        agreements = self.env["vendor.financing.agreement"]
        agreements.check_access("create")
        agreements._check_may_book()
        self._check_complete()
        done = []
        values = self._prepare_agreement(done)
        agreement = self.agreement_id
        if agreement:
            agreement.write(values)
            done.append(self.env._("Agreement %(name)s: corrected", name=agreement.name))
        else:
            agreement = agreements.create(values)
            done.append(self.env._("Agreement %(name)s: created", name=agreement.name))
        bearer = self._set_up_bearer(agreement, done)
        self._set_up_rates(agreement, done)
        # All at once: what is chosen must not be proposed again because an agreement exists now.
        self.write(
            {
                **values,
                "agreement_id": agreement.id,
                "bearer_name": bearer.name,
                "state": "done",
                "result": "\n".join(done),
            }
        )
        return self._reopen()

    def action_open_agreement(self):
        """Open the agreement that was set up, with all its parameters."""
        self.ensure_one()
        return self.agreement_id._get_records_action()

    def action_another(self):
        """Begin again, for another bank."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "vendor_financing.vendor_financing_setup_action"
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _find_former(self):
        """Return the bank's agreement, or one that the company has with another bank."""
        self.ensure_one()
        return self.agreement_id or self.env["vendor.financing.agreement"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )

    @api.model
    def _get_choices(self, name):
        field = self.env["vendor.financing.agreement"]._fields[name]
        return field._description_selection(self.env)

    @api.model
    def _get_accounts(self):
        """Return the accounts to set up: {field: (type, name)}."""
        return {
            "vendor_account_id": ("liability_current", self.env._("Vendor")),
            "bank_account_id": ("asset_current", self.env._("Vendor Credits in Transit")),
            "interest_account_id": ("income_other", self.env._("Vendor Interest Income")),
            "income_account_id": ("income_other", self.env._("Other Vendor Income")),
            "expense_account_id": ("expense", self.env._("Vendor Bank Expenses")),
            "equalization_account_id": ("expense", self.env._("Vendor Equalization")),
            "equalization_payable_account_id": (
                "liability_current",
                self.env._("Vendor Equalization Payable"),
            ),
            "iof_account_id": ("expense", self.env._("IOF on Vendor")),
        }

    def _get_chart_names(self):
        """Return the accounts of Brazil's own chart (plano referencial): {field: xml id}.

        Vendor and equalization payable stand beside the loans in the country (2.01.01.07.02).
        """
        income, expense = "account_template_30101050105", "account_template_30101090108"
        loans = "account_template_201010702"
        return {
            "interest_account_id": income,
            "income_account_id": income,
            "expense_account_id": expense,
            "equalization_account_id": expense,
            "iof_account_id": expense,
            # Charges to be appropriated (1.01.05.01.03).
            "deferred_cost_account_id": "account_template_101050103",
            "deferred_income_account_id": loans,
            "vendor_account_id": loans,
            "equalization_payable_account_id": loans,
            "bank_account_id": "account_template_101010201",
        }

    def _find_of_chart(self, name):
        """Return the account of the chart that serves for a field, or stands beside it."""
        self.ensure_one()
        charts = self.env["account.chart.template"].with_company(self.company_id)
        found = self.company_id and charts.ref(self._get_chart_names()[name], False)
        return found or self.env["account.account"]

    def _find_in_chart(self, name):
        """Return the account of the chart to propose for a field; none for those of one bank.

        IOF and equalization are told apart from other expenses by accounts of their own.
        """
        proposed = ("interest_account_id", "income_account_id", "expense_account_id")
        return self._find_of_chart(name) if name in proposed else self.env["account.account"]

    def _check_complete(self):
        """Refuse to begin without a chart of accounts or a bank.

        :raise UserError: saying what to do
        """
        if not self.company_id.chart_template:
            raise UserError(
                self.env._(
                    "%(company)s has no chart of accounts yet. Install one under Invoicing > "
                    "Configuration > Settings, then set up vendor financing.",
                    company=self.company_id.display_name,
                )
            )
        if not self.partner_id and not (self.bank_name or "").strip():
            raise UserError(self.env._("Enter the bank's name or number, or choose its contact."))

    def _prepare_agreement(self, done):
        """Return the values of the agreement; create what is missing and say so in `done`."""
        self.ensure_one()
        bank, journal, entries = self.partner_id, self.journal_id, self.entry_journal_id
        if not bank:
            bank = self._create_partner()
            done.append(self.env._("Contact %(name)s: created", name=bank.name))
        if not journal:
            journal = self._create_journal("bank", bank.name, "BCO")
            done.append(self.env._("Journal %(name)s: created", name=journal.display_name))
        if not entries:
            entries = self._create_journal("general", "Vendor", "VEND")
            done.append(self.env._("Journal %(name)s: created", name=entries.display_name))
        accounts = {
            name: self[name] or self._set_up_account(name, account_type, title, bank, done)
            for name, (account_type, title) in {
                **self._get_accounts(),
                **self._get_deferred_accounts(),
            }.items()
        }
        return {
            "name": self.name or f"Vendor {bank.name}",
            "company_id": self.company_id.id,
            "partner_id": bank.id,
            "journal_id": journal.id,
            "entry_journal_id": entries.id,
            **{name: account.id for name, account in accounts.items()},
            **{name: self[name] for name in CONDITIONS},
        }

    def _create_partner(self):
        # Users who may create agreements need no right to create contacts for this one.
        partners = self.env["res.partner"].sudo()
        return partners.create(
            {
                "name": self.bank_name.strip(),
                "ref": self.bank_code and self.bank_code.strip().zfill(3),
                "is_company": True,
                "country_id": self.env.ref("base.br").id,
            }
        ).with_env(self.env)

    def _create_journal(self, journal_type, name, code):
        journals = self.env["account.journal"]
        taken = journals.with_context(active_test=False).search(
            [("company_id", "=", self.company_id.id)]
        )
        codes = set(taken.mapped("code"))
        candidates = [code, *(f"{code[:3]}{number}" for number in range(1, len(codes) + 2))]
        return journals.create(
            {
                "name": name,
                "code": next(one for one in candidates if one not in codes),
                "type": journal_type,
                "company_id": self.company_id.id,
            }
        )

    def _set_up_account(self, field, account_type, title, bank, done):
        """Return an account by its type and name, which is created beside others of its kind.

        The accounts of one bank bear its name.
        """
        accounts = self.env["account.account"].with_company(self.company_id)
        if field in ("vendor_account_id", "bank_account_id"):
            title = f"{title} {bank.name}"
        of_company = [
            *accounts._check_company_domain(self.company_id),
            ("account_type", "=", account_type),
        ]
        needs_matching = account_type in ("liability_current", "asset_current")
        known = accounts.search(
            [*of_company, ("name", "=", title), ("reconcile", "=", needs_matching)], limit=1
        )
        if known:
            return known.with_env(self.env)
        beside = self._find_of_chart(field) or accounts.search(of_company, order="code", limit=1)
        account = accounts.create(
            {
                "name": title,
                "code": accounts._search_new_account_code(beside.code or "1"),
                "account_type": account_type,
                "reconcile": needs_matching,
                "company_ids": self.company_id.ids,
            }
        )
        done.append(self.env._("Account %(name)s: created", name=account.display_name))
        return account.with_env(self.env)

    def _find_bearer(self):
        """Return the Vendor bearer on the journal of the bank's agreement, the first by name."""
        journal = self.agreement_id.journal_id
        if not journal:
            return self.env["account.payment.method.line"]
        bearers = journal.inbound_payment_method_line_ids.filtered(
            lambda line: line.code == VENDOR_METHOD_CODE
        )
        own = bearers.filtered(lambda line: line.name == f"Vendor {self.partner_id.name}")
        return (own or bearers)[:1]

    def _set_up_bearer(self, agreement, done):
        """Return the bearer of the bank journal with the chosen name; create it if missing."""
        name = self.bearer_name or agreement.name
        lines = self.env["account.payment.method.line"]
        method = self.env["account.payment.method"].search(
            [("code", "=", VENDOR_METHOD_CODE), ("payment_type", "=", "inbound")], limit=1
        )
        known = lines.search(
            [
                ("name", "=", name),
                ("journal_id", "=", agreement.journal_id.id),
                ("payment_method_id", "=", method.id),
            ],
            limit=1,
        )
        if not known:
            values = {"name": name, "journal_id": agreement.journal_id.id}
            known = lines.create({**values, "payment_method_id": method.id})
            done.append(self.env._("Bearer %(name)s: created", name=name))
        return known

    def _set_up_rates(self, agreement, done):
        """Enter the quotes of today, in place of those of the same band."""
        today = fields.Date.context_today(self)
        rates = self.env["vendor.financing.rate"]
        for row in self.rate_ids.filtered(lambda row: row.bank_rate or row.customer_rate):
            band = {
                "agreement_id": agreement.id,
                "date": today,
                "days_from": row.days_from,
                "days_to": row.days_to,
            }
            values = {"bank_rate": row.bank_rate, "customer_rate": row.customer_rate}
            known = rates.search([(name, "=", value) for name, value in band.items()], limit=1)
            if known:
                known.write(values)
            else:
                known = rates.create({**band, **values})
            done.append(self.env._("Quote %(name)s: entered", name=known.display_name))

    def _reopen(self):
        return self._get_records_action(name=self.env._("Set Up Vendor Financing"), target="new")


class VendorFinancingSetupRate(models.TransientModel):
    """A quote of the bank, entered while it is set up."""

    _name = "vendor.financing.setup.rate"
    _description = "Quote in the Set-Up of Vendor Financing"
    _inherit = "vendor.financing.abstract.guard"

    setup_id = fields.Many2one(
        comodel_name="vendor.financing.setup", required=True, ondelete="cascade"
    )
    days_from = fields.Integer(required=True, default=1, help="Shortest term in days.")
    days_to = fields.Integer(required=True, default=365, help="Longest term in days.")
    bank_rate = fields.Float(
        string="Bank's Rate (%)",
        digits=(9, 6),
        help="% a month; % a year where the agreement counts business days.",
    )
    customer_rate = fields.Float(
        string="Customer's Rate (%)", digits=(9, 6), help="The rate that the customer pays."
    )
