from odoo import api, models, tools


class SupplierCreditCustomer(models.Model):
    """The term billing block (Bloqueio de Faturamento a Prazo) of customers, and of their orders.

    Every order reads it often, and few customers have it, so the blocked ones are cached in the
    process. Source: seed 001, "Bloqueio de Pedidos com Cobrança Supplier".
    """

    _inherit = "supplier.credit.customer"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        customers = super().create(vals_list)
        if any(customer.term_billing_blocked for customer in customers):
            self._clear_term_block_cache()
        return customers

    def write(self, vals):
        blocked = vals.get("term_billing_blocked")
        changes = "term_billing_blocked" in vals and any(
            customer.term_billing_blocked != bool(blocked) for customer in self
        )
        result = super().write(vals)
        if changes:
            self._clear_term_block_cache()
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_term_blocked_keys(self):
        """Return (agreement id, CNPJ) of every customer whose term billing Supplier has blocked."""
        blocked = self.sudo().search([("term_billing_blocked", "=", True)])
        return frozenset((customer.agreement_id.id, customer.vat) for customer in blocked)

    @api.model
    def _clear_term_block_cache(self):
        """Have the blocks read again: here at once, by other threads after the commit.

        A thread that reads in between sees the blocks as they were, and must not keep them so.
        """
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    @api.model
    def _find_term_blocked(self, agreement, partner):
        """Return the credit of a partner if its term billing is blocked; empty if it is not.

        Costs no query where no customer is blocked.
        """
        blocked = self._get_term_blocked_keys()
        vat = partner.commercial_partner_id._get_supplier_vat() if blocked else ""
        if (agreement.id, vat) not in blocked:
            return self.sudo().browse()
        return self._find(agreement, partner)

    def _sync_orders_with_term_block(self):
        """Block or release the customer's open orders by its present term billing block."""
        self.ensure_one()
        self.env["sale.order"].search(
            [
                ("supplier_release_state", "!=", False),
                ("company_id", "=", self.company_id.id),
                ("partner_invoice_id", "child_of", self.partner_id.commercial_partner_id.id),
                ("state", "in", ("draft", "sent", "sale")),
                ("invoice_status", "!=", "invoiced"),
            ]
        )._update_supplier_release_state()
