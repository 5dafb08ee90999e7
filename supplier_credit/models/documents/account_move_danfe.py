import base64
import io

from odoo import fields, models
from odoo.exceptions import UserError
from PIL import Image

from ...const import MANAGER_GROUP, USER_GROUP
from ...tools.fiscal.danfe import (
    DanfeProblem,
    digest_inputs,
    draw_danfe,
    draw_supplier_danfe,
    list_hidden,
)
from ...tools.fiscal.danfe_note import fill_note

# Pixels, twice those of the logo's place at 300 dpi.
LOGO_SIZE = (720, 480)


class AccountMove(models.Model):
    """The DANFE of an invoice. Seed 001, "Faturamento", 2."""

    _inherit = "account.move"

    # The same readers as of the authorised XML, from which it is drawn.
    supplier_danfe_file = fields.Binary(
        string="DANFE",
        readonly=True,
        copy=False,
        attachment=True,
        groups=f"{MANAGER_GROUP},account.group_account_readonly",
    )
    supplier_danfe_digest = fields.Char(
        string="Digest of the DANFE's Inputs", readonly=True, copy=False, groups=MANAGER_GROUP
    )
    supplier_danfe_hidden = fields.Text(
        string="Hidden on the DANFE",
        readonly=True,
        copy=False,
        groups=f"{USER_GROUP},account.group_account_readonly",
        help="What the NF-e says about values and due dates of instalments, and the DANFE does not "
        "show, because Supplier sets them. Each line names the NF-e's element and its text.",
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_print_supplier_danfe(self):
        """Print the DANFE; refused with the reason until Supplier approved the transaction."""
        self._check_danfe_allowed()
        report = self.env.ref("supplier_credit.account_move_report_danfe")
        # The law lays it out, so that the host need not ask for the company's layout first.
        return report.report_action(self, config=False)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_danfe_allowed(self):
        """Raise UserError unless the DANFE of all these invoices may be printed."""
        for move in self:
            if not move.supplier_nfe_key:
                raise UserError(
                    self.env._(
                        "Invoice %(invoice)s has no authorised NF-e yet. Use Upload NF-e first.",
                        invoice=move.display_name,
                    )
                )
        # Cancelled invoices are checked, too: their DANFE does not show the cancellation here.
        self._filter_charged_by_supplier()._filter_not_approved()._refuse_withheld()

    def _draw_danfe(self):
        """Return this invoice's DANFE as PDF bytes.

        That of a sale on Supplier's credit is drawn once and kept, until something that it shows
        changes.

        :raise UserError: as `_check_danfe_allowed`, or naming why it cannot be drawn
        """
        self.ensure_one()
        self._check_danfe_allowed()
        content = self._get_nfe_content()
        try:
            if self._is_charged_by_supplier():
                return self._get_kept_danfe(content)
            return draw_danfe(content, **self._prepare_danfe_look())
        except DanfeProblem as error:
            raise UserError(
                self.env._(
                    "The DANFE of invoice %(invoice)s could not be drawn: %(cause)s. Its NF-e "
                    "stays authorised. Print it with the program that issued it, without the "
                    "instalments, and tell your system's maintainer about this message.",
                    invoice=self.display_name,
                    cause=str(error),
                )
            ) from error

    def _get_nfe_content(self):
        content = self.sudo().supplier_nfe_file
        if not content:
            raise UserError(
                self.env._(
                    "The DANFE of invoice %(invoice)s could not be drawn: the authorised XML of "
                    "its access key is not stored. Upload it again.",
                    invoice=self.display_name,
                )
            )
        return base64.b64decode(content)

    def _get_kept_danfe(self, content):
        note = self._prepare_danfe_note()
        options = {**self._prepare_danfe_terms(), **self._prepare_danfe_look()}
        digest = digest_inputs(content, note, **options)
        kept = self.sudo()
        if not kept.supplier_danfe_file or kept.supplier_danfe_digest != digest:
            hidden = list_hidden(content, **self._prepare_danfe_terms())
            kept.write(
                {
                    "supplier_danfe_file": base64.b64encode(
                        draw_supplier_danfe(content, note, **options)
                    ),
                    "supplier_danfe_digest": digest,
                    "supplier_danfe_hidden": "\n".join(
                        f"{name}: {sentence}" for name, sentence in hidden
                    ),
                }
            )
        return base64.b64decode(kept.supplier_danfe_file)

    def _prepare_danfe_note(self):
        """Return the note of parameter 4.2 with its tags replaced."""
        agreement = self.sudo().supplier_transaction_ids.agreement_id
        return fill_note(
            agreement.danfe_note,
            card_name=agreement.card_name,
            instalments=len(self.sudo()._get_supplier_instalments()),
            number=self._get_nfe_number(),
            issue_date=self.supplier_nfe_issue_date,
        )

    def _prepare_danfe_terms(self):
        """Return what is known of the instalments, as options of the drawing."""
        instalments = self.sudo()._get_supplier_instalments()
        # A single instalment is the invoice's total, which the DANFE has to show.
        with_amounts = len(instalments) > 1
        return {
            "instalments": [
                (instalment.due_date, instalment.amount if with_amounts else None)
                for instalment in instalments
            ],
            "invoice_date": self.invoice_date,
        }

    def _prepare_danfe_look(self):
        """Return what else the drawing shows, as options."""
        company = self.company_id.sudo()
        logo = None if company.uses_default_logo else base64.b64decode(company.logo or b"")
        return {
            "cancelled": self.supplier_sefaz_state == "cancelled",
            "logo": _prepare_logo(logo),
        }


def _prepare_logo(content):
    """Return a company's logo as PNG; None if there is none, or it is no picture (SVG)."""
    try:
        picture = Image.open(io.BytesIO(content or b"")).convert("RGBA")
    except (OSError, Image.DecompressionBombError):
        # A DANFE without logo is as good in law.
        return None
    picture.thumbnail(LOGO_SIZE)
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    return drawn.getvalue()
