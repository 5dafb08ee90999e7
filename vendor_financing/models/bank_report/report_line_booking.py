from odoo import models
from odoo.exceptions import UserError, ValidationError

# Rows named in an operation's note and in a message.
NAMED = 5


class VendorFinancingReportLine(models.Model):
    """Booking of the bank's report: what happened to a contract on a day is one operation.

    A bank reports hundreds of payments of a day; each as an entry of its own would take a minute.
    """

    _inherit = "vendor.financing.report.line"

    def action_book(self):
        """Book the matched rows; those that are refused keep their reason, the others go on.

        :return: True, or a notice that says how many were refused
        :raise UserError: naming the rows that are not matched; nothing is booked then
        """
        self._check_accountant()
        if unmatched := self.filtered(lambda line: line.state != "matched"):
            raise UserError(
                self.env._(
                    "%(rows)s of the bank's report cannot be booked: only matched rows can. Match "
                    "or ignore them first.",
                    rows=", ".join(unmatched[:NAMED].mapped("document")),
                )
            )
        lines = self.sudo().sorted(lambda line: (line.date, line.id))
        groups = lines.grouped(lambda line: (line.installment_id.contract_id, line.date, line.kind))
        for group in groups.values():
            if len(group) > 1 and not group._book_together():
                continue
            for line in group:
                if problem := line._book_together():
                    line._move_to("matched", problem=problem)
        refused = lines.filtered(lambda line: line.state == "matched")
        if not refused:
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "%(booked)s rows booked, %(refused)s refused: %(rows)s. The reason stands "
                    "beside each.",
                    booked=len(lines) - len(refused),
                    refused=len(refused),
                    rows=", ".join(refused[:NAMED].mapped("document")),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _book_together(self):
        """Book rows of one contract, day and kind as one operation, all or none.

        :return: False, or why it was refused
        """
        try:
            with self.env.cr.savepoint():
                self._book()
        except (UserError, ValidationError) as error:
            return str(error)
        return False

    def _book(self):
        contract = self.installment_id.contract_id
        amounts = {}
        for line in self:
            part = line.installment_id
            amounts[part] = amounts.get(part, 0.0) + line.principal
        keys = ", ".join(self[:NAMED].mapped("key")) + (", …" if len(self) > NAMED else "")
        note = self.env._("Bank's report, row %(key)s", key=keys)
        day = self[0].date
        if self[0].kind == "default":
            charges = sum(self.mapped("charges"))
            operation = contract._default(amounts, day, charges, note=note)
        else:
            operation = contract._settle(amounts, day, note=note)
        self._move_to("booked", operation_id=operation.id, problem=False)
