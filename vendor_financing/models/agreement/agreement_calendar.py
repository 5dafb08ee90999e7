from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import fields, models

# Of companies and users without a time zone.
TIME_ZONE = "America/Sao_Paulo"


class VendorFinancingAgreement(models.Model):
    """Calendar of the bank: business days, cut-off time, days between two dates."""

    _inherit = "vendor.financing.agreement"

    def _get_company_now(self):
        zone = ZoneInfo(self.company_id.partner_id.tz or self.env.user.tz or TIME_ZONE)
        return fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)

    def _get_credit_date(self, closing):
        """Return the day on which the bank credits a contract that is closed on a day.

        The same day before the cut-off time, else the next; always a business day.
        """
        self.ensure_one()
        now = self._get_company_now()
        hour = now.hour + now.minute / 60
        late = closing <= now.date() and hour >= self.cutoff_time
        return self._get_business_day(closing + timedelta(days=1) if late else closing)

    def _get_business_day(self, day):
        """Return this day, or the next one that is neither weekend nor holiday of the company."""
        holidays = self._get_holidays(day)
        while day.weekday() >= 5 or day in holidays:
            day += timedelta(days=1)
        return day

    def _get_holidays(self, first, days=45):
        """Return the holidays after a day, as the company's working calendar has them."""
        calendar = self.company_id.resource_calendar_id
        begin = datetime.combine(first, time.min)
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", (self.company_id.id, False)),
                    ("calendar_id", "in", (calendar.id, False)),
                    ("date_to", ">=", begin),
                    ("date_from", "<=", begin + timedelta(days=days)),
                ]
            )
        )
        zone = ZoneInfo(calendar.tz or TIME_ZONE)
        found = set()
        for leave in leaves:
            day = _local_date(leave.date_from, zone)
            while day <= _local_date(leave.date_to, zone):
                found.add(day)
                day += timedelta(days=1)
        return found

    def _count_days(self, first, last):
        """Return the number of days between two dates by the agreement's convention."""
        self.ensure_one()
        if self.convention != "business_252":
            return (last - first).days
        holidays = self._get_holidays(first, (last - first).days)
        days = (first + timedelta(days=n) for n in range((last - first).days))
        return sum(day.weekday() < 5 and day not in holidays for day in days)


def _local_date(moment, zone):
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()
