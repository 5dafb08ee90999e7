import base64
from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command

from ..common import NFE_FILE, SAMPLES, SupplierCreditCommon
from . import nfe_maker
from .nfe_maker import make_cancellation

__all__ = ["NfeUploadCommon", "get_key", "make_cancellation", "make_nfe"]


# The tests' day, also where a file is made before their clock stands still.
TODAY = date(2026, 11, 22)


def make_nfe(*, issued=TODAY, **values):
    """Return an authorised NF-e of 610.37 BRL; see `nfe_maker.make_nfe` for what may differ."""
    return nfe_maker.make_nfe((SAMPLES / NFE_FILE).read_text(), issued=issued, **values)


def get_key(content):
    """Return the access key of an NF-e's file."""
    return content[content.index(b'Id="NFe') + 7 :][:44].decode()


class NfeUploadCommon(SupplierCreditCommon):
    """The two uses of the wizard: a file for one invoice, and many files."""

    @classmethod
    def upload(cls, content, invoice=None, user=None, cancel=False, **values):
        """Upload a file for an invoice.

        :param cancel: whether the question that may follow is answered by cancelling, too
        """
        wizards = cls.env["supplier.credit.nfe.upload"].with_user(user or cls.accountant)
        wizard = wizards.create(
            {
                "invoice_id": (invoice or cls.invoice).id,
                "nfe_file": base64.b64encode(content),
                **values,
            }
        )
        answer = wizard.action_upload()
        if wizard.question:
            return wizard.action_upload_and_cancel() if cancel else wizard.action_upload()
        return answer

    def upload_many(self, *contents, user=None, invoices=None):
        """Upload files that are named 0.xml, 1.xml and so on; return the lines of the result."""
        user = user or self.accountant
        attachments = (
            self.env["ir.attachment"]
            .with_user(user)
            .create(
                [
                    {
                        "name": f"{index}.xml",
                        "raw": content,
                        "res_model": "supplier.credit.nfe.upload",
                        "res_id": 0,
                    }
                    for index, content in enumerate(contents)
                ]
            )
        )
        action = (invoices or self.env["account.move"]).with_user(user).action_open_nfe_uploads()
        wizards = self.env["supplier.credit.nfe.upload"].with_user(user)
        wizard = wizards.with_context(**action["context"]).create(
            {"attachment_ids": [Command.set(attachments.ids)]}
        )
        shown = wizard.action_upload()
        self.assertEqual(shown["res_id"], wizard.id)
        return wizard.line_ids.sorted("name")

    def take(self, content):
        """Upload a file for `self.invoice`; return what was said of it, and undo it."""
        with self.env.cr.savepoint() as savepoint:
            self.upload(content)
            self.assertEqual(self.invoice.supplier_nfe_key, get_key(content))
            said = str(self.invoice.message_ids[0].body)
            savepoint.rollback()
        self.env.invalidate_all()
        return said

    def refusal_of(self, act):
        """Return the message by which `act` is refused, without undoing what it did before."""
        try:
            act()
        except UserError as error:
            return str(error)
        raise AssertionError("nothing was refused")

    def snapshot(self, invoice):
        """Return all stored values of an invoice and its items."""
        # Written by reading them, or different at each reading.
        volatile = {"access_token", "tax_totals", "needed_terms", "payment_term_details"}
        invoice = invoice.sudo()
        names = [name for name in invoice._fields if name not in volatile]
        self.env.flush_all()
        self.env.invalidate_all()
        lines = [name for name, field in invoice.line_ids._fields.items() if field.store]
        return invoice.read(names), invoice.line_ids.read(lines)

    def assert_refused(self, content, *parts, invoice=None, **values):
        invoice = invoice or self.invoice
        before = self.snapshot(invoice)
        reason = self.refusal_of(lambda: self.upload(content, invoice, **values))
        for part in parts:
            self.assertIn(part, reason)
        self.assertEqual(self.snapshot(invoice), before)
        return reason

    @classmethod
    def create_plain_invoice(cls, *, amount=610.37, partner=None, bearer=None, series="1"):
        """Return a draft invoice without order, of the accountant's."""
        invoice = (
            cls.env["account.move"]
            .with_user(cls.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": (partner or cls.customer).id,
                    "invoice_payment_term_id": cls.payment_term.id,
                    "preferred_payment_method_line_id": (bearer or cls.bearer).id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": cls.product.id,
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
        invoice.sudo().journal_id.l10n_br_invoice_serial = series
        return invoice
