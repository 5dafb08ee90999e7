import logging

from odoo import api, fields, models

from ..contract.title_receivable import NOT_COUNTING

_logger = logging.getLogger(__name__)

TEMPLATE = "vendor_financing.mail_template_customer_letter"
CRON = "vendor_financing.ir_cron_send_letters"


class VendorFinancingContractTitle(models.Model):
    """The letter to a customer: the instalments of all its titles in a contract, and the CET.

    The first title of a customer in a contract carries the letter. Printing takes a second each,
    so that a cron sends them, one by one.
    """

    _inherit = "vendor.financing.contract.title"

    letter_state = fields.Selection(
        selection=[("to_send", "To Send"), ("sent", "Sent"), ("failed", "Failed")],
        string="Letter",
        readonly=True,
        copy=False,
        help="Whether the customer was sent the instalments of this contract.",
    )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_told_parts(self):
        """Return the instalments of these titles that customers pay, or paid, to the bank."""
        return self.installment_ids.filtered(
            lambda part: part.state not in NOT_COUNTING | {"debited", "recovered"}
        )

    def _get_letter_titles(self):
        """Return the titles of the same customer in the same contract that the letter names."""
        self.ensure_one()
        titles = self.contract_id.title_ids.filtered(lambda one: one.partner_id == self.partner_id)
        return titles.filtered(lambda one: one._get_told_parts())

    def _get_letter_parts(self):
        """Return the instalments of the letter by due date."""
        parts = self._get_letter_titles()._get_told_parts()
        return parts.sorted(lambda part: (part.date_due, part.move_id.name or "", part.number))

    @api.model
    def _cron_send_letters(self):
        """Send the letters that were asked for, each in a transaction of its own.

        What fails is marked, and said on the contract: others do not wait for it.
        """
        waiting = self.search([("letter_state", "=", "to_send")], order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for title in waiting:
            title = title.try_lock_for_update().filtered(lambda one: one.letter_state == "to_send")
            if title:
                title._send_letter()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _send_letter(self):
        """Send this letter, and say so on the contract."""
        self.ensure_one()
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        customer = self.partner_id
        if not template or not customer.email:
            self._store_letter(
                "failed",
                self.env._(
                    "The letter to %(customer)s was not sent: %(reason)s.",
                    customer=customer.display_name,
                    reason=self.env._("the contact has no e-mail address")
                    if template
                    else self.env._("the mail template was deleted"),
                ),
            )
            return
        try:
            with self.env.cr.savepoint():
                template.send_mail(self.id)
        except Exception:
            # Whatever printing or a changed template raises, the letters behind this one go out.
            _logger.exception("Letter of title %s was not sent", self.id)
            self._store_letter(
                "failed",
                self.env._(
                    "The letter to %(customer)s could not be made. Print it on the contract to "
                    "see why.",
                    customer=customer.display_name,
                ),
            )
            return
        self._store_letter(
            "sent",
            self.env._(
                "The instalments were sent to %(customer)s, %(email)s.",
                customer=customer.display_name,
                email=customer.email,
            ),
        )

    def _store_letter(self, state, message):
        self.letter_state = state
        self.contract_id.message_post(body=message)
