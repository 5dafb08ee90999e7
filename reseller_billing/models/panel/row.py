from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import TIME_ZONE
from ...tools.attempts import get_pause
from ..common.moment import get_now

# Minutes until the next attempt; the last one again and again.
PAUSES = (0, 15, 60, 240)


class ResellerBillingPanelRow(models.Model):
    """A record of the panel that was not imported: stored and retried, never dropped."""

    _name = "reseller.billing.panel.row"
    _description = "Record of the Reseller Panel Not Imported"
    _inherit = ["reseller.billing.abstract.guard", "reseller.billing.abstract.state"]
    _order = "id desc"
    _check_company_auto = True
    _transitions = {
        # Again, once the panel changes it.
        "waiting": {"done", "ignored"},
        "done": {"waiting"},
        "ignored": {"waiting"},
    }

    panel_id = fields.Many2one(
        comodel_name="reseller.billing.panel", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="panel_id.company_id", store=True, index=True)
    resource = fields.Selection(
        selection=[
            ("clientes", "Client"),
            ("contratacoes", "Contract"),
            ("faturas", "Fatura"),
        ],
        string="Kind",
        required=True,
        readonly=True,
    )
    reference = fields.Char(string="Panel ID", required=True, readonly=True)
    name = fields.Char(readonly=True)
    payload = fields.Json(
        readonly=True,
        groups="reseller_billing.reseller_billing_group_manager",
        help="The panel's record as it was read last.",
    )
    error = fields.Text(string="Problem", readonly=True)
    state = fields.Selection(
        selection=[("waiting", "Waiting"), ("done", "Done"), ("ignored", "Nothing to do")],
        required=True,
        readonly=True,
        default="waiting",
    )
    attempts = fields.Integer(readonly=True)
    next_attempt = fields.Datetime(readonly=True, default=lambda self: get_now(self.env))
    candidate_ids = fields.Many2many(
        comodel_name="res.partner", string="Could Be", readonly=True, check_company=True
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Is This Client",
        check_company=True,
        domain=[("parent_id", "=", False)],
        help="The client here that is meant.",
    )
    choice = fields.Selection(
        selection=[("new", "A new client"), ("one_off", "A one-off fatura")],
        string="Import As",
        help="A new client besides those it could be, or a further fatura of the month.",
    )

    _one_of_a_record = models.UniqueIndex(
        "(panel_id, resource, reference)", "A record of the panel is listed once."
    )
    _waiting_idx = models.Index("(panel_id, next_attempt) WHERE state = 'waiting'")

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_retry(self):
        """Retry these rows now, with the choices of the user."""
        self.check_access("write")
        for row in self.sudo():
            panel = row.panel_id.with_context(allowed_company_ids=row.company_id.ids, tz=TIME_ZONE)
            panel = panel.with_company(row.company_id)
            panel._process_item(row.resource, row.payload, row.with_env(panel.env))
        return True

    def action_ignore(self):
        """Ignore these rows until the panel changes their records."""
        self.check_access("write")
        self.sudo().filtered(lambda row: row.state == "waiting")._move_to("ignored")
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _store(self, panel, resource, item, text, candidates=None):
        """Create or update the row of a record that was not imported, with the reason."""
        row = self._find(panel, resource, item["id"])
        attempts = row.attempts + 1 if row.state == "waiting" else 1
        values = {
            "payload": item,
            "name": str(item.get("nome") or item.get("descricao") or item.get("plano") or "")[:120],
            "error": text,
            "attempts": attempts,
            "next_attempt": get_now(self.env) + get_pause(attempts, PAUSES),
            "candidate_ids": [fields.Command.set(candidates.ids if candidates else [])],
        }
        if row:
            row._move_to("waiting", **values)
            return
        self.create({"panel_id": panel.id, "resource": resource, "reference": item["id"], **values})
        panel._notify_rows()

    @api.model
    def _get_listed(self, panel, resource):
        """Return {panel's id: JSON} of waiting and ignored rows, as it was then."""
        rows = self.search(
            [
                ("panel_id", "=", panel.id),
                ("resource", "=", resource),
                ("state", "!=", "done"),
            ]
        )
        return {row.reference: row.payload for row in rows}

    @api.model
    def _close(self, panel, resource, reference):
        """Close the row of a record that was imported."""
        row = self._find(panel, resource, reference)
        if row.state == "waiting":
            row._move_to("done", error=False)

    @api.model
    def _find(self, panel, resource, reference):
        return self.search(
            [
                ("panel_id", "=", panel.id),
                ("resource", "=", resource),
                ("reference", "=", reference),
            ],
            limit=1,
        )

    def _get_chosen_client(self):
        """Return the client that a user chose, or none.

        :raise UserError: if the panel knows that client as another one, or it is no client
        """
        partner = self.partner_id
        if partner:
            partner._check_may_be_client(self.name or self.reference)
            other = self.env["reseller.billing.panel.link"].search(
                [
                    ("panel_id", "=", self.panel_id.id),
                    ("partner_id", "=", partner.id),
                    ("reference", "not in", (False, self.reference)),
                ],
                limit=1,
            )
            if other:
                raise UserError(
                    self.env._(
                        "%(client)s is %(other)s in the panel, not %(this)s. Choose another "
                        "client, or merge the two in the panel.",
                        client=partner.display_name,
                        other=other.reference,
                        this=self.reference,
                    )
                )
        return partner
