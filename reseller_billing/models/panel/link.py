import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

FIELD_OF_KIND = {"client": "partner_id", "contract": "contract_id", "fatura": "fatura_id"}
KIND_OF_MODEL = {
    "res.partner": "client",
    "reseller.billing.contract": "contract",
    "account.move": "fatura",
}


class ResellerBillingPanelLink(models.Model):
    """Under which id a reseller panel keeps a record, what it was told, and what it is not yet.

    A record of its own, because a client that several companies share is a different one in the
    panel of each. `known` is the panel's record as we saw it last: a change there is what differs
    from it. `told` is how ours looked when both agreed: a change here is what differs from that.
    So neither side's change comes back to it as news.
    """

    _name = "reseller.billing.panel.link"
    _description = "Record Known to the Reseller Panel"
    _order = "id desc"
    _rec_name = "reference"

    panel_id = fields.Many2one(
        comodel_name="reseller.billing.panel", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="panel_id.company_id", store=True, index=True)
    kind = fields.Selection(
        selection=[("client", "Client"), ("contract", "Contract"), ("fatura", "Fatura")],
        string="What",
        required=True,
        readonly=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    contract_id = fields.Many2one(
        comodel_name="reseller.billing.contract",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    fatura_id = fields.Many2one(
        comodel_name="account.move", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    reference = fields.Char(string="Panel ID", readonly=True)
    from_panel = fields.Boolean(string="Made in the Panel", readonly=True)
    known = fields.Json(readonly=True, groups="base.group_system")
    told = fields.Json(readonly=True, groups="base.group_system")
    key = fields.Char(
        required=True,
        readonly=True,
        default=lambda self: str(uuid.uuid4()),
        help="Idempotency key: under it the panel makes this record once, however often it is "
        "asked.",
    )
    body = fields.Json(
        readonly=True,
        groups="base.group_system",
        help="What was sent under the key, sent again unchanged until an answer comes.",
    )
    is_pending = fields.Boolean(string="To Be Sent", readonly=True)
    next_attempt = fields.Datetime(readonly=True)
    lease_until = fields.Datetime(
        readonly=True, help="Until then a worker is talking to the panel."
    )
    attempts = fields.Integer(readonly=True)
    error = fields.Text(string="Problem", readonly=True)

    _one_of_a_reference = models.UniqueIndex(
        "(panel_id, kind, reference) WHERE reference IS NOT NULL",
        "A record of the panel stands for one record here.",
    )
    _one_of_a_client = models.UniqueIndex(
        "(panel_id, partner_id) WHERE partner_id IS NOT NULL",
        "A client stands for one client of the panel.",
    )
    _one_of_a_contract = models.UniqueIndex(
        "(panel_id, contract_id) WHERE contract_id IS NOT NULL",
        "A contract stands for one contract of the panel.",
    )
    _one_of_a_fatura = models.UniqueIndex(
        "(panel_id, fatura_id) WHERE fatura_id IS NOT NULL",
        "A fatura stands for one fatura of the panel.",
    )
    _key_once = models.UniqueIndex("(key)", "An idempotency key is used once.")
    _pending_idx = models.Index("(next_attempt) WHERE is_pending IS TRUE")

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_send(self):
        """Send these again now."""
        self.check_access("write")
        links = self.sudo()
        links.panel_id.paused_until = False
        links._set_pending()
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_record(self):
        """Return the client, contract or fatura."""
        self.ensure_one()
        return self[FIELD_OF_KIND[self.kind]]

    @api.model
    def _is_in_use(self):
        """Return whether any company has a panel; costs no query."""
        return bool(self.env["reseller.billing.panel"]._get_panel_ids())

    def _ensure(self, panel, records):
        """Return the links of records, made where there are none. Nothing is queued by it."""
        kind = KIND_OF_MODEL[records._name]
        name = FIELD_OF_KIND[kind]
        links = self.sudo()
        found = links.search([("panel_id", "=", panel.id), (name, "in", records.ids)])
        missing = records - found[name]
        return found + links.create(
            [{"panel_id": panel.id, "kind": kind, name: record.id} for record in missing]
        )

    @api.model
    def _queue(self, company, records, wanted):
        """Have the company's panel told of records, those that it knows or should know.

        :param wanted: those among the records that it is told of even if it does not know them
        """
        panel = self.env["reseller.billing.panel"]._get_panel(company)
        if panel:
            if wanted:
                self._ensure(panel, wanted)
            self._queue_known(KIND_OF_MODEL[records._name], records, panel)

    @api.model
    def _queue_known(self, kind, records, panel=None):
        """Have the panels told of those records that they know."""
        domain = [("kind", "=", kind), (FIELD_OF_KIND[kind], "in", records.ids)]
        domain.append(("panel_id", "=", panel.id) if panel else ("panel_id.active", "=", True))
        self.sudo().search(domain)._set_pending()

    @api.model
    def _push(self, company, records):
        """Have the company's panel told of records, now and with every later change.

        :raise UserError: without a panel
        """
        if not self.env["reseller.billing.panel"]._get_panel(company):
            raise UserError(
                self.env._(
                    "%(company)s has no active reseller panel. The system administrator enters it "
                    "under Configuration.",
                    company=company.name,
                )
            )
        self._queue(company, records, records)

    def _set_pending(self):
        if self:
            self.write({"is_pending": True, "next_attempt": fields.Datetime.now(), "attempts": 0})
            self._trigger_delivery_once()

    # -------------------------------------------------------------------------
    # WHAT BOTH SIDES KNOW
    # -------------------------------------------------------------------------

    def _take_over(self, item, apply):
        """Apply a change of the panel; what it changes here is not told back.

        :param item: the panel's JSON, known from now on
        :param apply: function that changes the record
        """
        self.ensure_one()
        first = not self.reference
        self.reference = item["id"]
        before = self._get_wire()
        apply()
        self.known = item
        after = self._get_wire()
        told = {name: value for name, value in after.items() if value != before.get(name)}
        self.write({"told": after if first else {**(self.told or {}), **told}, "error": False})
        if not self._get_changes():
            self._clear_pending()

    def _store_answer(self, answer, body):
        """Remember how the panel's record looks after what we sent.

        :param answer: the panel's JSON
        :param body: what was sent and is told by it
        """
        self.ensure_one()
        told = self.told
        if not self.reference:
            told = {name: answer.get(name) for name in self._get_wire()}
        self.write(
            {
                "reference": answer["id"],
                "known": answer,
                "told": {**(told or {}), **body},
                "body": False,
                "attempts": 0,
                "error": False,
            }
        )

    def _clear_pending(self):
        self.write({"is_pending": False, "next_attempt": False, "attempts": 0, "error": False})
