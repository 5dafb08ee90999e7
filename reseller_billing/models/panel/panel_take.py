from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.panel.data import read_client, read_invoice, read_subscription


class ResellerBillingPanel(models.Model):
    """Panel → ERP: import of a client, a contratação and a fatura.

    Each `_apply_…` imports one record or raises; its changes are undone then.
    """

    _inherit = "reseller.billing.panel"

    def _apply_item(self, kind, item, row):
        """Create or update the record of a panel's record.

        :param kind: client, contract or fatura
        :param item: the panel's JSON
        :param row: with a user's choice, or an empty record
        :raise UserError, ClientConflict, ValueError: the reason why it cannot be imported
        """
        match kind:
            case "client":
                self._apply_client(item, row)
            case "contract":
                self._apply_contract(item, row)
            case "fatura":
                self._apply_fatura(item, row)

    # -------------------------------------------------------------------------
    # CLIENTS
    # -------------------------------------------------------------------------

    def _apply_client(self, item, row):
        """Create or update a client.

        :param item: the panel's JSON
        :param row: with a user's choice, or an empty record
        :raise ClientConflict: several clients could be meant
        """
        data = read_client(item)
        link = self._find_link("client", item)
        before = read_client(link.known) if link.known else None
        partner = link.partner_id or self._find_client(data, row)
        created = not partner
        if created:
            partner = partner._create_billing_client(data, self.company_id)
        link = link._ensure(self, partner)

        def apply():
            if not created:
                partner._merge_billing_client(data, before)
            if not partner.customer_rank:
                partner._increase_rank("customer_rank")
            if data.active != (before.active if before else True):
                partner.message_post(body=self._describe_activity(data))

        link._apply_panel_item(item, apply)

    def _find_client(self, data, row):
        partners = self.env["res.partner"]
        if row.choice == "new":
            return partners
        return row._get_chosen_client() or partners._find_billing_client(
            data, self.company_id, self._filter_linked_clients
        )

    def _filter_linked_clients(self, partners):
        """Return those of some partners that the panel knows."""
        return (
            self.env["reseller.billing.panel.link"]
            .search(
                [
                    ("panel_id", "=", self.id),
                    ("partner_id", "in", partners.ids),
                    ("reference", "!=", False),
                ]
            )
            .partner_id
        )

    def _describe_activity(self, data):
        if data.active:
            return self.env._("Active again in %(panel)s.", panel=self.name)
        return self.env._(
            "Inactive in %(panel)s. Nothing is changed here: contracts and faturas stay.",
            panel=self.name,
        )

    # -------------------------------------------------------------------------
    # CONTRACTS
    # -------------------------------------------------------------------------

    def _apply_contract(self, item, row):
        """Create a contract, or move it to its state.

        :raise UserError: naming what is missing for the state
        """
        data = read_subscription(item)
        link = self._find_link("contract", item)
        before = read_subscription(link.known) if link.known else None
        contract = link.contract_id
        if not contract:
            partner = self._find_record(
                "client",
                data.client,
                self.env._("Client %s of the panel was not imported yet.", data.client),
            )
            contract = self._find_open_contract(partner, data.plan)
        created = not contract
        if created:
            contract = contract.create(self._prepare_contract(partner, data))
        link = link._ensure(self, contract)
        link.from_panel = link.from_panel or created

        def apply():
            if not before or before.state != data.state:
                contract._apply_panel_state(data.state)

        link._apply_panel_item(item, apply)
        if created and data.plan and not contract.line_ids:
            contract.message_post(
                body=self.env._(
                    "%(panel)s calls the plan %(plan)s, which does not exist here. Choose the "
                    "plan to have it billed automatically.",
                    panel=self.name,
                    plan=data.plan,
                )
            )

    def _find_plan(self, name):
        plans = self.env["reseller.billing.plan"]
        if not name:
            return plans
        return plans.search(
            [("company_id", "=", self.company_id.id), ("name", "=ilike", name)], limit=1
        )

    def _find_open_contract(self, partner, plan):
        """Return a client's open contract for a plan that the panel does not know yet."""
        contracts = self.env["reseller.billing.contract"].search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", self.company_id.id),
                ("state", "!=", "cancelled"),
                ("line_ids.plan_id", "in", self._find_plan(plan).ids)
                if self._find_plan(plan)
                else ("has_plan", "=", False),
            ]
        )
        links = self.env["reseller.billing.panel.link"].search(
            [("contract_id", "in", contracts.ids), ("reference", "!=", False)]
        )
        return (contracts - links.contract_id)[:1]

    def _prepare_contract(self, partner, data):
        plan = self._find_plan(data.plan)
        values = {
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "user_id": self.user_id.id,
            "date_start": data.start,
        }
        if data.due_day:
            # Issued on the first, due on the day that the panel says.
            values |= {"billing_day": 1, "due_days": data.due_day - 1}
        if plan:
            line = {"plan_id": plan.id}
            if data.amount is not None:
                line["price"] = float(data.amount)
            values["line_ids"] = [(0, 0, line)]
        return values

    # -------------------------------------------------------------------------
    # FATURAS
    # -------------------------------------------------------------------------

    def _apply_fatura(self, item, row):
        """Create a posted fatura, or apply changes to it.

        :raise UserError: naming the fatura and the decision of a user
        """
        data = read_invoice(item)
        link = self._find_link("fatura", item)
        before = read_invoice(link.known) if link.known else None
        fatura = link.fatura_id or self._find_charged_fatura(data)
        if fatura:
            link = link._ensure(self, fatura)
            link._apply_panel_item(item, lambda: fatura._apply_panel_changes(data, before or data))
            return
        if data.state == "CANCELADA":
            # It was never here, and is not owed.
            return
        contract = self._find_record(
            "contract",
            data.subscription,
            self.env._("Contract %s of the panel was not imported yet.", data.subscription),
        )
        one_off = row.choice == "one_off" or self._is_further_fatura(contract, data)
        fatura = fatura._create_from_panel(contract, data, one_off)
        link = link._ensure(self, fatura)
        link.from_panel = True
        link._apply_panel_item(item, lambda: fatura._issue_from_panel(self, data))

    def _find_charged_fatura(self, data):
        """Return the fatura whose charge the panel names, or none."""
        if not data.charge:
            return self.env["account.move"]
        fatura = (
            self.env["payment.transaction"]
            .search(
                [
                    ("provider_reference", "=", data.charge),
                    ("fatura_id", "!=", False),
                    ("company_id", "=", self.company_id.id),
                ],
                limit=1,
            )
            .fatura_id
        )
        other = self.env["reseller.billing.panel.link"].search(
            [("panel_id", "=", self.id), ("fatura_id", "=", fatura.id), ("fatura_id", "!=", False)]
        )
        if other.reference:
            raise UserError(
                self.env._(
                    "Charge %(charge)s belongs to %(fatura)s already, which is %(other)s in the "
                    "panel. Cancel one of the two in the panel.",
                    charge=data.charge,
                    fatura=fatura.display_name,
                    other=other.reference,
                )
            )
        return fatura

    def _is_further_fatura(self, contract, data):
        """Return whether the panel made several faturas of a contract's month.

        :raise UserError: if the other one was made here, and may be the same
        """
        domain = (
            Domain("billing_contract_id", "=", contract.id)
            & Domain("move_type", "=", "out_invoice")
            & Domain("state", "!=", "cancel")
            & Domain("is_one_off_fatura", "=", False)
            & Domain("reference_month", "=", data.month)
            & Domain("reference_year", "=", data.year)
        )
        other = self.env["account.move"].search(domain, limit=1)
        if not other:
            return False
        link = self.env["reseller.billing.panel.link"].search(
            [("panel_id", "=", self.id), ("fatura_id", "=", other.id)]
        )
        if link.from_panel:
            return True
        raise UserError(
            self.env._(
                "%(fatura)s was made here for %(month)s/%(year)s, and %(code)s in the panel. If "
                "they are the same, cancel one of them; if both are owed, import this one as a "
                "one-off fatura.",
                fatura=other.display_name,
                month=data.month,
                year=data.year,
                code=data.code,
            )
        )
