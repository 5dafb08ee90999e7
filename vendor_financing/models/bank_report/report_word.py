from odoo import Command, api, fields, models

from ...tools.bank_report import fold

# Of a new agreement: what banks usually write.
USUAL = {
    "settlement": ("LIQUIDACAO", "LIQUIDADO", "BAIXA", "PAGO", "PAGAMENTO"),
    "default": ("DEBITO", "DEBITADO"),
}


class VendorFinancingReportWord(models.Model):
    """What a word of the bank's report means. A word that is not listed books nothing. Seed 004."""

    _name = "vendor.financing.report.word"
    _description = "Word of a Bank's Vendor Report"
    _inherit = "vendor.financing.abstract.guard"
    _order = "agreement_id, meaning, word"
    _rec_name = "word"

    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        required=True,
        index=True,
        ondelete="cascade",
        written_by="creator",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    word = fields.Char(
        required=True, help="As the report writes it; accents and upper case make no difference."
    )
    folded = fields.Char(compute="_compute_folded", store=True)
    meaning = fields.Selection(
        selection=[
            ("settlement", "Paid by the customer"),
            ("default", "Debited by the bank"),
            ("ignore", "Nothing to book"),
        ],
        required=True,
        default="ignore",
    )

    _unique_word = models.UniqueIndex(
        "(agreement_id, folded)", "A word of the bank's report has one meaning for an agreement."
    )

    @api.depends("word")
    def _compute_folded(self):
        for word in self:
            word.folded = fold(word.word)


class VendorFinancingAgreement(models.Model):
    """The words of the bank's report."""

    _inherit = "vendor.financing.agreement"

    report_word_ids = fields.One2many(
        comodel_name="vendor.financing.report.word",
        inverse_name="agreement_id",
        string="Words of the Report",
        copy=True,
        default=lambda self: self._default_report_words(),
        help="What the words in the column of the kind mean. Rows with another word wait.",
    )

    @api.model
    def _default_report_words(self):
        return [
            Command.create({"word": word, "meaning": meaning})
            for meaning, words in USUAL.items()
            for word in words
        ]

    def _get_report_meaning(self, text):
        """Return what a word in the column of the kind means, or False where it is unknown.

        Without a word the row is a payment: so is every row of a bank that reports nothing else.
        """
        self.ensure_one()
        folded = fold(text)
        if not folded:
            return "settlement"
        known = self.report_word_ids.filtered(lambda word: word.folded == folded)
        return known.meaning
