from odoo import fields, models


class VendorFinancingAgreement(models.Model):
    """Names of the columns in the bank's report. Seed 004, "o banco informa via relatório"."""

    _inherit = "vendor.financing.agreement"

    report_key_column = fields.Char(
        string="Column of the Bank's Number",
        help="Identifies a row, so that it is imported once. If empty, all columns together "
        "identify it.",
    )
    report_document_column = fields.Char(
        string="Column of the Invoice", default="documento", help="The invoice's number."
    )
    report_installment_column = fields.Char(
        string="Column of the Instalment",
        help="Its number within the invoice. Left empty, the first open instalment is meant.",
    )
    report_date_column = fields.Char(string="Column of the Date", default="data")
    report_amount_column = fields.Char(
        string="Column of the Amount", default="valor", help="In BRL."
    )
    report_charges_column = fields.Char(
        string="Column of the Charges", help="Debited by the bank besides the principal, in BRL."
    )
    report_kind_column = fields.Char(
        string="Column of the Kind", help="Left empty, every row is a payment."
    )
    report_bank_number_column = fields.Char(
        string="Column of the Boleto's Number",
        help="The bank's number of the boleto (nosso número), by which rows are matched first.",
    )
    report_amount = fields.Selection(
        selection=[
            ("either", "Boleto or principal"),
            ("principal", "Principal"),
            ("customer_total", "Boleto: what the customer pays in all"),
        ],
        string="Amount Reported",
        required=True,
        default="either",
        help="What the column of the amount has. With the first, an amount that is exactly the "
        "boleto's pays the whole instalment, and another one is principal.",
    )

    def _get_report_columns(self):
        """Return {name of the reader: the bank's name for the column, or empty}."""
        self.ensure_one()
        return {
            "key": self.report_key_column,
            "bank_number": self.report_bank_number_column,
            "document": self.report_document_column,
            "installment": self.report_installment_column,
            "date": self.report_date_column,
            "amount": self.report_amount_column,
            "charges": self.report_charges_column,
            "kind": self.report_kind_column,
        }

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_match_statement(self):
        """Open proposals of which lines of the bank's statement are of which contract."""
        self.ensure_one()
        return self.env["vendor.financing.matching"]._open(self)
