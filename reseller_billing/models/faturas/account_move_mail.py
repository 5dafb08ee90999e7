import base64
from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import LIVE_STATES
from ...tools.activity import tell_once
from ..common.moment import get_now

# How long mails are tried again, how many in a run, and after which of the host's failures.
MAILED_AGAIN = timedelta(days=3)
MAILS_WATCHED = 500
REPEATED_FAILURES = (False, "unknown", "mail_smtp")
LAYOUT = "mail.mail_notification_light"
# Rendered from a template of a fatura; the recipients are not the template's.
RENDERED = ("subject", "body_html", "email_from")
# Fate of a mail by the statuses that the host has of its recipients, the worst first.
FATES = {
    "bounced": {"bounce"},
    "failed": {"exception", "canceled"},
    "outgoing": {"ready", "process", "pending"},
    "sent": {"sent"},
}


class AccountMove(models.Model):
    """Documents for clients: the PDF of a fatura, and e-mails with its boleto."""

    _inherit = "account.move"

    fatura_message_id = fields.Many2one(
        comodel_name="mail.message",
        string="Last E-mail",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    fatura_mail_state = fields.Selection(
        selection=[
            ("outgoing", "Outgoing"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("bounced", "Bounced"),
        ],
        string="E-mail",
        compute="_compute_fatura_mail_state",
        search="_search_fatura_mail_state",
        help="What became of the last e-mail about the fatura, as the mail server says.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_fatura_mail_state(self):
        # Users of faturas need not be recipients to see what became of a mail.
        for move in self:
            found = set(
                move.sudo().fatura_message_id.notification_ids.mapped("notification_status")
            )
            move.fatura_mail_state = next(
                (fate for fate, statuses in FATES.items() if found & statuses), False
            )

    def _search_fatura_mail_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted, worse = Domain.FALSE, set()
        for fate, statuses in FATES.items():
            if fate in value:
                wanted |= self._make_mail_domain(statuses) & ~self._make_mail_domain(worse)
            worse |= statuses
        if False in value:
            wanted |= ~self._make_mail_domain(worse)
        return wanted

    @staticmethod
    def _make_mail_domain(statuses):
        if not statuses:
            return Domain.FALSE
        found = Domain(
            "notification_ids", "any!", [("notification_status", "in", sorted(statuses))]
        )
        return Domain("fatura_message_id", "any!", found)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_mail_fatura(self):
        """Send the fatura to its client again.

        :raise UserError: naming documents that are no posted faturas
        """
        self.check_access("write")
        if others := self - self._filter_faturas().filtered(lambda move: move.state == "posted"):
            raise UserError(
                self.env._(
                    "%(documents)s is no issued fatura, so it is not e-mailed as one.",
                    documents=", ".join(others.mapped("display_name")),
                )
            )
        for fatura in self:
            fatura._mail_fatura("reseller_billing.mail_template_fatura")
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _mail_fatura(self, template, *, waits_for_file=True):
        """Queue an e-mail with the boleto to the fatura's client, in the client's language.

        It stands in the fatura's history, with what became of it. The invoice contact and the
        contract's further recipients get it, too. If the boleto's file is lost on the server, the
        e-mail is sent once the file is there again.

        :param template: XML id of a mail.template of account.move, or the record
        :param waits_for_file: False sends it without a file that is lost
        :raise UserError: if nobody has an e-mail address
        """
        self.ensure_one()
        if isinstance(template, str):
            template = self.env.ref(template)
        if waits_for_file and self.charge_id.sudo()._fetch_lost_slip(template):
            return
        values = template.sudo()._generate_template(self.ids, RENDERED)[self.id]
        readers = self._get_mail_recipients()
        if not readers:
            raise UserError(
                self.env._(
                    "%(fatura)s cannot be e-mailed: %(client)s has no valid e-mail address. Enter "
                    "one, then use E-mail again.",
                    fatura=self.display_name,
                    client=self.partner_id.display_name,
                )
            )
        fatura = self.sudo().with_context(
            lang=self.partner_id.lang,
            mail_notify_force_send=False,
            mail_post_autofollow=False,
            # The host would look for invoices in the boleto.
            disable_attachment_import=True,
        )
        message = fatura.message_post(
            subject=values["subject"],
            # The template escapes what it is given.
            body=Markup(values["body_html"]),  # noqa: S704
            email_from=values["email_from"],
            partner_ids=readers.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            email_layout_xmlid=LAYOUT,
            attachments=self._prepare_slip_attachments(),
        )
        self.sudo().fatura_message_id = message
        # The host sends mail once an hour; the client should not wait for it.
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(get_now(self.env))

    @api.model
    def _watch_mails(self):
        """Try e-mails of faturas and reminders again that no server took, and tell of each once.

        Called by the cron. The host leaves them as they are; after some days so does this.
        """
        mails = self.env["mail.mail"].search(
            [
                ("state", "=", "exception"),
                ("model", "=", "account.move"),
                ("mail_message_id.date", ">=", fields.Datetime.now() - MAILED_AGAIN),
            ],
            limit=MAILS_WATCHED,
        )
        for mail in mails:
            fatura = self.browse(mail.res_id).exists()
            if not fatura or fatura.fatura_message_id != mail.mail_message_id:
                continue
            fatura._tell_mail_failure(mail.failure_reason or "")
            if mail.failure_type in REPEATED_FAILURES:
                mail.mark_outgoing()

    def _tell_mail_failure(self, reason):
        """Tell the responsible that an e-mail about this fatura was not sent, once."""
        contract = self.billing_contract_id
        reader = self.company_id._get_billing_responsible(contract.user_id, self.partner_id)
        said = self.with_context(lang=reader.lang)
        tell_once(
            self,
            reader,
            said.env._("E-mail not sent"),
            said.env._(
                "The e-mail about %(fatura)s was not sent to %(client)s. If the mail server was "
                "in the way it is tried again for some days; else correct the address, then use "
                "E-mail again.\n%(reason)s",
                fatura=self.display_name,
                client=self.partner_id.display_name,
                reason=reason,
            ),
        )

    def _get_mail_recipients(self):
        """Return who is written to about this fatura, those with a valid address."""
        self.ensure_one()
        client = self.partner_id
        contact = client.browse(client.address_get(["invoice"])["invoice"])
        readers = client | contact | self.billing_contract_id.sudo().recipient_ids
        return readers.filtered("email_normalized")

    def _prepare_slip_attachments(self):
        """Return the boleto as (name, content) of an e-mail; none without one to pay."""
        pdf = self.charge_id.sudo().slip_pdf
        if not pdf or self.charge_state not in LIVE_STATES:
            return []
        return [(f"boleto-{(self.name or '').replace('/', '-')}.pdf", base64.b64decode(pdf))]

    def _get_invoice_pdf_proforma(self):
        """Return a fatura as an invoice: the host calls each one that it has not sent pro forma."""
        self.ensure_one()
        if not self._filter_faturas():
            return super()._get_invoice_pdf_proforma()
        reports = self.env["ir.actions.report"]
        name = "account.account_invoices"
        content, kind = reports._pre_render_qweb_pdf(name, self.ids, data={})
        return {
            "filename": self._get_invoice_report_filename(),
            "filetype": "pdf",
            "content": reports._get_splitted_report(name, content, kind)[self.id],
        }
