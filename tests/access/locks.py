"""Tries to change a locked document, and its items, by every field that any module gives them."""

from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command
from odoo.tools import SQL, mute_logger

from .records import is_ours

DOCUMENT = ("account.move", "account.move.line")
# Columns that every write changes.
OF_EVERY_WRITE = {"write_date", "write_uid", "is_manually_modified"}


class LockSweep:
    """A test case that looks for what somebody may still change of a locked document."""

    def find_changed(self, move, user, opened):
        """Return what a user could change of a document by one write, as texts.

        :param opened: names of columns of both tables that may differ
        """
        changed = []
        before = self._read_document(move)
        for model in DOCUMENT:
            for record in self._get_records(move, model):
                mine = record.with_user(user).with_context({})
                for name, field in sorted(record._fields.items()):
                    if is_ours(field) or name in ("id", "display_name"):
                        continue
                    for value in self._get_values(record, field):
                        self._try(mine, name, value, move, before, opened, changed)
        return changed

    def _try(self, mine, name, value, move, before, opened, changed):
        self.env.invalidate_all()
        with self.env.cr.savepoint() as savepoint, mute_logger("odoo.sql_db"):
            try:
                mine.write({name: value})
                self.env.flush_all()
                different = _find_differences(before, self._read_document(move)) - opened
                for column in sorted(different - {name}):
                    changed.append(f"{mine._name}.{name} = {value!r}: {column}")
                if name in different:
                    changed.append(f"{mine._name}.{name} = {value!r}")
            except (RedirectWarning, UserError):
                pass
            except Exception as error:
                if not _is_of_database(error):
                    raise
            savepoint.rollback()
        self.env.invalidate_all()

    def _get_records(self, move, model):
        if model == "account.move":
            return move
        # One of each kind: they have the same fields.
        kinds = {(line.display_type, line.account_id.account_type): line for line in move.line_ids}
        return move.line_ids.browse(line.id for line in kinds.values())

    def _get_values(self, record, field):
        """Return values to write: another one, and the present one where there is one."""
        known = record[field.name]
        match field.type:
            case "many2one":
                found = self._find_another(record, field)
                return [value for value in (found, False, known.id) if value is not None]
            case "one2many" | "many2many":
                others = self.env[field.comodel_name].search([("id", "not in", known.ids)], limit=1)
                return [[Command.clear()], [Command.set(others.ids)], [Command.set(known.ids)]]
            case "boolean":
                return [not known, known]
            case "integer" | "float" | "monetary":
                return [known + 7, known]
            case "date":
                return ["2026-01-15", "2031-02-03", known and str(known)]
            case "datetime":
                return ["2026-01-15 10:00:00"]
            case "selection":
                return [value for value in field.get_values(self.env) if value != known] + [known]
            case "binary":
                return ["Zm9yZ2Vk"]
            case "json":
                return [{"forged": True}]
        return ["forged", known]

    def _find_another(self, record, field):
        """Return the id of another record that the document's own company could name."""
        model = self.env[field.comodel_name]
        if not model._auto:
            return None
        company = record.company_id
        found = model.browse()
        if "company_id" in model._fields and model._fields["company_id"].store:
            found = model.search(
                [("id", "!=", record[field.name].id), ("company_id", "=", company.id)], limit=1
            )
        found = found or model.search([("id", "!=", record[field.name].id)], limit=1)
        return found.id or None

    def _read_document(self, move):
        """Return all that is stored of a document and of its items: {(table, row): values}."""
        self.env.flush_all()
        rows = {}
        for table, column in (("account_move", "id"), ("account_move_line", "move_id")):
            query = SQL("SELECT * FROM %s WHERE %s = %s", SQL.identifier(table),
                        SQL.identifier(column), move.id)  # fmt: skip
            self.env.cr.execute(query)
            for row in self.env.cr.dictfetchall():
                rows[table, row["id"]] = {
                    # Nothing, 0 and no text are the same to the host.
                    key: value or None
                    for key, value in row.items()
                    if key not in OF_EVERY_WRITE
                }
        for model in DOCUMENT:
            ids = move.ids if model == "account.move" else move.line_ids.ids
            for field in self.env[model]._fields.values():
                if field.type != "many2many" or not field.store or not ids:
                    continue
                query = SQL("SELECT * FROM %s WHERE %s = ANY(%s)", SQL.identifier(field.relation),
                            SQL.identifier(field.column1), ids)  # fmt: skip
                self.env.cr.execute(query)
                rows[model, field.name] = {field.name: sorted(self.env.cr.fetchall())}
        return rows


def _find_differences(before, after):
    """Return the names of the columns in which two readings of a document differ."""
    different = set()
    for key in before.keys() | after.keys():
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            different.add(f"row of {key[0]}")
            continue
        different |= {name for name in one if one[name] != other[name]}
    return different


def _is_of_database(error):
    return type(error).__module__.startswith("psycopg2") or isinstance(
        error, (ValueError, TypeError, AttributeError, KeyError)
    )
