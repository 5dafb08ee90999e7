from odoo import api, fields, models

# Of an agreement that says nothing else: "valor original, … spread … e os vencimentos sugeridos".
DEFAULT_COLUMNS = (
    "vat",
    "customer",
    "invoice",
    "invoice_date",
    "number",
    "principal",
    "spread_rate",
    "spread",
    "with_spread",
    "date_due",
    "days",
)


class VendorFinancingSheetColumn(models.Model):
    """A column of the bank sheet of an agreement: each bank asks for others. Seed 004."""

    _name = "vendor.financing.sheet.column"
    _description = "Column of a Bank Sheet"
    _inherit = "vendor.financing.abstract.guard"
    _order = "agreement_id, sequence, id"

    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        required=True,
        index=True,
        ondelete="cascade",
        written_by="creator",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    content = fields.Selection(selection="_get_contents", required=True)
    name = fields.Char(
        string="Heading",
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="What stands above the column, as the bank names it.",
    )

    @api.model
    def _get_contents(self):
        return [
            ("vat", self.env._("CNPJ/CPF")),
            ("customer", self.env._("Customer")),
            ("email", self.env._("E-mail")),
            ("phone", self.env._("Phone")),
            ("street", self.env._("Street")),
            ("zip", self.env._("ZIP Code")),
            ("city", self.env._("City")),
            ("state", self.env._("State")),
            ("invoice", self.env._("Invoice Number")),
            ("reference", self.env._("Invoice Reference")),
            ("invoice_date", self.env._("Invoice Date")),
            ("invoice_amount", self.env._("Invoice Total")),
            ("title_amount", self.env._("Original Value")),
            ("contract", self.env._("Contract Number")),
            ("number", self.env._("Instalment")),
            ("principal", self.env._("Value of the Instalment")),
            ("spread_rate", self.env._("Spread (%)")),
            ("spread", self.env._("Spread")),
            ("with_spread", self.env._("Value with Spread")),
            ("date_due", self.env._("Suggested Due Date")),
            ("days", self.env._("Days")),
            ("iof", self.env._("IOF")),
            ("customer_total", self.env._("Customer Total")),
        ]

    @api.depends("content")
    def _compute_name(self):
        labels = dict(self._get_contents())
        for column in self:
            column.name = labels.get(column.content, "")
