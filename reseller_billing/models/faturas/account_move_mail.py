from odoo import models
from odoo.exceptions import UserError

from ...const import LIVE_STATES


class AccountMove(models.Model):
    """Documents for clients: the PDF of a fatura, and e-mails with its boleto."""

    _inherit = "account.move"

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

    def _mail_fatura(self, template):
        """Queue an e-mail with the boleto to the fatura's client, in the client's language.

        :param template: XML id of a mail.template of account.move, or the record
        """
        self.ensure_one()
        if isinstance(template, str):
            template = self.env.ref(template)
        mail_id = template.sudo().send_mail(self.id, email_values=self._prepare_slip_values())
        # The host sends mail once an hour; the client should not wait for it.
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        self.sudo().message_post(
            body=self.env._(
                "%(template)s was e-mailed to %(email)s.",
                template=template.name,
                email=self.partner_id.email,
            )
        )
        return mail_id

    def _prepare_slip_values(self):
        """Return the values of an e-mail with the boleto attached; empty without one to pay."""
        pdf = self.charge_id.sudo().slip_pdf
        if not pdf or self.charge_state not in LIVE_STATES:
            return {}
        name = f"boleto-{(self.name or '').replace('/', '-')}.pdf"
        return {"attachments": [(name, pdf)]}

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
