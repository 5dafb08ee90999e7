from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...const import MANAGER, RECEIPTS_CODES
from ...tools.activity import tell_once
from ...tools.errors import ServiceError, Unauthorized
from ...tools.http import is_header, is_safe_base_url
from ...tools.panel.client import PanelClient


class ResellerBillingPanel(models.Model):
    """Connection to a reseller panel (painel de revenda). Seed 003; the addon works without one.

    The panel's API is not public: this addon uses docs/api/reseller-panel.openapi.yaml.
    """

    _name = "reseller.billing.panel"
    _inherit = ["reseller.billing.abstract.guard", "mail.thread", "mail.activity.mixin"]
    _description = "Reseller Panel"
    _order = "company_id, id"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self.env._("Reseller panel"))
    active = fields.Boolean(default=True, tracking=True, written_by="administrator")
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        written_by="creator",
    )
    url = fields.Char(
        string="Address",
        required=True,
        tracking=True,
        help="Of the panel's API, without a slash at the end: https, and outside this network. An "
        "own sandbox on this machine is accepted while the company charges in Test Mode.",
        written_by="administrator",
    )
    token = fields.Char(
        copy=False,
        groups="base.group_system",
        help="Made in the panel.",
        written_by="administrator",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        required=True,
        default=lambda self: self.env.user,
        check_company=True,
        help="Notified of open work, and responsible for contracts made in the panel.",
        written_by="administrator",
    )
    bills_here = fields.Boolean(
        string="Bill the Panel's Contracts Here",
        help="Contracts made in the panel are billed automatically here. Otherwise their faturas "
        "are made in the panel, or here by hand.",
        written_by="administrator",
    )
    # The greatest `alteradoEm` of the imported records, as the panel wrote it.
    cursor_clientes = fields.Char(string="Clients Read Until", readonly=True, copy=False)
    cursor_contratacoes = fields.Char(string="Contracts Read Until", readonly=True, copy=False)
    cursor_faturas = fields.Char(string="Faturas Read Until", readonly=True, copy=False)
    first_success = fields.Datetime(
        readonly=True, copy=False, help="Nothing is sent before all records of the panel were read."
    )
    last_success = fields.Datetime(string="Last Synchronised", readonly=True, copy=False)
    paused_until = fields.Datetime(
        readonly=True,
        copy=False,
        help="Nothing is sent until then, because the panel did not answer.",
    )
    problem = fields.Text(
        readonly=True, copy=False, help="Why the last synchronisation stopped, and what to do."
    )
    row_count = fields.Integer(string="Needs Attention", compute="_compute_counts")
    waiting_count = fields.Integer(string="To Be Sent", compute="_compute_counts")

    _one_of_a_company = models.UniqueIndex(
        "(company_id) WHERE active IS TRUE",
        "The company already has an active reseller panel. Archive that one first.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE, CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    def _compute_counts(self):
        rows = self.env["reseller.billing.panel.row"]
        links = self.env["reseller.billing.panel.link"]
        for panel in self:
            panel.row_count = rows.search_count(
                [("panel_id", "=", panel.id), ("state", "=", "waiting")]
            )
            panel.waiting_count = links.search_count(
                [("panel_id", "=", panel.id), ("is_pending", "=", True)]
            )

    @api.constrains("url", "company_id", "active")
    def _check_url(self):
        """Refuse addresses to which the token would be sent unencrypted, or inside this network."""
        for panel in self:
            if not panel._is_url_safe():
                raise ValidationError(panel._describe_unsafe_url())

    @api.constrains("token")
    def _check_token(self):
        """Refuse tokens that are no HTTP header: the library would quote them in its error."""
        for panel in self:
            if not is_header(panel.sudo().token or ""):
                raise ValidationError(
                    self.env._(
                        "The token of %(panel)s contains a blank, a line break or a character that "
                        "no token has. Copy it again from the panel, without quotes.",
                        panel=panel.name,
                    )
                )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        panels = super().create(vals_list)
        self._clear_panel_ids()
        for panel in panels:
            panel.company_id._get_billing_consumer()
        return panels

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals or "company_id" in vals:
            self._clear_panel_ids()
        return result

    def unlink(self):
        self._clear_panel_ids()
        return super().unlink()

    def _clear_panel_ids(self):
        """Clear the cached panels: now, and once other transactions see the change."""
        registry = self.env.registry
        registry.clear_cache()
        # Until the commit another thread may read, and cache, the former panels.
        self.env.cr.postcommit.add(registry.clear_cache)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_test_connection(self):
        """Request one client of the panel; changes nothing.

        :raise UserError: what went wrong and what to do about it
        """
        self.ensure_one()
        self._check_may_connect()
        try:
            self._get_panel_client().check()
        except ServiceError as error:
            raise UserError(self._describe_failure(error)) from None
        return self._notify(self.env._("%(panel)s answers and accepts the token.", panel=self.name))

    def action_synchronise(self):
        """Import changes of the panel, and send pending records.

        :raise UserError: the failure of the import
        """
        self.ensure_one()
        self._check_may_connect()
        self._synchronise()
        self.env.invalidate_all()
        if self.problem:
            raise UserError(self.problem)
        self.env["reseller.billing.panel.link"]._trigger_delivery_once()
        return self._notify(
            self.env._(
                "%(panel)s is read. %(rows)s records need attention.",
                panel=self.name,
                rows=self.row_count,
            )
        )

    def action_open_rows(self):
        """Show records that were not imported."""
        return self._open("reseller_billing_panel_row_action")

    def action_open_links(self):
        """Show records that are linked with the panel, the pending ones first."""
        action = self._open("reseller_billing_panel_link_action")
        return {**action, "context": {"search_default_pending": 1}}

    def _open(self, name):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(f"reseller_billing.{name}")
        return {**action, "domain": [("panel_id", "in", self.ids)]}

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_panel_ids(self):
        """Return {company id: id of its active panel}; cached, because each fatura needs it."""
        panels = self.sudo().search([("active", "=", True)])
        return {panel.company_id.id: panel.id for panel in panels}

    @api.model
    def _get_panel(self, company):
        """Return the active panel of a company, or none; as superuser, because of its token."""
        return self.sudo().browse(self._get_panel_ids().get(company.id))

    def _check_may_connect(self):
        """Refuse users who only read what the panel says.

        :raise AccessError: for users who are neither managers nor system administrators
        """
        self.check_access("read")
        user = self.env.user
        if not (self.env.su or user.has_group(MANAGER) or user._is_system()):
            raise AccessError(
                self.env._(
                    "Only a manager of Subscription control may connect with %s. Ask one.",
                    self.name,
                )
            )

    def _is_url_safe(self):
        """Return whether the token may be sent: out of this network, or to a sandbox in a test."""
        self.ensure_one()
        enabled = (
            self.env["payment.provider"]
            .sudo()
            .search_count(
                Domain("code", "in", RECEIPTS_CODES)
                & Domain("state", "=", "enabled")
                & Domain("company_id", "parent_of", self.company_id.ids),
                limit=1,
            )
        )
        return is_safe_base_url(self.url, is_sandbox=not enabled)

    def _describe_unsafe_url(self):
        return self.env._(
            "The token of %(panel)s must not be sent to %(url)s. Enter an https address outside "
            "this network without user, password or question mark.",
            url=self.url,
            panel=self.name,
        )

    def _get_panel_client(self):
        """Return the client of this panel's API.

        :rtype: tools.panel.client.PanelClient
        :raise Unauthorized: without a token, or with an address that must not receive it
        """
        self.ensure_one()
        if not self._is_url_safe():
            raise Unauthorized(self._describe_unsafe_url(), cause="settings")
        token = self.sudo().token
        if not token:
            raise Unauthorized(self.env._("No token is entered."))
        return PanelClient(self.url, token)

    def _describe_failure(self, error):
        """Return what happened and what to do, with the panel's own words in the second line."""
        if error.cause == "settings":
            return str(error)
        if isinstance(error, Unauthorized):
            text = self.env._(
                "%(panel)s does not accept the token. Create one in the panel and have the "
                "system administrator enter it.",
                panel=self.name,
            )
        else:
            text = self.env._(
                "%(panel)s did not answer as expected at %(url)s. It is retried automatically; "
                "if the problem stays, check the address.",
                panel=self.name,
                url=self.url,
            )
        return f"{text}\n{error}"

    def _notify_rows(self):
        """Notify the responsible of records that were not imported; one activity for all."""
        tell_once(
            self,
            self.company_id._get_billing_responsible(self.user_id),
            self.env._("Not imported from the panel"),
            self.env._(
                "Open the rows that need attention, choose the client or correct the "
                "data, and retry."
            ),
        )
