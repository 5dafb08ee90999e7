import math
from datetime import timedelta

from odoo import api, fields, models

from .agreement_comparison import LIVING, MODELS

# What lives is asked about once in so many hours, whatever Supplier's events say.
ROUND_HOURS = 24


class SupplierCreditAgreement(models.Model):
    """Asking slowly, by turns, about everything that lives at Supplier.

    So a change is found whose event was lost, and one made after the backup that was restored.
    """

    _inherit = "supplier.credit.agreement"

    @api.model
    def _cron_ask_by_turns(self):
        """Query a part of what lives under each active agreement; each record once a day."""
        cron = self.env["ir.cron"]
        for agreement in self.search([("enabled", "=", True), ("queue_stopped", "=", False)]):
            for kind in LIVING:
                agreement._ask_by_turns(kind)
                if not cron._commit_progress(1):
                    return

    def _ask_by_turns(self, kind):
        """Query a part of what lives of a kind, what was asked about longest ago first."""
        self.ensure_one()
        living = [
            ("agreement_id", "=", self.id),
            ("state", "in", LIVING[kind]),
            ("code", "!=", False),
        ]
        records = self.env[MODELS[kind]]
        part = math.ceil(records.search_count(living) / ROUND_HOURS)
        before = fields.Datetime.now() - timedelta(hours=ROUND_HOURS)
        turn = records.search(
            [*living, "|", ("queried_at", "=", False), ("queried_at", "<=", before)],
            order="queried_at nulls first, id",
            limit=part,
        )
        for record in turn:
            record._query_once(f"{kind}_query")
