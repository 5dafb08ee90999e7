from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta
from odoo import fields, models
from odoo.tools import SQL

from ...tools.api.customer import LONGEST_DELAY, MonthOfPurchases

MONTHS = 12
WHOLE = Decimal(1)


class ResPartner(models.Model):
    """Purchases and payments of customers, for Supplier's analysis. Seed 000, "Processo"."""

    _inherit = "res.partner"

    def _get_supplier_purchase_history(self, company):
        """Return the purchases and payments of these customers, of this month and the 11 before.

        The billed amount is that of posted invoices less credit notes, by invoice date. The paid
        amount is the part of the month's invoices that payments settled, not credit notes. The
        delay of a payment counts from the due date, 0 if early, weighted by amount. Sales on
        Supplier's credit are left out: Supplier knows them. Two queries for any number of partners.

        :param company: the `res.company` that they bought from
        :return: dict from partner id to `MonthOfPurchases`, oldest first; all twelve months, or
            none without any purchase
        """
        today = fields.Date.context_today(self)
        first = today.replace(day=1) - relativedelta(months=MONTHS - 1)
        self._flush_purchases()
        documents = self._get_purchases_sql(company, first, today)
        billed = {
            (partner_id, month): amount
            for partner_id, month, amount in self.env.execute_query(
                SQL(
                    """
                    SELECT move.commercial_partner_id,
                           DATE_TRUNC('month', move.invoice_date)::date,
                           SUM(move.amount_total_signed)
                      FROM account_move move
                     WHERE %s
                  GROUP BY 1, 2
                    """,
                    documents,
                )
            )
        }
        paid = {
            (partner_id, month): (amount, delay)
            for partner_id, month, amount, delay in self.env.execute_query(
                self._get_payments_sql(documents)
            )
        }
        months = [first + relativedelta(months=number) for number in range(MONTHS)]
        buyers = {partner_id for partner_id, _month in billed}
        return {
            partner_id: tuple(
                _month_of_purchases(
                    month,
                    billed.get((partner_id, month), 0),
                    *paid.get((partner_id, month), (0, 0)),
                )
                for month in months
            )
            if partner_id in buyers
            else ()
            for partner_id in self.ids
        }

    def _flush_purchases(self):
        self.flush_model(["commercial_partner_id"])
        self.env["account.move"].flush_model()
        self.env["account.move.line"].flush_model(["move_id", "display_type", "date_maturity"])
        self.env["account.partial.reconcile"].flush_model()

    def _get_purchases_sql(self, company, first, last):
        ours = tuple(self.env["account.payment.method.line"]._get_supplier_bearer_ids())
        return SQL(
            """
                move.partner_id IN (
                    SELECT id FROM res_partner WHERE commercial_partner_id IN %(partners)s
                )
            AND move.commercial_partner_id IN %(partners)s
            AND move.company_id = %(company)s
            AND move.state = 'posted'
            AND move.move_type IN ('out_invoice', 'out_refund')
            AND move.invoice_date BETWEEN %(first)s AND %(last)s
            AND COALESCE(move.preferred_payment_method_line_id, 0) NOT IN %(ours)s
            """,
            partners=tuple(self.ids) or (0,),
            company=company.id,
            first=first,
            last=last,
            ours=ours or (-1,),
        )

    def _get_payments_sql(self, documents):
        return SQL(
            """
            SELECT move.commercial_partner_id,
                   DATE_TRUNC('month', move.invoice_date)::date,
                   SUM(partial.amount),
                   SUM(partial.amount * LEAST(GREATEST(payment.date - due.date_maturity, 0),
                                              %(longest)s)) / NULLIF(SUM(partial.amount), 0)
              FROM account_move move
              JOIN account_move_line due
                ON due.move_id = move.id AND due.display_type = 'payment_term'
              JOIN account_partial_reconcile partial ON partial.debit_move_id = due.id
              JOIN account_move_line payment ON payment.id = partial.credit_move_id
              JOIN account_move payment_move ON payment_move.id = payment.move_id
             WHERE %(documents)s
               AND move.move_type = 'out_invoice'
               AND payment_move.move_type != 'out_refund'
          GROUP BY 1, 2
            """,
            longest=LONGEST_DELAY,
            documents=documents,
        )


def _month_of_purchases(month: date, billed, paid, delay):
    return MonthOfPurchases(
        month=month,
        billed=Decimal(str(billed)),
        paid=Decimal(str(paid)),
        delay=int(Decimal(str(delay or 0)).quantize(WHOLE, ROUND_HALF_UP)),
    )
