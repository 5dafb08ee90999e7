from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.rounding import exact

PRICED = {"bank_charge", "iof", "equalization"}
# Written by operations only, with the entries that belong to them.
BOOKED = {"state", "settled_amount", "debited_amount", "vendor_line_id"} | {
    "extension_state",
    "extension_date",
}
# Terms that a user may change while the contract is open.
TERMS = {"date_due", "interest", "customer_total", "principal"} | PRICED
# The customer total and its parts. A quote gives all of them but the principal.
CONNECTED = TERMS - {"date_due"}
# Of these one follows the other.
TOTALLED = ("interest", "customer_total")
# All that operations change; they remember it to be undone.
OPERATION_FIELDS = tuple(sorted(TERMS | BOOKED))


class VendorFinancingContractInstallment(models.Model):
    """One payment of a customer to the bank, with the part that the company earns or bears.

    customer total = principal + company's interest + bank's charge + IOF (unless the company bears
    it) - equalization paid at maturity. Seed 004; design of the amounts: the bank's interest is
    never the company's.
    """

    _name = "vendor.financing.contract.installment"
    _description = "Instalment of a Vendor Financing Contract"
    _inherit = ["vendor.financing.abstract.guard", "vendor.financing.abstract.state"]
    _order = "contract_id, title_id, number, id"
    _transitions = {
        "pending": set(),
        # Back, where operations are undone.
        "financed": {"pending", "settled", "settled_early", "debited", "withdrawn"},
        "settled": {"financed"},
        "settled_early": {"financed"},
        "debited": {"financed", "recovered"},
        "recovered": {"debited"},
        # From pending: the instalments of a substituting title, for a moment.
        "withdrawn": {"financed", "pending"},
        "reversed": {"financed", "withdrawn"},
    }

    title_id = fields.Many2one(
        comodel_name="vendor.financing.contract.title",
        required=True,
        index=True,
        ondelete="cascade",
        written_by="creator",
    )
    contract_id = fields.Many2one(
        comodel_name="vendor.financing.contract",
        required=True,
        index=True,
        ondelete="cascade",
        written_by="creator",
    )
    agreement_id = fields.Many2one(related="contract_id.agreement_id", store=True, index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_id = fields.Many2one(related="title_id.move_id", string="Invoice", store=True, index=True)
    partner_id = fields.Many2one(
        related="title_id.partner_id", string="Customer", store=True, index=True
    )
    number = fields.Integer(
        string="Instalment", help="Within its title; the next one if it is left empty."
    )
    date_due = fields.Date(
        string="New Due Date", required=True, help="When the customer pays the bank."
    )
    principal = fields.Monetary(required=True, help="Its part of the title, in BRL.")
    interest = fields.Monetary(
        string="Company's Interest",
        help="The company's part of the interest that the customer pays, in BRL. Negative where "
        "the bank credits less because the customer's rate is below its own.",
    )
    bank_charge = fields.Monetary(help="The bank's earning, in BRL.")
    iof = fields.Monetary(string="IOF", help="The tax on the credit, in BRL.")
    equalization = fields.Monetary(
        string="Equalization at Maturity",
        help="Paid by the company to the bank when this is due, in BRL.",
    )
    customer_total = fields.Monetary(help="Paid by the customer to the bank, in BRL.")
    is_by_hand = fields.Boolean(
        string="Entered by Hand",
        readonly=True,
        copy=False,
        help="Due date or amounts were entered, not calculated by a rate.",
    )
    # pending → financed ⇄ settled | settled_early | debited ⇄ recovered
    state = fields.Selection(
        selection=[
            ("pending", "Pending"),
            ("financed", "Financed"),
            ("settled", "Settled"),
            ("settled_early", "Settled Early"),
            ("debited", "Debited"),
            ("recovered", "Recovered"),
            ("withdrawn", "Withdrawn"),
            ("reversed", "Reversed"),
        ],
        required=True,
        readonly=True,
        default="pending",
        index=True,
    )
    vendor_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Vendor Account Item",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    # The customer asks to postpone; None → requested → granted | denied.
    extension_state = fields.Selection(
        selection=[("requested", "Requested"), ("granted", "Granted"), ("denied", "Denied")],
        string="Extension",
        readonly=True,
        copy=False,
    )
    extension_date = fields.Date(
        string="Extension Until",
        readonly=True,
        copy=False,
        help="The due date asked for, or granted.",
    )
    settled_amount = fields.Monetary(
        readonly=True, copy=False, help="Principal that the customer paid the bank."
    )
    debited_amount = fields.Monetary(
        readonly=True, copy=False, help="Principal that the bank debited from the company."
    )
    open_amount = fields.Monetary(
        string="Open Principal",
        compute="_compute_open_amount",
        store=True,
        help="Principal that the company still guarantees.",
    )

    _amounts = models.Constraint(
        "CHECK (principal > 0 AND iof >= 0 AND bank_charge >= 0 AND equalization >= 0"
        " AND customer_total >= 0)",
        "Principal, IOF, bank's charge and customer total cannot be negative.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE, ONCHANGE METHODS
    # -------------------------------------------------------------------------

    @api.depends("title_id.display_name", "number")
    def _compute_display_name(self):
        for installment in self:
            title = installment.title_id.display_name
            installment.display_name = f"{title} ({installment.number})"

    @api.depends("principal", "settled_amount", "debited_amount", "state")
    def _compute_open_amount(self):
        for part in self:
            is_open = part.state == "financed"
            left = part.principal - part.settled_amount - part.debited_amount
            part.open_amount = part.currency_id.round(left) if is_open else 0.0

    @api.onchange("date_due")
    def _onchange_date_due(self):
        return self.contract_id.agreement_id._get_date_warning(self.date_due)

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("title_id", "contract_id")
    def _check_title_of_contract(self):
        for part in self:
            if part.title_id.contract_id != part.contract_id:
                raise ValidationError(
                    self.env._(
                        "%(installment)s belongs to a title of another contract. Add it to a title "
                        "of %(contract)s.",
                        installment=part.display_name,
                        contract=part.contract_id.display_name,
                    )
                )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = self._number_new(vals_list)
        installments = super().create(vals_list)
        if not self.env.su:
            for contract in installments.contract_id:
                contract._check_open()
            for part, vals in zip(installments, vals_list, strict=True):
                given = {name: vals[name] for name in TOTALLED if name in vals}
                part.write(given or {"interest": part.interest})
        return installments

    def write(self, vals):
        if BOOKED & vals.keys():
            # An operation: it writes terms as they are agreed with the bank, with its entry.
            return super().write(vals)
        # The bank tells its number after the contract; it is no term of it.
        if vals.keys() == {"bank_number"}:
            self.contract_id._check_may_post()
            return super().write(vals)
        if TERMS & vals.keys() or not self.env.su:
            for contract in self.contract_id:
                contract._check_open()
        if not CONNECTED & vals.keys() or vals.keys() >= CONNECTED - {"principal"}:
            super().write(vals)
        else:
            for part in self:
                super(VendorFinancingContractInstallment, part).write(part._complete_terms(vals))
        if TERMS & vals.keys() and "is_by_hand" not in vals:
            self._store_values({"is_by_hand": True})
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_effective(self):
        for contract in self.contract_id:
            contract._check_open()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_settlement(self):
        """Open the wizard for payments of customers to the bank."""
        return self.env["vendor.financing.settlement"]._open(self, "settlement")

    def action_open_default(self):
        """Open the wizard for debits by the bank."""
        return self.env["vendor.financing.settlement"]._open(self, "default")

    def action_open_maintenance(self):
        """Open the wizard that corrects, extends, substitutes or undoes one instalment's title."""
        return self.env["vendor.financing.maintenance"]._open(self)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _apply_terms(self, vals):
        """Write terms that an operation changes, or restores, with the state that goes with them.

        :param vals: values of the instalment; without a state it stays as it is
        """
        for part in self:
            part._move_to(**{"state": part.state, **vals})

    def _close(self, state):
        """Close this instalment; one that was debited in part is debited, whatever closes it."""
        self.ensure_one()
        self._move_to("debited" if self.debited_amount else state)

    def _get_snapshot(self):
        """Return the present values of this instalment that operations change."""
        self.ensure_one()
        (values,) = self._read_format(OPERATION_FIELDS, load="")
        values.pop("id")
        return {
            name: fields.Date.to_string(value) if name in ("date_due", "extension_date") else value
            for name, value in values.items()
        }

    def _get_total_before_interest(self, vals):
        """Return the customer total without the company's interest, in BRL.

        :param vals: values that count in place of the instalment's own
        """
        self.ensure_one()
        terms = {name: vals.get(name, self[name]) for name in ("principal", *PRICED)}
        iof = 0.0 if self.contract_id.iof_borne_by == "company" else terms["iof"]
        return terms["principal"] + terms["bank_charge"] + iof - terms["equalization"]

    def _complete_terms(self, vals):
        """Return values whose customer total is the sum of its parts.

        The total follows the part that is entered; the interest follows a total that is entered.

        :raise UserError: where interest and total are both entered and do not fit
        """
        self.ensure_one()
        on_top = self._get_total_before_interest(vals)
        if "customer_total" in vals and "interest" not in vals:
            return {**vals, "interest": self.currency_id.round(vals["customer_total"] - on_top)}
        total = self.currency_id.round(vals.get("interest", self.interest) + on_top)
        given = vals.get("customer_total", total)
        if self.currency_id.compare_amounts(given, total):
            raise UserError(
                self.env._(
                    "%(installment)s: the customer total %(given)s is not principal, interest, "
                    "bank's charge and IOF together, which is %(total)s. Change interest or total.",
                    installment=self.display_name,
                    given=self.currency_id.format(given),
                    total=self.currency_id.format(total),
                )
            )
        return {**vals, "customer_total": total}

    @api.model
    def _number_new(self, vals_list):
        """Return the values of new instalments with their contract and number.

        A title's own screen sends neither.
        """
        titles = self.env["vendor.financing.contract.title"]
        last = {}
        numbered = []
        for vals in vals_list:
            title = titles.browse(vals.get("title_id"))
            if title not in last:
                last[title] = max(title.installment_ids.mapped("number"), default=0)
            number = vals.get("number") or last[title] + 1
            last[title] = max(last[title], number)
            contract_id = vals.get("contract_id") or title.contract_id.id
            numbered.append({**vals, "number": number, "contract_id": contract_id})
        return numbered

    def _propose(self):
        """Write interest, charge, IOF and customer total by the rates that count.

        What was entered by hand is overwritten.
        """
        quotes = {}
        credit = {contract: contract._get_customer_credits() for contract in self.contract_id}
        for title in self.title_id:
            contract = title.contract_id
            parts = title.installment_ids & self
            terms = contract.agreement_id._price_title(
                [(exact(part.principal), part.date_due) for part in parts],
                contract.date,
                contract.credit_date,
                title.partner_id,
                quotes,
                customer_rate=title._get_customer_rate(),
                credit=credit[contract][title.partner_id.commercial_partner_id],
            )
            for part, of_part in zip(parts, terms, strict=True):
                values = {name: float(amount) for name, amount in of_part.items()}
                part.sudo().write({**values, "is_by_hand": False})
