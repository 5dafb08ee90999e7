import functools
import logging
import time

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import LockError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying
from psycopg2 import IntegrityError

from ...const import TIME_ZONE
from ...tools.errors import ServiceError
from ...tools.panel.data import filter_past
from ..common.moment import get_now
from .res_partner_matching import ClientConflict

_logger = logging.getLogger(__name__)

# In this order: a contract needs its client, a fatura its contract. With the kind of their links.
RESOURCES = {"clientes": "client", "contratacoes": "contract", "faturas": "fatura"}
# Time limit of the button; the cron continues.
BUTTON_SECONDS = 40


def list_moments(items):
    """Return when some records of the panel were changed, in their order."""
    return [item["alteradoEm"] for item in items]


class ResellerBillingPanel(models.Model):
    """Panel → ERP: import of changes since the cursor, page by page.

    A page is read without an open transaction, imported in one of its own, and the cursor moves
    with it, so that a failure loses and repeats nothing. Records that cannot be imported are
    stored as rows, and do not stop the others.
    """

    _inherit = "reseller.billing.panel"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_read_all(self):
        """Have all records of the panel read again; what is here already stays as it is."""
        self.ensure_one()
        self._check_may_connect()
        self.sudo().write({f"cursor_{resource}": False for resource in RESOURCES})
        self.env.ref("reseller_billing.ir_cron_synchronise_panels").sudo()._trigger(
            get_now(self.env)
        )
        return self._notify(self.env._("All of %(panel)s is being read again.", panel=self.name))

    # -------------------------------------------------------------------------
    # SYNCHRONISING
    # -------------------------------------------------------------------------

    @api.model
    def _cron_synchronise(self):
        """Read all active panels, until done or out of time."""
        # Crons have no time zone of their own.
        self = self.with_context(tz=TIME_ZONE)
        cron = self.env["ir.cron"]
        panels = self.search([("active", "=", True)])
        left = cron._commit_progress(remaining=len(panels))
        deadline = time.monotonic() + left
        for panel_id in panels.ids:
            self.browse(panel_id)._synchronise(deadline - time.monotonic())
            if not cron._commit_progress(1):
                break

    def _synchronise(self, seconds=BUTTON_SECONDS):
        """Import changes of the panel. Failures are stored on the panel's record.

        :param seconds: after them nothing new is begun; the cron continues
        """
        self.ensure_one()
        deadline = time.monotonic() + seconds
        try:
            done = all([self._pull(resource, deadline) for resource in RESOURCES])
            values = {"problem": False}
            if done:
                now = get_now(self.env)
                values |= {"last_success": now, "first_success": self.first_success or now}
        except ServiceError as error:
            done, values = True, {"problem": self._describe_failure(error)}
        except LockError:
            # Another job reads the same panel at the moment; what it left is read afterwards.
            done, values = False, {}
        except Exception as error:
            _logger.exception("Panel %s could not be read", self.id)
            done, values = True, {"problem": str(error)}
        if values:
            self._in_own_transaction(lambda panel: panel.write(values))
        if not done:
            self.env.ref("reseller_billing.ir_cron_synchronise_panels").sudo()._trigger(
                get_now(self.env)
            )

    @api.model
    def _forget_read(self):
        """Have all panels read again before anything is sent: they may have what is not here."""
        panels = self.search([("active", "=", True)])
        panels.first_success = False
        self.env.ref("reseller_billing.ir_cron_synchronise_panels").sudo()._trigger(
            get_now(self.env)
        )

    def _pull(self, resource, deadline):
        """Import the pages of a resource, then retry rows.

        :return: whether all was read
        :raise ServiceError: the failure of a request; imported pages stay
        """
        client = self._get_panel_client()
        # One that is after now would find nothing any more: all is read again then.
        since = next(iter(filter_past([self[f"cursor_{resource}"] or ""])), None) or None
        page, more = 1, True
        while more:
            if time.monotonic() > deadline:
                return False
            items, more = client.list_records(resource, since, page)
            if not items:
                break
            self._in_own_transaction(
                lambda panel, items=items: panel._process_page(resource, items)
            )
            last = next(iter(filter_past(list_moments(items))[-1:]), since)
            # Each page starts from the last moment, so that changes meanwhile shift no page. Only
            # where a whole page has one moment the next page number is requested.
            page = page + 1 if last == since else 1
            since = last
        self._in_own_transaction(lambda panel: panel._retry_rows(resource))
        return True

    def _in_own_transaction(self, function):
        """Call a function with this panel as superuser in its company; committed, or not at all."""
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            panel = env[self._name].browse(self.id)
            context = {
                "allowed_company_ids": panel.company_id.ids,
                "lang": panel.user_id.lang,
                "tz": TIME_ZONE,
            }
            panel = panel.with_context(**context)
            return retrying(functools.partial(function, panel), env)

    # -------------------------------------------------------------------------
    # TAKING OVER
    # -------------------------------------------------------------------------

    def _process_page(self, resource, items):
        """Import records of one kind, and move the cursor to the last."""
        self.lock_for_update()
        links = self.env["reseller.billing.panel.link"].search(
            [
                ("panel_id", "=", self.id),
                ("kind", "=", RESOURCES[resource]),
                ("reference", "in", [item["id"] for item in items]),
            ]
        )
        known = {link.reference: link.known for link in links}
        # Rows are retried in their time, and ignored ones stay ignored.
        listed = self.env["reseller.billing.panel.row"]._get_listed(self, resource)
        for item in items:
            if item not in (known.get(item["id"]), listed.get(item["id"])):
                self._process_item(resource, item)
        past = filter_past(list_moments(items))
        if past:
            self[f"cursor_{resource}"] = past[-1]

    def _process_item(self, resource, item, row=None):
        """Import one record in a savepoint; a failed one is stored as a row.

        :param item: the panel's JSON
        :param row: reseller.billing.panel.row that is retried, with a user's choice
        :return: whether it was imported
        """
        rows = self.env["reseller.billing.panel.row"]
        try:
            with self.env.cr.savepoint():
                self._apply_item(RESOURCES[resource], item, row or rows)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except ClientConflict as error:
            rows._store(self, resource, item, str(error), error.candidates)
        except UserError as error:
            rows._store(self, resource, item, str(error))
        except ValueError as error:
            text = self.env._(
                "The panel's record %(id)s is invalid: %(field)s. Correct it there.",
                id=item["id"],
                field=str(error),
            )
            rows._store(self, resource, item, text)
        except Exception as error:
            if isinstance(error, IntegrityError):
                text = self._describe_integrity_error(error)
            else:
                _logger.exception("Panel %s: %s could not be taken over", self.id, item["id"])
                text = self.env._("It could not be imported: %s", str(error))
            rows._store(self, resource, item, text)
        else:
            rows._close(self, resource, item["id"])
            return True
        return False

    def _describe_integrity_error(self, error):
        for name, model in self.env.registry.items():
            if error.diag.table_name == model._table:
                return self.env[name]._sql_error_to_message(error)
        return str(error)

    def _retry_rows(self, resource):
        """Retry due rows."""
        rows = self.env["reseller.billing.panel.row"].search(
            [
                ("panel_id", "=", self.id),
                ("resource", "=", resource),
                ("state", "=", "waiting"),
                ("next_attempt", "<=", get_now(self.env)),
            ],
            order="id",
            limit=500,
        )
        for row in rows:
            self._process_item(resource, row.payload, row)

    def _find_link(self, kind, item):
        """Return the link of a panel's record: by its id, or by the key under which it was made.

        A record is found by the key if the panel's answer to our request was lost.
        """
        links = self.env["reseller.billing.panel.link"]
        domain = [("panel_id", "=", self.id), ("kind", "=", kind)]
        found = links.search([*domain, ("reference", "=", item["id"])], limit=1)
        key = item.get("referenciaExterna")
        if found or not isinstance(key, str) or not key:
            return found
        found = links.search([*domain, ("reference", "=", False), ("key", "=", key)], limit=1)
        if found:
            found._store_answer({**item, **(found.body or {})}, found.body or {})
        return found

    def _find_record(self, kind, reference, row_text):
        """Return the record here of a panel's id that another record names.

        :raise UserError: if it is not here yet
        """
        link = self.env["reseller.billing.panel.link"].search(
            [("panel_id", "=", self.id), ("kind", "=", kind), ("reference", "=", reference)],
            limit=1,
        )
        if not link:
            raise UserError(row_text)
        return link._get_record()
