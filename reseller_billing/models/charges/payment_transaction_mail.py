import logging

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """The fatura is e-mailed to the client as soon as it can be paid, once. Seed 003."""

    _inherit = "payment.transaction"

    charge_change_to_tell = fields.Boolean(
        readonly=True, copy=False, help="The client is e-mailed once the changed charge is there."
    )

    def _mail_payable_fatura(self):
        """E-mail the fatura once its charge can be paid: it has a boleto line or a Pix.

        Both are requested again if they are missing.
        """
        if not (self.slip_line or self.pix_payload):
            return
        if self.charge_change_to_tell and self.fatura_id.fatura_mailed_at:
            if self._mail("reseller_billing.mail_template_fatura_changed"):
                self.charge_change_to_tell = False
        else:
            self._mail_fatura_once()

    def _mail_fatura_once(self):
        fatura = self.fatura_id
        if fatura.charge_id == self and not fatura.fatura_mailed_at:
            if self._mail("reseller_billing.mail_template_fatura"):
                fatura.fatura_mailed_at = fields.Datetime.now()

    def _mail(self, template):
        """E-mail a text about the fatura; a failure undoes nothing of what the text is about.

        :param template: XML id of a mail.template
        :return: whether the mail was queued; if not, the responsible is notified
        """
        fatura = self.fatura_id
        try:
            with self.env.cr.savepoint():
                fatura._mail_fatura(template)
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
