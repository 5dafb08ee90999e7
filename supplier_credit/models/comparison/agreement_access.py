from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..orders.preauthorization import LIVE_STATES

# Written, they may lead to another contract's books.
IDENTITY = {"base_url", "client_id", "environment"}
# What is lost when another contract's books are asked, by model.
LIVING = {
    "supplier.credit.preauthorization": [("state", "in", LIVE_STATES)],
    "supplier.credit.transaction": [("state", "in", ("to_send", "sent", "in_analysis", "error"))],
    "supplier.credit.post.sale": [
        ("state", "in", ("to_send", "in_analysis", "in_progress", "error"))
    ],
    "supplier.credit.message": [
        ("direction", "=", "outgoing"),
        ("state", "in", ("waiting", "sending", "unknown", "answered")),
    ],
    "supplier.credit.settlement.entry": [("state", "=", "future")],
}


class SupplierCreditAgreement(models.Model):
    """Other credentials may be another contract's: then what lives here is unknown there.

    So while something lives under an agreement they need a manager's word, and an agreement with
    living records is neither archived nor deleted.
    """

    _inherit = "supplier.credit.agreement"

    active = fields.Boolean(default=True, tracking=True)
    is_same_contract = fields.Boolean(
        string="Access to the Same Contract",
        copy=False,
        help="Tick it together with another address or client id, if these lead to the same "
        "contract at Supplier: what lives under this agreement must be known there. It is asked "
        "again for the next change.",
    )

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    def _check_access_change(self, vals):
        """Refuse other credentials, and archiving, while something lives under these agreements.

        :raise UserError: with the list of what lives, and what to do
        """
        changes_books = bool(IDENTITY & vals.keys()) and not vals.get("is_same_contract")
        is_archived = vals.get("active", True) is False
        if not changes_books and not is_archived:
            return
        for agreement in self:
            changed = [
                name
                for name in IDENTITY & vals.keys()
                if agreement[name] and agreement[name] != vals[name]
            ]
            if not changed and not is_archived:
                continue
            if not (living := agreement._describe_living()):
                continue
            if is_archived:
                raise UserError(
                    self.env._(
                        "Agreement %(agreement)s cannot be archived: %(living)s live under it. "
                        "Bring them to an end first; switched off, it takes no new sales.",
                        agreement=agreement.name,
                        living=living,
                    )
                )
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s: %(living)s live at Supplier under its present "
                    "access. With that of another contract they would be lost there, and what "
                    "waits would be sent into other books. If the new access is to the same "
                    "contract, tick “Access to the Same Contract” and save again; else make "
                    "another agreement for it.",
                    agreement=agreement.name,
                    living=living,
                )
            )

    def _check_deletion(self):
        """Refuse to delete agreements under which anything was ever sent.

        :raise UserError: naming the agreement and the way on
        """
        for agreement in self.sudo():
            if (
                self.env["supplier.credit.message"]
                .sudo()
                .search_count([("agreement_id", "=", agreement.id)], limit=1)
            ):
                raise UserError(
                    self.env._(
                        "Agreement %(agreement)s has messages to Supplier, which stay on record. "
                        "Archive it instead, once nothing lives under it.",
                        agreement=agreement.name,
                    )
                )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _describe_living(self):
        """Return what lives under this agreement, as the beginning of a sentence; '' if nothing."""
        self.ensure_one()
        labels = {
            "supplier.credit.preauthorization": self.env._("pre-authorizations"),
            "supplier.credit.transaction": self.env._("transactions in analysis"),
            "supplier.credit.post.sale": self.env._("post-sales requests"),
            "supplier.credit.message": self.env._("waiting messages"),
            "supplier.credit.settlement.entry": self.env._("transfers to come"),
        }
        parts = []
        for model, domain in LIVING.items():
            living = Domain("agreement_id", "=", self.id) & Domain(domain)
            if number := self.sudo().env[model].search_count(living):
                parts.append(f"{number} {labels[model]}")
        return ", ".join(parts)
