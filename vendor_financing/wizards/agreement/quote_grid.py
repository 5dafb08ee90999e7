from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

# Where no bank has quoted yet: the bands in days with which the grid begins.
FIRST_BANDS = ((1, 30), (31, 60), (61, 90), (91, 180))
# How far back quotes are looked at for bands and for what stands beside, in days.
SEEN_DAYS = 90


class VendorFinancingQuoteGrid(models.TransientModel):
    """The quotes of a day typed in one grid: a row for each bank, a column for each band.

    Seed 004: the rate "varia diariamente". What is left empty writes nothing.
    """

    _name = "vendor.financing.quote.grid"
    _description = "Quotes of a Day"
    _inherit = "vendor.financing.abstract.guard"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    # {"bands": [[from, to]], "banks": [{id, name, cells}]}, a cell for each band: {bank, customer,
    # old_bank, old_customer, old_date}; rates in %, null where there is none.
    grid = fields.Json(string="Quotes")
    days_from = fields.Integer(string="From (Days)")
    days_to = fields.Integer(string="To (Days)")

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("date")
    def _compute_display_name(self):
        for grid in self:
            grid.display_name = self.env._(
                "Quotes of %(date)s", date=format_date(self.env, grid.date) if grid.date else ""
            )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_repeat(self):
        """Fill cells that are empty with the newest earlier quote of their bank and band."""
        self.ensure_one()
        content = self._read_grid()
        for bank in content["banks"]:
            for cell in bank["cells"]:
                if cell["bank"] is None and cell["customer"] is None:
                    cell.update(bank=cell["old_bank"], customer=cell["old_customer"])
        self.grid = content
        return True

    def action_add_band(self):
        """Add a column for the band that was entered.

        :raise UserError: where it is no band, or there already
        """
        self.ensure_one()
        band = [self.days_from, self.days_to]
        content = self._read_grid()
        if not 0 <= band[0] <= band[1] or band[1] == 0:
            raise UserError(self.env._("Enter from how many to how many days the new band goes."))
        if band in content["bands"]:
            raise UserError(
                self.env._(
                    "The band from %(first)s to %(last)s days is there already.",
                    first=band[0],
                    last=band[1],
                )
            )
        bands = sorted([*content["bands"], band])
        for bank in content["banks"]:
            bank["cells"].insert(bands.index(band), _make_cell())
        self.write({"grid": {**content, "bands": bands}, "days_from": 0, "days_to": 0})
        return True

    def action_save(self):
        """Store what was entered as quotes of this day, and open them.

        A quote of the day that is there already is corrected.

        :raise UserError: naming bank and band where one of both rates is missing, or none is valid
        """
        self.ensure_one()
        entered = self._get_entered()
        if not entered:
            raise UserError(
                self.env._("No quote was entered. Enter the rates of at least one bank.")
            )
        rates = self.env["vendor.financing.rate"]
        known = self._find_quotes(("date", "=", self.date))
        for key, values in entered.items():
            if quote := known.get(key):
                quote.write(values)
                continue
            agreement, first, last = key
            rates.create(
                {
                    "agreement_id": agreement.id,
                    "date": self.date,
                    "days_from": first,
                    "days_to": last,
                    **values,
                }
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "vendor_financing.vendor_financing_rate_action"
        )
        return {**action, "context": {"search_default_today": 1}}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _open_today(self):
        """Return the action of a new grid of today for the user's company."""
        grid = self.create({})
        grid.grid = grid._prepare_grid()
        return grid._get_records_action(name=grid.display_name)

    def _get_agreements(self):
        return self.env["vendor.financing.agreement"].search(
            [("company_id", "=", self.company_id.id)]
        )

    def _find_quotes(self, *domain):
        """Return the newest quotes of this company's banks: {(agreement, from, to): quote}."""
        found = self.env["vendor.financing.rate"].search(
            [("agreement_id", "in", self._get_agreements().ids), *domain],
            order="date desc, id desc",
        )
        newest = {}
        for quote in found:
            newest.setdefault((quote.agreement_id, quote.days_from, quote.days_to), quote)
        return newest

    def _prepare_grid(self):
        """Return the grid with the quotes of the day, and the newest earlier ones beside them."""
        first = fields.Date.subtract(self.date, days=SEEN_DAYS)
        today = self._find_quotes(("date", "=", self.date))
        earlier = self._find_quotes(("date", "<", self.date), ("date", ">=", first))
        bands = sorted({key[1:] for key in (*today, *earlier)}) or FIRST_BANDS
        return {
            "bands": [list(band) for band in bands],
            "banks": [
                {
                    "id": agreement.id,
                    "name": agreement.name,
                    "cells": [
                        _make_cell(today.get((agreement, *band)), earlier.get((agreement, *band)))
                        for band in bands
                    ],
                }
                for agreement in self._get_agreements()
            ],
        }

    def _read_grid(self):
        """Return the grid as it was entered.

        :raise UserError: if it is none
        """
        content = self.grid
        if not _is_grid(content):
            raise UserError(self.env._("This is no grid of quotes. Open it again from the menu."))
        return content

    def _get_entered(self):
        """Return what was entered: {(agreement, from, to): values of the quote}."""
        content = self._read_grid()
        agreements = self._get_agreements().grouped("id")
        entered = {}
        for bank in content["banks"]:
            for (first, last), cell in zip(content["bands"], bank["cells"], strict=True):
                rates = (cell["bank"], cell["customer"])
                if rates == (None, None):
                    continue
                agreement = agreements.get(bank["id"])
                if not agreement or None in rates or not all(-100 < rate < 1000 for rate in rates):
                    raise UserError(
                        self.env._(
                            "%(bank)s, %(first)s to %(last)s days: enter the bank's and the "
                            "customer's rate in %%, or leave both empty.",
                            bank=agreement.name if agreement else bank["name"],
                            first=first,
                            last=last,
                        )
                    )
                entered[(agreement, first, last)] = {
                    "bank_rate": rates[0],
                    "customer_rate": rates[1],
                }
        return entered


def _make_cell(quote=None, earlier=None):
    return {
        "bank": quote.bank_rate if quote else None,
        "customer": quote.customer_rate if quote else None,
        "old_bank": earlier.bank_rate if earlier else None,
        "old_customer": earlier.customer_rate if earlier else None,
        "old_date": fields.Date.to_string(earlier.date) if earlier else None,
    }


def _is_grid(content):
    """Return whether a value that a client sent has the form of a grid."""
    try:
        return all(
            isinstance(bank["id"], int)
            and isinstance(bank["name"], str)
            and len(bank["cells"]) == len(content["bands"])
            and all(_is_cell(cell) for cell in bank["cells"])
            for bank in content["banks"]
        ) and all(
            isinstance(first, int) and isinstance(last, int) for first, last in content["bands"]
        )
    except (KeyError, TypeError, ValueError):
        return False


def _is_cell(cell):
    return all(
        value is None or (isinstance(value, int | float) and not isinstance(value, bool))
        for value in (cell["bank"], cell["customer"], cell["old_bank"], cell["old_customer"])
    )
