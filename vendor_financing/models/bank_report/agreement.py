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
        string="Column of the Principal", default="valor", help="In BRL."
    )
    report_charges_column = fields.Char(
        string="Column of the Charges", help="Debited by the bank besides the principal, in BRL."
    )
    report_kind_column = fields.Char(
        string="Column of the Kind", help="Left empty, every row is a payment."
    )
    report_debit_value = fields.Char(
        string="Text of a Debit",
        default="DEBITO",
        help="The text in the column of the kind where the bank debited the company.",
    )

    def _get_report_columns(self):
        """Return {name of the reader: the bank's name for the column, or empty}."""
        self.ensure_one()
        return {
            "key": self.report_key_column,
            "document": self.report_document_column,
            "installment": self.report_installment_column,
            "date": self.report_date_column,
            "amount": self.report_amount_column,
            "charges": self.report_charges_column,
            "kind": self.report_kind_column,
        }
