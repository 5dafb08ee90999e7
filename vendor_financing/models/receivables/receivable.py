from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# Most rows of a printed report; the list's export has no limit.
PRINTED_ROWS = 2000


class VendorFinancingReceivable(models.Model):
    """Receivables with the columns of vendor financing (Relatório Contas a Receber). Seed 004.

    One row for each receivable item of a posted customer invoice or credit note; for each
    instalment of a financed one, because each is due at the bank on its own day. The rows of an
    item add up to its amount and to its residual.
    """

    _name = "vendor.financing.receivable"
    _description = "Receivables with Vendor Financing"
    _auto = False
    _rec_name = "move_id"
    _order = "date_due, id"

    move_id = fields.Many2one(comodel_name="account.move", string="Invoice", readonly=True)
    move_type = fields.Selection(
        selection=[("out_invoice", "Invoice"), ("out_refund", "Credit Note")],
        string="Document",
        readonly=True,
    )
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer's Company", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    company_currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    invoice_date = fields.Date(readonly=True)
    date_due_original = fields.Date(
        string="Original Due Date", readonly=True, help="When it was due before a bank financed it."
    )
    date_due = fields.Date(
        string="Due Date",
        readonly=True,
        help="When the customer pays the bank, or the company where no bank finances it.",
    )
    amount = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="In the company's currency; credit notes are negative.",
    )
    residual = fields.Monetary(
        string="Open",
        currency_field="company_currency_id",
        readonly=True,
        help="The open amount, in the company's currency. Of a financed instalment it is the "
        "principal that the customer has not paid the bank.",
    )
    residual_currency = fields.Monetary(
        string="Open in Currency", readonly=True, help="The open amount, in the invoice's currency."
    )
    bearer_id = fields.Many2one(comodel_name="account.payment.method.line", readonly=True)
    charge_type_id = fields.Many2one(comodel_name="account.payment.method", readonly=True)
    is_vendor = fields.Boolean(
        string="Vendor",
        readonly=True,
        help="A bank finances it or did, or its bearer has the charge type Vendor.",
    )
    vendor_state = fields.Selection(
        selection=[
            ("none", "Not in Vendor Financing"),
            ("pending", "Pending"),
            ("financed", "Financed"),
            ("settled", "Settled"),
            ("debited", "Debited"),
        ],
        string="Vendor Financing",
        readonly=True,
    )
    contract_id = fields.Many2one(comodel_name="vendor.financing.contract", readonly=True)
    agreement_id = fields.Many2one(comodel_name="vendor.financing.agreement", readonly=True)
    bank_id = fields.Many2one(comodel_name="res.partner", readonly=True)
    installment_number = fields.Integer(string="Instalment", readonly=True, aggregator=None)
    situation = fields.Selection(
        selection=[
            ("open", "Not Due"),
            ("overdue", "Overdue"),
            ("defaulted", "Defaulted"),
            ("settled", "Settled"),
        ],
        readonly=True,
        help="Defaulted: the bank debited it from the company, and the customer still owes it.",
    )
    days_overdue = fields.Integer(
        readonly=True, aggregator="max", help="Days since the due date of what is open."
    )
    age_band = fields.Selection(
        selection=[
            ("a_not_due", "Not due"),
            ("b_30", "1-30 days"),
            ("c_60", "31-60 days"),
            ("d_90", "61-90 days"),
            ("e_older", "More than 90 days"),
        ],
        string="Age",
        readonly=True,
        help="By the days since the due date of what is open.",
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_invoice(self):
        """Open the invoice of this row."""
        self.ensure_one()
        return self.move_id._get_records_action()

    def action_open_contract(self):
        """Open the contract under which a bank finances this row, or did."""
        self.ensure_one()
        return self.contract_id._get_records_action()

    def action_print(self):
        """Print these rows or, if none is selected, all rows of the list.

        :raise UserError: if there are no rows, or more than `PRINTED_ROWS`
        """
        rows = self or self.search(
            Domain(self.env.context.get("active_domain") or Domain.TRUE), limit=PRINTED_ROWS + 1
        )
        if not rows:
            raise UserError(
                self.env._("No receivable is listed, so there is nothing to print. Widen the list.")
            )
        if len(rows) > PRINTED_ROWS:
            raise UserError(
                self.env._(
                    "The list has more than %(count)s receivables, too many to print. Filter it, "
                    "or export it as a spreadsheet.",
                    count=PRINTED_ROWS,
                )
            )
        return self.env.ref(
            "vendor_financing.vendor_financing_receivable_report_action"
        ).report_action(rows)
