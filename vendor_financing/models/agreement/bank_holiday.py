import logging
from datetime import datetime, time
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ...const import MANAGER, TIME_ZONE
from ...tools.bank_days import get_bank_holidays
from ..common.company_day import get_company_today

_logger = logging.getLogger(__name__)

# Of this year and the next: contracts of a year end there.
YEARS = 2


class ResourceCalendarLeaves(models.Model):
    """Bank holidays in the company's working calendar, by which dates of contracts are counted.

    Those of the whole country are loaded, those of a town are entered by hand.
    """

    _inherit = "resource.calendar.leaves"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_load_vendor_holidays(self):
        """Load the country's bank holidays of this year and the next for the current company.

        Selected days stay as they are, and have to be of the user's companies.

        Days that the calendar has already stay as they are.

        :raise AccessError: for all but managers of Vendor financing, and other companies' days
        :raise UserError: without the library of holidays
        """
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Only a manager of Vendor financing may load bank holidays. Ask one.")
            )
        self.check_access("write")
        try:
            count = self.env.company.sudo()._load_vendor_holidays()
        except ImportError as error:
            raise UserError(
                self.env._(
                    "The Python library “holidays” is not installed on the server, so bank "
                    "holidays cannot be loaded. Have it installed, or enter them by hand."
                )
            ) from error
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s bank holidays loaded.", count=count),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_load_vendor_holidays(self):
        """Load the bank holidays of each company that has an agreement."""
        agreements = self.env["vendor.financing.agreement"].sudo().search([("active", "=", True)])
        for company in agreements.company_id:
            try:
                company._load_vendor_holidays()
            except ImportError:
                _logger.warning("The library holidays is missing: no bank holidays are loaded.")
                return


class ResCompany(models.Model):
    """Bank holidays of a company."""

    _inherit = "res.company"

    def _load_vendor_holidays(self):
        """Create the country's bank holidays that the calendar lacks; return how many.

        :raise ImportError: without the library of holidays
        """
        self.ensure_one()
        first = get_company_today(self).year
        wanted = {}
        for year in range(first, first + YEARS):
            wanted.update(get_bank_holidays(year))
        known = self.env["vendor.financing.agreement"]._get_company_holidays(
            self, min(wanted), (max(wanted) - min(wanted)).days
        )
        calendar = self.resource_calendar_id
        zone = ZoneInfo(calendar.tz or TIME_ZONE)
        missing = {day: name for day, name in wanted.items() if day not in known}
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": name,
                    "company_id": self.id,
                    "calendar_id": calendar.id,
                    "resource_id": False,
                    "date_from": _to_utc(datetime.combine(day, time.min), zone),
                    "date_to": _to_utc(datetime.combine(day, time(23, 59, 59)), zone),
                }
                for day, name in sorted(missing.items())
            ]
        )
        return len(missing)


def _to_utc(moment, zone):
    return moment.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
