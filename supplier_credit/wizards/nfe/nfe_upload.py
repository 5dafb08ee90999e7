import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.fiscal.fiscal_xml import NfeProblem, check_size


class SupplierCreditNfeUpload(models.TransientModel):
    """Uploads the authorised XML of one invoice, or of many. Seed 001, "Emissão de Notas Fiscais".

    Opened on an invoice, the file belongs to it; otherwise the invoice of each file is found.
    """

    _name = "supplier.credit.nfe.upload"
    _description = "Upload NF-e"
    _inherit = "supplier.credit.abstract.guard"

    invoice_id = fields.Many2one(comodel_name="account.move", readonly=True)
    invoice_state = fields.Selection(related="invoice_id.state", related_sudo=False)
    nfe_file = fields.Binary(
        string="Authorised XML (procNFe)",
        attachment=False,
        help="The file that SEFAZ returned, with its protocol. Nothing is changed before all "
        "checks have passed. Its signature proves who wrote it; that SEFAZ authorised it, only "
        "SEFAZ can say.",
    )
    nfe_filename = fields.Char()
    take_number = fields.Boolean(
        string="Take Over the Number",
        help="If the posted invoice has another number than the NF-e, its number, payment "
        "reference and labels of instalments are changed. Not possible in a locked period, nor if "
        "another document has the number.",
    )
    question = fields.Text(
        readonly=True,
        help="What follows at Supplier from the file chosen, and cannot be taken back.",
    )
    invoice_ids = fields.Many2many(
        comodel_name="account.move",
        string="Only These Invoices",
        readonly=True,
        help="The selected invoices; without any, all invoices are searched.",
    )
    attachment_ids = fields.Many2many(
        comodel_name="ir.attachment",
        string="Files",
        help="Authorised NF-e (procNFe) and registered cancellations (procEventoNFe). The invoice "
        "of each file is found by issuer, recipient, series, number and total.",
    )
    line_ids = fields.One2many(
        comodel_name="supplier.credit.nfe.upload.line",
        inverse_name="wizard_id",
        string="Results",
        readonly=True,
    )
    done_count = fields.Integer(compute="_compute_counts")
    refused_count = fields.Integer(compute="_compute_counts")

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for wizard in self:
            wizard.done_count = len(wizard.line_ids.filtered(lambda line: line.state == "done"))
            wizard.refused_count = len(wizard.line_ids) - wizard.done_count

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        if (
            "invoice_ids" in fields_list
            and context.get("active_model") == "account.move"
            and not values.get("invoice_id")
            and "default_invoice_ids" not in context
        ):
            values["invoice_ids"] = [fields.Command.set(context.get("active_ids") or [])]
        return values

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_upload(self):
        """Check the files and apply them to their invoices.

        :return: for the file of one invoice a notification, or the question that
            `action_upload_and_cancel` answers; for many files the result of each
        :raise UserError: why the file of one invoice is refused. Of many files, a refused one
            changes nothing and does not stop the others
        """
        self.ensure_one()
        self.env["account.move"].check_access("write")
        if self.invoice_id:
            return self._ask_one() or self._upload_one()
        if not self.attachment_ids:
            raise UserError(self.env._("No file was chosen. Choose the files that SEFAZ returned."))
        self.line_ids = self._upload_many()
        return self._get_result_action()

    def action_upload_and_cancel(self):
        """Apply the cancellation to its invoice, and request that Supplier cancels the sale, too.

        Supplier does not take that back.
        """
        self.ensure_one()
        self.env["account.move"].check_access("write")
        return self._upload_one(confirmed=True)

    # -------------------------------------------------------------------------
    # ONE INVOICE
    # -------------------------------------------------------------------------

    def _ask_one(self):
        """Ask before a sale that Supplier has is cancelled; None where there is nothing to ask."""
        if self.question:
            # Asked already: the user takes over the file only.
            return None
        cancellation = self.invoice_id._parse_nfe(self._read_one()).cancellation
        if not cancellation or not self.invoice_id._is_cancelled_at_supplier_by(cancellation):
            return None
        self.question = self.env._(
            "This file cancels the NF-e of %(invoice)s, a sale of %(total)s that Supplier has. If "
            "the sale is cancelled at Supplier, too, Supplier takes its transfers back, and that "
            "cannot be undone.",
            invoice=self.invoice_id.display_name,
            total=self.invoice_id.currency_id.format(self.invoice_id.amount_total),
        )
        return self._get_records_action(name=self.env._("Upload NF-e"), target="new")

    def _upload_one(self, confirmed=False):
        done = self.invoice_id._attach_nfe(self._read_one(), self.take_number, confirmed)
        # Anybody with the XML could draw a DANFE from it.
        self.nfe_file = False
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": done,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _read_one(self):
        """Return the file for the one invoice, bytes.

        :raise UserError: when there is none, or it did not arrive whole
        """
        encoded = self.with_context(bin_size=False).nfe_file
        if not encoded:
            raise UserError(
                self.env._(
                    "No file was chosen for invoice %(invoice)s.",
                    invoice=self.invoice_id.display_name,
                )
            )
        # Base64 has four characters for three bytes; too large a file is not even decoded.
        self._check_file_size(len(encoded) * 3 // 4)
        try:
            return base64.b64decode(encoded)
        except binascii.Error as error:
            raise UserError(
                self.env._(
                    "The file for invoice %(invoice)s did not arrive whole. Upload it again.",
                    invoice=self.invoice_id.display_name,
                )
            ) from error

    def _check_file_size(self, size):
        try:
            check_size(size)
        except NfeProblem as problem:
            moves = self.env["account.move"]
            raise UserError(moves._describe_nfe_problem(problem)) from problem

    # -------------------------------------------------------------------------
    # MANY FILES
    # -------------------------------------------------------------------------

    def _upload_many(self):
        """Apply each file separately, cancellations first: what they cancel is not sold.

        :return: a line for each file, in their order
        """
        attachments = self.attachment_ids.sorted("id")
        lines = self.env["supplier.credit.nfe.upload.line"].create(
            [{"wizard_id": self.id, "name": attachment.name} for attachment in attachments]
        )
        files = {}
        for line, attachment in zip(lines, attachments, strict=True):
            with line._storing_refusal():
                files[line] = (attachment, self._read_file(attachment))
        for line in sorted(files, key=lambda line: bool(files[line][1].nfe)):
            attachment, file = files[line]
            with line._storing_refusal():
                if file.nfe:
                    self._upload_nfe(line, file.nfe, attachment.raw)
                else:
                    self._upload_cancellation(line, file.cancellation, attachment.raw)
        self._delete_files()
        return lines

    def _upload_nfe(self, line, nfe, content):
        invoice = self.env["account.move"]._find_invoice_of_nfe(nfe, self.invoice_ids)
        line.invoice_id = invoice
        line.write({"state": "done", "message": invoice._attach_nfe(content)})

    def _upload_cancellation(self, line, cancellation, content):
        """Take over a cancellation; that the sale is cancelled at Supplier waits for a person."""
        moves = self.env["account.move"]
        invoice = moves._find_invoice_of_cancellation(cancellation, self.invoice_ids)
        line.invoice_id = invoice
        if not invoice:
            done = moves._keep_nfe_cancellation(cancellation, content)
        else:
            done = invoice._attach_nfe(content)
            if invoice.is_supplier_cancellation_open:
                done = self.env._(
                    "%(done)s Supplier still has the sale: open the invoice and request the "
                    "cancellation there, too.",
                    done=done,
                )
        line.write({"state": "done", "message": done})

    def _read_file(self, attachment):
        attachment.check_access("read")
        self._check_file_size(attachment.file_size)
        return self.env["account.move"]._parse_nfe(attachment.raw or b"")

    def _delete_files(self):
        """Delete the files uploaded for this wizard: anybody with an XML can draw a DANFE."""
        own = self.attachment_ids.filtered(
            lambda attachment: attachment.res_model == self._name
            and attachment.create_uid == self.env.user
        )
        self.attachment_ids = False
        own.unlink()

    def _get_result_action(self):
        return self._get_records_action(name=self.env._("Uploaded NF-e"), target="new")
