import logging

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...const import LIVE_STATES
from ..common.moment import get_now

_logger = logging.getLogger(__name__)

# The field of the boleto's file.
PDF = "slip_pdf"


class PaymentTransaction(models.Model):
    """The fatura is e-mailed to the client as soon as it can be paid, once. Seed 003."""

    _inherit = "payment.transaction"

    charge_change_to_tell = fields.Boolean(
        readonly=True, copy=False, help="The client is e-mailed once the changed charge is there."
    )

    charge_mail_template_id = fields.Many2one(
        comodel_name="mail.template",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The e-mail that waits until the lost file of the boleto is there again.",
    )

    def _fetch_lost_slip(self, template):
        """Fetch the boleto's file again if it is not on the server any more.

        :param template: mail.template of the e-mail that waits for it
        :return: whether it is lost, and the e-mail waits
        """
        if not self or self.slip_pdf or not self.slip_url or self.charge_state not in LIVE_STATES:
            return False
        stored = self.env["ir.attachment"].search_count(
            [("res_model", "=", self._name), ("res_id", "=", self.id), ("res_field", "=", PDF)],
            limit=1,
        )
        if not stored:
            # The provider had none; the fatura is mailed with line and Pix.
            return False
        self.charge_mail_template_id = template
        if not self.charge_task:
            self._queue_charge("follow")
        return True

    def _mail_what_waited(self):
        """Send the e-mail that waited for the boleto's file."""
        if template := self.charge_mail_template_id:
            self.charge_mail_template_id = False
            self._mail(template, waits_for_file=False)

    def _mail_payable_fatura(self):
        """E-mail the fatura once its charge can be paid: it has a boleto line or a Pix.

        Both are requested again if they are missing.
        """
        if not (self.slip_line or self.pix_payload):
            return
        if self.slip_pdf:
            self._mail_what_waited()
        if self.charge_change_to_tell and self.fatura_id.fatura_mailed_at:
            if self._mail("reseller_billing.mail_template_fatura_changed"):
                self.charge_change_to_tell = False
        else:
            self._mail_fatura_once()

    def _mail_fatura_once(self):
        fatura = self.fatura_id
        if fatura.charge_id == self and not fatura.fatura_mailed_at:
            if self._mail("reseller_billing.mail_template_fatura"):
                fatura.fatura_mailed_at = get_now(self.env)

    def _mail(self, template, **options):
        """E-mail a text about the fatura; a failure undoes nothing of what the text is about.

        :param template: XML id of a mail.template, or the record
        :return: whether the mail was queued; if not, the responsible is notified
        """
        fatura = self.fatura_id
        try:
            with self.env.cr.savepoint():
                fatura._mail_fatura(template, **options)
                return True
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # All of it is tried again.
            raise
        except Exception as error:
            _logger.exception("Fatura %s could not be e-mailed", fatura.id)
            self._notify_responsible(
                self.env._("Fatura not e-mailed"),
                self.env._(
                    "%(fatura)s could not be e-mailed to %(client)s. Correct the cause, then use "
                    "E-mail again.\n%(reason)s",
                    fatura=fatura.display_name,
                    client=fatura.partner_id.display_name,
                    reason=str(error),
                ),
            )
            return False
