from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import format_date

from ...const import TIME_ZONE

# For so many days holidays are looked up at once.
SEEN_AHEAD = 45


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
        first, holidays = day, self._get_holidays(day)
        while day.weekday() >= 5 or day in holidays:
            day += timedelta(days=1)
            if (day - first).days > SEEN_AHEAD:
                first, holidays = day, self._get_holidays(day)
        return day

    def _get_date_warning(self, day):
        """Return a warning for the form about a day that was entered, or None on a business day."""
        following = self._get_business_day(day) if day and self.company_id else day
        if following == day:
            return None
        return {
            "warning": {
                "type": "notification",
                "title": self.env._("No business day"),
                "message": self.env._(
                    "Banks are closed on %(date)s; the next business day is %(next)s.",
                    date=format_date(self.env, day),
                    next=format_date(self.env, following),
                ),
            }
        }

    def _get_holidays(self, first, days=SEEN_AHEAD):
        """Return the holidays after a day, as the company's working calendar has them."""
        return self._get_company_holidays(self.company_id, first, days)

    @api.model
    def _get_company_holidays(self, company, first, days):
        """Return the holidays of a company in so many days after a day, as a set."""
        calendar = company.resource_calendar_id
        begin = datetime.combine(first, time.min)
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", (company.id, False)),
                    ("calendar_id", "in", (calendar.id, False)),
                    ("date_to", ">=", begin),
                    ("date_from", "<=", begin + timedelta(days=days + 1)),
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
