import base64
import binascii

from odoo import fields, models
from odoo.exceptions import UserError

from ...models.common.company_day import get_company_today
from ...tools.settlement_file import FileProblem, read_statement

LARGEST_FILE = 20 * 1024 * 1024
LINES_NAMED = 50
EXTRA_LINES = "…"


class SupplierCreditSettlementFile(models.TransientModel):
    """Imports a statement of Supplier from a file with the columns of its service."""

    _name = "supplier.credit.settlement.file"
    _description = "Import Settlement File"
    _inherit = "supplier.credit.abstract.guard"

    agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        required=True,
        default=lambda self: self.env["supplier.credit.agreement"].search(
            [("company_id", "=", self.env.company.id), ("enabled", "=", True)], limit=1
        ),
    )
    statement_file = fields.Binary(string="File", attachment=False)
    statement_filename = fields.Char()

    def action_import(self):
        """Store the file's entries and match them; known entries stay as they are.

        :return: the action that shows the statements of the file's entries
        :raise UserError: naming each line that cannot be read; nothing is changed then
        """
        self.ensure_one()
        settlements = self.env["supplier.credit.settlement"]
        settlements._check_may_settle()
        self.agreement_id.check_access("read")
        lines = self._read_file()
        agreement = self.agreement_id.sudo()
        entries = settlements.sudo().entry_ids
        fresh = entries._store(agreement, lines, "file")
        fresh._match()
        ids = [line.external_id for line in lines]
        stored = entries.search([("agreement_id", "=", agreement.id), ("external_id", "in", ids)])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "supplier_credit.supplier_credit_settlement_action"
        )
        return {
            **action,
            "domain": [("id", "in", stored.settlement_id.ids)],
            "context": {"create": False},
        }

    def _read_file(self):
        encoded = self.with_context(bin_size=False).statement_file
        if not encoded:
            raise UserError(self.env._("No file was chosen. Choose the statement of Supplier."))
        # Base64 has four characters for three bytes; too large a file is not even decoded.
        if len(encoded) * 3 // 4 > LARGEST_FILE:
            raise UserError(
                self.env._(
                    "File %(file)s is larger than %(size)s MB. Split it by days.",
                    file=self.statement_filename or "-",
                    size=LARGEST_FILE // 1024 // 1024,
                )
            )
        today = get_company_today(self.agreement_id.company_id)
        try:
            lines, problems = read_statement(base64.b64decode(encoded, validate=True), today)
        except binascii.Error as error:
            raise UserError(
                self.env._(
                    "File %(file)s did not arrive whole. Upload it again.",
                    file=self.statement_filename or "-",
                )
            ) from error
        except FileProblem as problem:
            raise UserError(self._describe_file(problem)) from problem
        if problems:
            raise UserError(self._describe_lines(problems))
        return lines

    def _describe_file(self, problem):
        name = self.statement_filename or "-"
        if problem.kind == "columns":
            return self.env._(
                "File %(file)s lacks the columns %(columns)s. Its first line names the columns as "
                "Supplier's service does.",
                file=name,
                columns=", ".join(problem.names),
            )
        if problem.kind == "empty":
            return self.env._("File %(file)s has no entries. Nothing was changed.", file=name)
        return self.env._(
            "File %(file)s is neither a text file with columns separated by ; or , (CSV) nor a "
            "spreadsheet (XLSX, ODS).",
            file=name,
        )

    def _describe_lines(self, problems):
        texts = [self._describe_line(*problem) for problem in problems[:LINES_NAMED]]
        if len(problems) > LINES_NAMED:
            texts.append(EXTRA_LINES)
        return self.env._(
            "%(count)s lines of file %(file)s cannot be read. Nothing was changed. Correct them "
            "and upload the file again.\n%(lines)s",
            count=len(problems),
            file=self.statement_filename or "-",
            lines="\n".join(texts),
        )

    def _describe_line(self, line, external_id, column, found):
        if not column:
            return self.env._(
                "Line %(line)s: %(entry)s occurs before with other values.",
                line=line,
                entry=external_id,
            )
        return self.env._(
            "Line %(line)s (%(entry)s): %(column)s cannot be “%(found)s”.",
            line=line,
            entry=external_id or "-",
            column=column,
            found=found,
        )
