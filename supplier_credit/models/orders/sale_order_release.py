from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...const import MANAGER_GROUP


class SaleOrder(models.Model):
    """Releasing blocked orders by hand: by a manager, with a reason, from each block separately.

    Source: seed 001, "Bloqueio de Pedidos".
    """

    _inherit = "sale.order"

    supplier_release_ids = fields.One2many(
        comodel_name="supplier.credit.release",
        inverse_name="order_id",
        string="Manual Releases",
        readonly=True,
        copy=False,
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_open_supplier_release(self):
        """Open the wizard that releases these orders by hand."""
        return self.env["supplier.credit.release.wizard"]._get_records_action(
            name=self.env._("Release by Hand"),
            target="new",
            context={"default_order_ids": self.ids},
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _release_supplier_by_hand(self, kinds, reason):
        """Release these orders from blocks; user, time and reason are stored.

        :param kinds: kinds of `supplier.credit.release`: the blocks to release them from
        :param reason: the manager's reason
        :raise AccessError: for all but managers
        :raise UserError: without a reason, or naming an order that has no such block
        """
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._("Only a manager of Supplier credit may release a blocked order.")
            )
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the order is released; the reason stays with it."))
        releases = self.env["supplier.credit.release"].sudo()
        labels = dict(releases._fields["kind"]._description_selection(self.env))
        for order in self:
            blocks = order._get_supplier_blocks()
            released = [kind for kind in kinds if kind in blocks]
            if not released:
                raise UserError(
                    self.env._(
                        "Order %(order)s has no such block; there is nothing to release.",
                        order=order.name,
                    )
                )
            releases.create(
                [
                    {
                        "order_id": order.id,
                        "order_number": order.name,
                        "company_id": order.company_id.id,
                        "kind": kind,
                        "user_id": self.env.uid,
                        "reason": reason.strip(),
                        "bearer_id": order.preferred_payment_method_line_id.id,
                        "amount": order._get_supplier_credit_amount(),
                    }
                    for kind in released
                ]
            )
            order.message_post(
                body=self.env._(
                    "Released by hand (%(kinds)s) up to %(amount)s: %(reason)s",
                    kinds=", ".join(labels[kind] for kind in released),
                    amount=order.currency_id.format(order._get_supplier_credit_amount()),
                    reason=reason.strip(),
                )
            )
        self._update_supplier_release_state()

    def _get_supplier_released_kinds(self):
        """Return the kinds of blocks that the order is released from by hand."""
        self.ensure_one()
        releases = self.sudo().supplier_release_ids
        return {release.kind for release in releases if release._is_in_effect()}

    def _withdraw_void_supplier_releases(self):
        """Withdraw the releases that are void, because the order rose or has another bearer."""
        for release in self.sudo().supplier_release_ids:
            if not release.withdrawn_at and not release._is_in_effect():
                release.withdrawn_at = fields.Datetime.now()
                release.order_id.message_post(
                    body=self.env._(
                        "The release by %(user)s has fallen: the order has risen above "
                        "%(amount)s or has another bearer.",
                        user=release.user_id.name,
                        amount=release.currency_id.format(release.amount),
                    )
                )
