from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..common.company_day import get_company_today


class VendorFinancingAgreement(models.Model):
    """How far ahead contracts and operations may be dated: a slip of the pen books years away."""

    _inherit = "vendor.financing.agreement"

    days_ahead = fields.Integer(
        default=7,
        tracking=True,
        help="How many days after today a contract may be credited, or a payment or debit dated.",
    )

    _days_ahead_range = models.Constraint(
        "CHECK (days_ahead >= 0)", "Days ahead cannot be negative."
    )

    def _check_day_ahead(self, day, record):
        """Refuse a date that is too far ahead.

        :param day: of a credit, payment or debit
        :param record: what is dated, for the message
        :raise UserError: naming the record, the date and the last one
        """
        self.ensure_one()
        last = get_company_today(self.company_id) + timedelta(days=self.days_ahead)
        if day > last:
            raise UserError(
                self.env._(
                    "%(record)s cannot be dated %(date)s: agreement %(agreement)s allows dates up "
                    "to %(last)s, %(days)s days ahead. Enter an earlier date, or have a manager "
                    "change Days Ahead on the agreement.",
                    record=record.display_name,
                    date=day,
                    agreement=self.name,
                    last=last,
                    days=self.days_ahead,
                )
            )
