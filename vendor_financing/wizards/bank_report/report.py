import base64
import binascii

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.bank_report import MOST_ROWS, ReportProblem, read_report

LARGEST_FILE = 20 * 1024 * 1024
LINES_NAMED = 50


class VendorFinancingReport(models.TransientModel):
    """Import of the bank's report of payments and debits (CSV, XLSX or ODS). Seed 004."""

    _name = "vendor.financing.report"
    _description = "Import the Bank's Vendor Report"
    _inherit = "vendor.financing.abstract.guard"

    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        required=True,
        default=lambda self: self.env["vendor.financing.contract"]._default_agreement(),
    )
    report_file = fields.Binary(string="File", attachment=False)
    report_filename = fields.Char()

    def action_import(self):
        """Store the rows of the file and match them; rows that are stored already do not change.

        :return: the action that shows the rows
        :raise UserError: naming each line that cannot be read; nothing is changed then
        """
        self.ensure_one()
        lines = self.env["vendor.financing.report.line"]
        lines._check_accountant()
        self.agreement_id.check_access("read")
        lines.sudo()._store(self.agreement_id.sudo(), self._read_file())
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "vendor_financing.vendor_financing_report_line_action"
        )
        return {**action, "domain": [("agreement_id", "=", self.agreement_id.id)]}

    def _read_file(self):
        name = self.report_filename or "-"
        encoded = self.with_context(bin_size=False).report_file
        if not encoded:
            raise UserError(self.env._("No file was chosen. Choose the report of the bank."))
        # Base64 has four characters for three bytes; too large a file is not even decoded.
        if len(encoded) * 3 // 4 > LARGEST_FILE:
            raise UserError(
                self.env._(
                    "File %(file)s is larger than %(size)s MB. Split it by days.",
                    file=name,
                    size=LARGEST_FILE // 1024 // 1024,
                )
            )
        try:
            content = base64.b64decode(encoded, validate=True)
            rows, problems = read_report(content, self.agreement_id._get_report_columns())
        except binascii.Error as error:
            raise UserError(
                self.env._("File %(file)s was not uploaded completely. Upload it again.", file=name)
            ) from error
        except ReportProblem as problem:
            raise UserError(self._describe_file(name, problem)) from problem
        if problems:
            raise UserError(self._describe_lines(name, problems))
        return rows

    def _describe_file(self, name, problem):
        if problem.kind == "columns":
            return self.env._(
                "File %(file)s lacks the columns %(columns)s. Enter the names of the columns on "
                "agreement %(agreement)s.",
                file=name,
                columns=", ".join(problem.names),
                agreement=self.agreement_id.name,
            )
        if problem.kind == "empty":
            return self.env._("File %(file)s has no rows. Nothing was changed.", file=name)
        if problem.kind == "rows":
            return self.env._(
                "File %(file)s has more than %(rows)s rows. Split it by days.",
                file=name,
                rows=MOST_ROWS,
            )
        return self.env._(
            "File %(file)s is neither a text file with columns separated by ; or , (CSV) nor a "
            "spreadsheet (XLSX, ODS).",
            file=name,
        )

    def _describe_lines(self, name, problems):
        texts = [
            self.env._(
                "Line %(line)s: %(column)s cannot be “%(found)s”.",
                line=line,
                column=column,
                found=found[:80],
            )
            for line, column, found in problems[:LINES_NAMED]
        ]
        if len(problems) > LINES_NAMED:
            texts.append("…")
        return self.env._(
            "%(count)s lines of file %(file)s cannot be read. Nothing was changed. Correct them "
            "and upload the file again.\n%(lines)s",
            count=len(problems),
            file=name,
            lines="\n".join(texts),
        )
