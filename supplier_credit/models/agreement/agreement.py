import logging
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...const import MANAGER_GROUP
from ...tools.api.client import Connection, SupplierClient, is_acceptable_url
from ...tools.api.errors import SupplierError

_logger = logging.getLogger(__name__)


class SupplierCreditAgreement(models.Model):
    """A contract with Supplier and its numbered parameters (Parâmetros de Integração Supplier).

    Source: seeds 000 to 002; the numbers are the users' own.
    """

    _name = "supplier.credit.agreement"
    _description = "Agreement with Supplier"
    _inherit = ["supplier.credit.abstract.guard", "mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _order = "company_id, name, id"

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        written_by="creator",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Supplier's Contact",
        required=True,
        check_company=True,
        tracking=True,
        help="The partner on Supplier's receivables: the administrator of the credit.",
    )
    enabled = fields.Boolean(
        string="Active",
        # A duplicate has no credentials yet.
        copy=False,
        tracking=True,
        help="While it is switched off, nothing is sent, and sales with the bearers of this "
        "agreement are refused with a message. Switch it on once the contract is signed.",
    )
    bearer_ids = fields.One2many(
        comodel_name="account.payment.method.line",
        inverse_name="supplier_agreement_id",
        string="Bearers",
    )

    # 1 Connection
    environment = fields.Selection(
        selection=[("sandbox", "Sandbox"), ("production", "Production")],
        required=True,
        default="sandbox",
        tracking=True,
        help="Production accepts only NF-e of SEFAZ's production environment.",
    )
    # The client secret is sent there.
    base_url = fields.Char(
        string="Address",
        copy=False,
        tracking=True,
        written_by="administrator",
        help="Up to and including the version, for example https://partner.example.com/api/v1. "
        "Only https, except to a sandbox on this very machine. System administrators enter it.",
    )
    client_id = fields.Char(string="Client ID", copy=False, tracking=True)
    client_secret = fields.Char(groups="base.group_system", copy=False)
    timeout = fields.Integer(
        default=20, required=True, help="Seconds to wait for an answer, 1 to 120."
    )
    parallel_requests = fields.Integer(
        default=4,
        required=True,
        help="How many messages one worker sends to Supplier at the same time, 1 to 32. Messages "
        "about one document are always sent one after another.",
    )
    webhook_secret = fields.Char(
        groups="base.group_system",
        copy=False,
        help="Supplier signs its events with this secret. Without it every event is refused.",
    )
    webhook_token = fields.Char(
        readonly=True,
        groups="base.group_system",
        copy=False,
        default=lambda self: secrets.token_urlsafe(24),
    )
    webhook_url = fields.Char(
        string="Webhook Address",
        compute="_compute_webhook_url",
        compute_sudo=True,
        groups=MANAGER_GROUP,
        help="Give this address to Supplier, which sends an event to it when something changes.",
    )

    _timeout_range = models.Constraint(
        "CHECK (timeout BETWEEN 1 AND 120)",
        "The timeout is a number of seconds from 1 to 120.",
    )
    _parallel_range = models.Constraint(
        "CHECK (parallel_requests BETWEEN 1 AND 32)",
        "Parallel requests are a number from 1 to 32.",
    )
    _webhook_token_unique = models.Constraint(
        "UNIQUE (webhook_token)", "Two agreements cannot share a webhook address."
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("webhook_token")
    def _compute_webhook_url(self):
        for agreement in self:
            agreement.webhook_url = (
                f"{agreement.get_base_url()}/supplier_credit/webhook/{agreement.webhook_token}"
            )

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("base_url", "environment")
    def _check_base_url(self):
        for agreement in self.filtered("base_url"):
            production = agreement.environment == "production"
            if not is_acceptable_url(agreement.base_url, production=production):
                raise ValidationError(
                    self.env._(
                        "Agreement %(agreement)s: the address %(address)s cannot be used. It "
                        "must begin with https://, hold neither user, password nor query, and in "
                        "production lie on the internet. Plain http is only for a sandbox on this "
                        "very machine.",
                        agreement=agreement.name,
                        address=agreement.base_url,
                    )
                )

    @api.constrains("enabled", "base_url", "client_id", "client_secret")
    def _check_credentials(self):
        for agreement in self.sudo().filtered("enabled"):
            if not (agreement.base_url and agreement.client_id and agreement.client_secret):
                raise ValidationError(
                    self.env._(
                        "Agreement %(agreement)s cannot be active without address, client id and "
                        "client secret. A system administrator enters them as Supplier gave them.",
                        agreement=agreement.name,
                    )
                )

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    def write(self, vals):
        self._check_booking_kept(vals)
        self._check_access_change(vals)
        if vals.get("is_same_contract"):
            # It is the word for this change, not for the next.
            vals = {**vals, "is_same_contract": False}
        result = super().write(vals)
        self._resume_queue_after(vals)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_deletion()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_test_connection(self):
        """Request a token from Supplier; if it comes, sending that had stopped is resumed.

        :return: a notification
        :raise UserError: why there is no token, and what to do
        """
        self.ensure_one()
        self.check_access("write")
        try:
            SupplierClient(self._get_connection()).check()
        except SupplierError as error:
            _logger.info("Test connection of agreement %s: %s", self.id, error.kind)
            raise UserError(self._describe_error(error)) from error
        self._resume_queue()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Connection works"),
                "message": self.env._(
                    "Supplier accepted the credentials of agreement %(agreement)s.",
                    agreement=self.name,
                ),
            },
        }

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_bearers(self):
        """Return the agreement's bearers, and those that name none if it is the only active one."""
        self.ensure_one()
        bearers = self.bearer_ids
        # The bearers of all companies are known, those of others not readable.
        known = bearers.sudo().browse(bearers._get_supplier_bearer_ids())
        unnamed = known.filtered(
            lambda bearer: not bearer.supplier_agreement_id and bearer.company_id == self.company_id
        )
        if unnamed and unnamed[0]._find_supplier_agreements(self.company_id) == self:
            bearers |= unnamed.with_env(self.env)
        return bearers

    def _get_connection(self):
        """Return the `Connection` to Supplier; the only place that reads the secret."""
        self.ensure_one()
        private = self.sudo()
        return Connection(
            base_url=self.base_url,
            client_id=private.client_id or "",
            client_secret=private.client_secret or "",
            timeout=self.timeout,
        )

    def _post_bearer_note(self, text):
        """Post a note about a bearer on these agreements, whatever the user may write there."""
        for agreement in self.sudo():
            agreement.message_post(body=text)

    def _describe_error(self, error):
        """Return what a failed call means to the user and what to do, without technical text.

        :param error: a `SupplierError`
        """
        self.ensure_one()
        values = {"agreement": self.name, "address": self.base_url}
        match error.kind:
            case "rejected":
                return self.env._(
                    "Supplier refused the request (%(status)s): %(reason)s Correct the data and "
                    "send again.",
                    status=error.status,
                    reason=error.reason,
                )
            case "unauthorized":
                return self.env._(
                    "Supplier refused the credentials of agreement %(agreement)s. Correct client "
                    "id and client secret, then use Test connection.",
                    **values,
                )
            case "outcome_unknown":
                return self.env._(
                    "Supplier did not answer in time at %(address)s. It may have received the "
                    "message, so its state is queried before anything is sent again.",
                    **values,
                )
            case "wrong_address":
                return self.env._(
                    "What answers at %(address)s does not speak as Supplier does. Nothing was "
                    "sent. Correct the address of agreement %(agreement)s, then use Test "
                    "connection.",
                    **values,
                )
            case "malformed_answer":
                return self.env._(
                    "Supplier answered something that cannot be read. The answer is kept with the "
                    "message and nothing was changed. Retry the message; if it stays so, tell "
                    "Supplier."
                )
        return self.env._(
            "Supplier cannot be reached at %(address)s. Nothing was sent. If the address of "
            "agreement %(agreement)s is right, wait: sending is repeated by itself.",
            **values,
        )
