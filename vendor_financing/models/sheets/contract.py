from odoo import models
from odoo.exceptions import UserError

from ...tools.spreadsheet import write_csv, write_xlsx


class VendorFinancingContract(models.Model):
    """Sheets of a contract: for the bank's system, for the accountant, and to be signed."""

    _inherit = "vendor.financing.contract"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_bank_sheet_xlsx(self):
        """Download the bank sheet as a workbook.

        :raise UserError: without titles
        """
        return self._open_sheet("bank", "xlsx")

    def action_bank_sheet_csv(self):
        """Download the bank sheet as CSV. See `action_bank_sheet_xlsx`."""
        return self._open_sheet("bank", "csv")

    def action_accounting_sheet(self):
        """Download entries, line by line, and instalments as a workbook.

        :raise UserError: without titles
        """
        return self._open_sheet("accounting", "xlsx")

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _open_sheet(self, kind, extension):
        self.ensure_one()
        self.check_access("read")
        self._check_sheet()
        return {
            "type": "ir.actions.act_url",
            "url": f"/vendor_financing/contract/{self.id}/{kind}.{extension}",
            "target": "download",
        }

    def _check_sheet(self):
        if not self.installment_ids:
            raise UserError(
                self.env._(
                    "Contract %(contract)s has no title, so its sheet would be empty. Add the "
                    "invoices that the bank finances.",
                    contract=self.display_name,
                )
            )

    def _make_sheet(self, kind, extension):
        """Return a sheet of this contract.

        :param kind: bank or accounting
        :param extension: xlsx; for the bank also csv
        :return: (file name, content), or None where there is no such sheet
        :raise AccessError: for users who may not read the contract; for accounting, its entries
        :raise UserError: without titles
        """
        self.ensure_one()
        self.check_access("read")
        self._check_sheet()
        name = "".join(c if c.isalnum() else "-" for c in self.number or str(self.date))
        file_name = f"vendor-{kind}-{name}.{extension}"
        if kind == "accounting" and extension == "xlsx":
            return file_name, write_xlsx(self._prepare_accounting_sheet())
        if kind == "bank" and extension in ("csv", "xlsx"):
            headings, rows = self._prepare_bank_sheet()
            if extension == "csv":
                return file_name, write_csv(headings, rows)
            return file_name, write_xlsx({self.env._("Bank"): (headings, rows)})
        return None

    def _prepare_bank_sheet(self):
        """Return headings and rows by the columns of the agreement, one for each instalment."""
        columns = self.agreement_id._get_sheet_columns()
        quotes = {}
        # Users of this addon need not be users of invoices and contacts.
        rows = [part._get_sheet_values(quotes) for part in self.sudo().installment_ids]
        return (
            [heading for _content, heading in columns],
            [[row[content] for content, _heading in columns] for row in rows],
        )

    def _prepare_accounting_sheet(self):
        """Return the entries of this contract line by line, and its instalments."""
        moves = self.operation_ids._get_moves().sorted(lambda move: (move.date, move.id))
        moves.check_access("read")
        kinds = {
            move: operation._fields["kind"].convert_to_export(operation.kind, operation)
            for operation in self.operation_ids
            for move in operation._get_moves()
        }
        labels = self._get_accounting_labels()
        entries = [
            (
                line.date,
                line.move_id.name or "",
                line.journal_id.code or "",
                kinds.get(line.move_id, ""),
                line.account_id.code or "",
                line.account_id.name or "",
                line.partner_id.display_name or "",
                line.name or "",
                line.debit,
                line.credit,
                line.matching_number or "",
            )
            for line in moves.line_ids.sorted(lambda item: (item.date, item.move_id.id, item.id))
        ]
        parts = [
            (
                part.partner_id.display_name or "",
                part.move_id.name or "",
                part.number,
                part.date_due,
                part.principal,
                part.interest,
                part.bank_charge,
                part.iof,
                part.equalization,
                part.customer_total,
                part.settled_amount,
                part.debited_amount,
                part.open_amount,
                part._fields["state"].convert_to_export(part.state, part),
            )
            for part in self.sudo().installment_ids
        ]
        return {
            self.env._("Entries"): (labels["entries"], entries),
            self.env._("Instalments"): (labels["parts"], parts),
        }

    def _get_accounting_labels(self):
        env = self.env
        names = (
            "number", "date_due", "principal", "interest", "bank_charge", "iof", "equalization",
            "customer_total", "settled_amount", "debited_amount", "open_amount", "state",
        )  # fmt: skip
        fields_of_part = self.installment_ids._fields
        return {
            "entries": [
                env._("Date"),
                env._("Entry"),
                env._("Journal"),
                env._("Operation"),
                env._("Account"),
                env._("Account Name"),
                env._("Partner"),
                env._("Label"),
                env._("Debit"),
                env._("Credit"),
                env._("Matching"),
            ],
            "parts": [
                env._("Customer"),
                env._("Invoice"),
                *(fields_of_part[name]._description_string(env) for name in names),
            ],
        }
