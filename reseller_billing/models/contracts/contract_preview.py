from markupsafe import Markup, escape
from odoo import fields, models
from odoo.tools import format_date


class ResellerBillingContract(models.Model):
    """What is going to be billed and given back, as people read it before it happens."""

    _inherit = "reseller.billing.contract"

    def _preview_next_fatura(self):
        """Return what the next fatura of this contract bills, as a table; False if none is due."""
        month = self.next_month
        if not self._origin or self.state not in ("trial", "active") or not self.line_ids:
            return False
        if self.state == "trial" and not self.date_active:
            month = self._get_first_month(fields.Date.context_today(self))
            rows = [
                self._describe_due(line.plan_id, line._prepare_due(month, line._get_period(month)))
                for line in self.line_ids
            ]
        else:
            rows = [one.describe() for one in self._get_owed(month)] if month else []
        return self._render_rows(rows)

    def _preview_end(self, day):
        """Return what is billed and given back when this contract ends on a day."""
        unused = [self._describe_unused(one) for one in self._get_unused(day)]
        return self._render_rows([one.describe() for one in self._get_rest(day)] + unused)

    def _preview_plan(self, line, plan, quantity, price, day):
        """Return what is billed and given back when a plan is changed on a day."""
        before = fields.Date.subtract(day, days=1)
        unused = [self._describe_unused(one) for one in self._get_unused(before, line.plan_id)]
        rest = [one.describe() for one in self._get_rest(before, line)]
        new = line.new(
            {
                "contract_id": self.id,
                "plan_id": plan.id,
                "quantity": quantity,
                "price": price,
                "first_month": day.replace(day=1),
                "date_start": day,
            }
        )
        # All months that were billed before the new plan was in them; at least its first days.
        end = max(self.next_month or day, fields.Date.add(day, days=1))
        months = self._get_months_between(new.first_month, end)
        dues = [new._prepare_due(one, new._get_period(one)) for one in months if new._is_due(one)]
        return self._render_rows([*rest, *unused, *(self._describe_due(plan, due) for due in dues)])

    def _describe_due(self, plan, due):
        return plan.name, due["date_start"], due["date_end"], due["explanation"], due["amount"]

    def _describe_unused(self, one):
        name = self.env._("Credit: %s", one.due.plan_id.name)
        return name, one.days.start, one.days.end, one.explanation, -one.amount

    def _render_rows(self, rows):
        """Return a table of (plan, first day, last day, explanation, amount in BRL), with its sum.

        Without rows it says that there is nothing.
        """
        if not rows:
            return escape(self.env._("Nothing is billed and nothing is given back."))
        line = Markup(
            "<tr><td>%s</td><td class='text-nowrap'>%s - %s</td><td>%s</td>"
            "<td class='text-end text-nowrap'>%s</td></tr>"
        )
        body = Markup("").join(
            line
            % (
                plan,
                format_date(self.env, start),
                format_date(self.env, end),
                explanation or "",
                self.currency_id.format(amount),
            )
            for plan, start, end, explanation, amount in rows
        )
        total = Markup(
            "<tr class='fw-bold'><td colspan='3'>%s</td>"
            "<td class='text-end text-nowrap'>%s</td></tr>"
        ) % (self.env._("Total"), self.currency_id.format(sum(row[-1] for row in rows)))
        return Markup("<table class='table table-sm mb-0'>%s%s</table>") % (body, total)
