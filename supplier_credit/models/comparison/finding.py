import json

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...const import MANAGER_GROUP
from ..common.for_each import for_each


class SupplierCreditFinding(models.Model):
    """Something at Supplier that is unknown here, or that cannot be read.

    It comes of the comparison after a restored backup, and of statements. It stays until somebody
    takes it over or sets it aside, or until it is known here.
    """

    _name = "supplier.credit.finding"
    _description = "Found at Supplier"
    _inherit = [
        "supplier.credit.abstract.guard",
        "supplier.credit.abstract.state",
        "mail.thread",
    ]
    _check_company_auto = True
    _order = "state desc, id desc"
    _rec_name = "code"
    _transitions = {"done": {"open"}, "open": {"done"}}

    agreement_id = fields.Many2one(
        comodel_name="supplier.credit.agreement",
        required=True,
        readonly=True,
        check_company=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=[
            ("preauthorization", "Pre-authorization"),
            ("transaction", "Transaction"),
            ("post_sale", "Post-sales request"),
            ("entry", "Entry of the statement"),
        ],
        required=True,
        readonly=True,
    )
    code = fields.Char(string="Supplier's Code", required=True, readonly=True)
    reference = fields.Char(
        readonly=True, help="The order's number, the NF-e's key, or the sale's code at Supplier."
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True, index="btree_not_null"
    )
    amount = fields.Monetary(readonly=True)
    supplier_state = fields.Char(string="State at Supplier", readonly=True)
    problem = fields.Text(string="What Happened and What to Do", required=True, readonly=True)
    body = fields.Text(string="As Supplier Sent It", readonly=True, groups=MANAGER_GROUP)
    # open ⇄ done
    state = fields.Selection(
        selection=[("open", "To Decide"), ("done", "Done")],
        required=True,
        readonly=True,
        default="open",
        index=True,
        tracking=True,
    )

    _code_unique = models.Constraint(
        "UNIQUE (agreement_id, kind, code)", "A record of Supplier is listed once."
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_set_aside(self):
        """Say that nothing is to be done about these findings here.

        :return: see `for_each`
        :raise AccessError: for users who are no managers
        """
        self._check_manager()
        return for_each(self.sudo(), lambda finding: finding._set_aside())

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_manager(self):
        """Refuse users who are no managers, and those who may not read these findings."""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._(
                    "Only managers of Supplier Credit decide what becomes of what was found at "
                    "Supplier. Ask one about %(findings)s.",
                    findings=", ".join(self.mapped("code")),
                )
            )

    def _set_aside(self):
        if self.state == "open":
            self._move_to("done")
            user = self.env.user.name
            self.message_post(body=self.env._("Set aside by %(user)s.", user=user))

    @api.model
    def _report(self, agreement, kind, code, **values):
        """List something once; what was decided before stays decided.

        :param kind: a key of the field
        :param code: Supplier's own
        :param values: those of the other fields
        :return: the finding if it is new, else empty
        """
        known = self.search(
            [("agreement_id", "=", agreement.id), ("kind", "=", kind), ("code", "=", code)]
        )
        if known:
            return self.browse()
        return self.create({"agreement_id": agreement.id, "kind": kind, "code": code, **values})

    @api.model
    def _end(self, agreement, kind, codes):
        """End the findings about records that are known here now, or hold nothing any more."""
        ended = self.search(
            [
                ("agreement_id", "=", agreement.id),
                ("kind", "=", kind),
                ("code", "in", list(codes)),
                ("state", "=", "open"),
            ]
        )
        ended._move_to("done")

    @api.model
    def _dump(self, body):
        # Escaped, so that it can be stored whatever it holds.
        return json.dumps(body, indent=1, default=str)[:10000]
