from odoo import fields, models

# Of users and companies that name none: Supplier's and its customers' own.
TIME_ZONE = "America/Sao_Paulo"


class SupplierCreditAbstractSubject(models.AbstractModel):
    """What a record must offer to talk to Supplier through messages."""

    _name = "supplier.credit.abstract.subject"
    _description = "Record that Talks to Supplier"
    _inherit = ["mail.thread", "supplier.credit.abstract.state"]

    agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        required=True,
        readonly=True,
        check_company=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", required=True, readonly=True, index=True
    )
    code = fields.Char(
        string="Supplier's Code",
        readonly=True,
        index="btree_not_null",
        tracking=True,
        help="Supplier's identification of the record, for queries.",
    )
    reason = fields.Char(readonly=True, help="Why Supplier said no, in its own words.")
    error = fields.Text(
        readonly=True, help="Why the last message could not be delivered or used, and what to do."
    )

    def _queue_message(self, agreement, operation, body):
        """Write down the intention to send, in the user's own transaction.

        It leaves after the commit, or by the cron, and never if the transaction rolls back.

        :param agreement: the `supplier.credit.agreement` to send under
        :param operation: a key of `tools.supplier_api.OPERATIONS`
        :param body: the request as `to_wire()` gives it, None for a query
        :return: the message
        """
        self.ensure_one()
        return (
            self.env["supplier.credit.message"]
            .sudo()
            .create(
                {
                    "agreement_id": agreement.id,
                    "operation": operation,
                    "partner_id": self.partner_id.id,
                    "res_model": self._name,
                    "res_id": self.id,
                    "request": self.env["supplier.credit.message"]._dump(body),
                }
            )
        )

    def _get_resource(self):
        """Return what identifies the record in the API's paths: Supplier's code of it."""
        return self.code or ""

    def _apply_answer(self, message, body):
        """Move the record to what Supplier answered.

        :param body: the answer's JSON
        :raise MalformedAnswer: nothing is applied, the message keeps the answer
        """
        raise NotImplementedError

    def _apply_rejection(self, message, reason):
        """Take back what waited for the answer, so that the user can correct and send again."""
        raise NotImplementedError

    def _show_problem(self, message, text):
        """Show on the record why a message could not be delivered or used; nothing else changes."""
        raise NotImplementedError
