from odoo import fields, models


class VendorFinancingOperation(models.Model):
    """What an operation deferred and recognised: written with its entry, mirrored with it."""

    _inherit = "vendor.financing.operation"

    recognition_ids = fields.One2many(
        comodel_name="vendor.financing.recognition",
        inverse_name="operation_id",
        readonly=True,
    )

    def _record_recognition(self, amounts, is_recognised=False):
        """Store what this operation deferred or recognised.

        :param amounts: {(instalment, kind): BRL, negative is recognised}
        """
        self.ensure_one()
        currency = self.currency_id
        self.env["vendor.financing.recognition"].create(
            [
                {
                    "operation_id": self.id,
                    "installment_id": part.id,
                    "date": self.date,
                    "kind": kind,
                    "amount": currency.round(amount),
                    "is_recognised": is_recognised,
                }
                for (part, kind), amount in amounts.items()
                if not currency.is_zero(amount)
            ]
        )

    def _undo_months(self):
        """Undo the months of a contract whose effectivation is undone, the latest first."""
        if self.kind == "effectivation":
            months = self.contract_id.operation_ids.filtered(
                lambda other: other.kind == "recognition" and other.state == "posted"
            )
            for month in months.sorted("id", reverse=True):
                month._undo()

    def _mirror_recognition(self):
        """Store that what this operation deferred or recognised is undone with its entry."""
        self.env["vendor.financing.recognition"].create(
            [
                {
                    "operation_id": self.id,
                    "installment_id": row.installment_id.id,
                    "date": self.undo_move_id.date,
                    "kind": row.kind,
                    "amount": -row.amount,
                    "is_recognised": row.is_recognised,
                }
                for row in self.recognition_ids
            ]
        )
