import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.moment import get_now

FIELD_OF_KIND = {"client": "partner_id", "contract": "contract_id", "fatura": "fatura_id"}
KIND_OF_MODEL = {
    "res.partner": "client",
    "reseller.billing.contract": "contract",
    "account.move": "fatura",
}


class ResellerBillingPanelLink(models.Model):
    """Link of a record here with one of a reseller panel, and the outbox to the panel.

    A client that several companies share is a different one in the panel of each. `known` is the
    panel's record as it was read last: differences from it are changes there. `told` is our record
    when both agreed: differences from it are changes here. So no change returns to its side.
    """

    _name = "reseller.billing.panel.link"
    _description = "Record Linked with the Reseller Panel"
    _inherit = "reseller.billing.abstract.guard"
    _order = "id desc"
    _rec_name = "reference"
    _check_company_auto = True

    panel_id = fields.Many2one(
        comodel_name="reseller.billing.panel", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="panel_id.company_id", store=True, index=True)
    kind = fields.Selection(
        selection=[("client", "Client"), ("contract", "Contract"), ("fatura", "Fatura")],
        required=True,
        readonly=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    contract_id = fields.Many2one(
        comodel_name="reseller.billing.contract",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    fatura_id = fields.Many2one(
        comodel_name="account.move",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    reference = fields.Char(string="Panel ID", readonly=True)
    from_panel = fields.Boolean(string="Made in the Panel", readonly=True)
    known = fields.Json(readonly=True, groups="base.group_system")
    told = fields.Json(readonly=True, groups="base.group_system")
    key = fields.Char(
        required=True,
        readonly=True,
        default=lambda self: str(uuid.uuid4()),
        help="Idempotency key: under it the panel creates this record once, however often it is "
        "sent.",
    )
    body = fields.Json(
        readonly=True,
        groups="base.group_system",
        help="The body that was sent under the key; it is sent unchanged until it is answered.",
    )
    is_pending = fields.Boolean(string="To Be Sent", readonly=True)
    next_attempt = fields.Datetime(readonly=True)
    lease_until = fields.Datetime(
        readonly=True, help="Until then a worker is sending it to the panel."
    )
    attempts = fields.Integer(readonly=True)
    error = fields.Text(string="Problem", readonly=True)

    _one_of_a_reference = models.UniqueIndex(
        "(panel_id, kind, reference) WHERE reference IS NOT NULL",
        "A record of the panel is linked with one record here.",
    )
    _one_of_a_client = models.UniqueIndex(
        "(panel_id, partner_id) WHERE partner_id IS NOT NULL",
        "A client is linked with one client of the panel.",
    )
    _one_of_a_contract = models.UniqueIndex(
        "(panel_id, contract_id) WHERE contract_id IS NOT NULL",
        "A contract is linked with one contract of the panel.",
    )
    _one_of_a_fatura = models.UniqueIndex(
        "(panel_id, fatura_id) WHERE fatura_id IS NOT NULL",
        "A fatura is linked with one fatura of the panel.",
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

    def _check_clients_merged(self, clients):
        """Refuse to make one of clients who are two in a panel.

        :raise UserError: naming the clients and their ids in the panel
        """
        links = self.search([("partner_id", "in", clients.ids)], order="id")
        for panel, own in links.grouped("panel_id").items():
            if len(own) > 1:
                raise UserError(
                    self.env._(
                        "%(clients)s cannot be merged: they are different clients in panel "
                        "%(panel)s (%(references)s). Keep both contacts, as the panel does.",
                        clients=", ".join(own.partner_id.mapped("display_name")),
                        panel=panel.display_name,
                        references=", ".join(filter(None, own.mapped("reference"))) or "-",
                    )
                )

    def _get_record(self):
        """Return the client, contract or fatura."""
        self.ensure_one()
        return self[FIELD_OF_KIND[self.kind]]

    @api.model
    def _is_in_use(self):
        """Return whether any company has a panel; costs no query."""
        return bool(self.env["reseller.billing.panel"]._get_panel_ids())

    def _ensure(self, panel, records):
        """Return the links of records, created where they are missing. Nothing is queued."""
        kind = KIND_OF_MODEL[records._name]
        name = FIELD_OF_KIND[kind]
        links = self.sudo()
        found = links.search([("panel_id", "=", panel.id), (name, "in", records.ids)])
        missing = records - found[name]
        return found + links.create(
            [{"panel_id": panel.id, "kind": kind, name: record.id} for record in missing]
        )

    @api.model
    def _queue(self, company, records, new):
        """Queue records for the company's panel.

        :param new: records among them that are sent even if the panel does not know them
        """
        panel = self.env["reseller.billing.panel"]._get_panel(company)
        if panel:
            if new:
                self._ensure(panel, new)
            self._queue_known(KIND_OF_MODEL[records._name], records, panel)

    @api.model
    def _queue_known(self, kind, records, panel=None):
        """Queue those of the records that the panels know."""
        domain = [("kind", "=", kind), (FIELD_OF_KIND[kind], "in", records.ids)]
        domain.append(("panel_id", "=", panel.id) if panel else ("panel_id.active", "=", True))
        self.sudo().search(domain)._set_pending()

    @api.model
    def _push(self, company, records):
        """Send records to the company's panel, now and with each later change.

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
            self.write({"is_pending": True, "next_attempt": get_now(self.env), "attempts": 0})
            self._trigger_delivery_once()

    # -------------------------------------------------------------------------
    # SYNCHRONISATION
    # -------------------------------------------------------------------------

    def _apply_panel_item(self, item, apply):
        """Apply a change of the panel, and do not send its effects back.

        :param item: the panel's JSON, stored as known
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
        """Store the panel's record as it answered a request.

        :param answer: the panel's JSON
        :param body: the JSON that was sent
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
