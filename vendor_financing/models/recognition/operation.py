from odoo import fields, models


class VendorFinancingOperation(models.Model):
    """What an operation deferred and recognised: written with its entry, mirrored with it."""

    _inherit = "vendor.financing.operation"

    recognition_ids = fields.One2many(
        comodel_name="vendor.financing.recognition",
        inverse_name="operation_id",
        string="Recognition",
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

    def _get_blocking(self):
        """Return the later operations; months that were recognised block only their like.

        They are undone with the effectivation, and what they recognised is no state of an
        instalment. A month itself stays under all that recognised or moved the rest since.
        """
        later = super()._get_blocking()
        if self.kind != "recognition":
            return later.filtered(lambda other: other.kind != "recognition")
        installments = self.recognition_ids.installment_id
        return self.contract_id.operation_ids.filtered(
            lambda other: (
                other.state == "posted"
                and other.id > self.id
                and other.recognition_ids.installment_id & installments
            )
        )

    def _undo(self):
        if self.kind == "effectivation":
            months = self.contract_id.operation_ids.filtered(
                lambda other: other.kind == "recognition" and other.state == "posted"
            )
            for month in months.sorted("id", reverse=True):
                month._undo()
        return super()._undo()

    def _undo_state(self):
        result = super()._undo_state()
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
        return result
