"""One record of every model of the addons, made below the ORM: no rule stands in the way."""

from datetime import date, datetime

from odoo.tools import SQL

OURS = ("supplier_credit", "vendor_financing", "reseller_billing")
# Columns that every table fills by itself.
OF_ALL_TABLES = {"id", "create_uid", "create_date", "write_uid", "write_date"}


def is_ours(field):
    """Return whether one of the addons declared a field first, and values can be said of it."""
    is_declared = bool(field._modules) and field._modules[0] in OURS
    return is_declared and field.name not in OF_ALL_TABLES


def find_addon(field):
    return field._modules[0]


def list_own_models(env, *, transient=False):
    """Return the addons' own models that have a table of rows."""
    return [
        env[name]
        for name in sorted(env.registry)
        if env[name]._original_module in OURS
        and not env[name]._abstract
        and env[name]._auto
        and env[name]._transient == transient
    ]


class RecordMaker:
    """Makes one row for each model in a company, with what its columns require.

    :param known: {model name: record} of the host's documents
    """

    def __init__(self, env, company, known):
        self._env = env
        self._company = company
        self._records = dict(known)

    def get(self, name):
        """Return the record of a model."""
        if name not in self._records:
            self._records[name] = self._insert(self._env[name])
        return self._records[name]

    def find(self, name):
        """Return the record of a model, None if none was made."""
        return self._records.get(name)

    def _insert(self, model):
        values = {}
        # Read before the row: it may be the record that another column needs.
        for field in model._fields.values():
            if not field.store or not field.column_type or field.name in OF_ALL_TABLES:
                continue
            value = self._get_value(model, field)
            if value is not None:
                values[field.name] = value
        query = SQL(
            "INSERT INTO %s (%s) VALUES (%s) RETURNING id",
            SQL.identifier(model._table),
            SQL(", ").join(SQL.identifier(name) for name in values),
            SQL(", ").join(SQL("%s", value) for value in values.values()),
        )
        self._env.cr.execute(query)
        (number,) = self._env.cr.fetchone()
        self._env.registry.clear_cache()
        return model.browse(number)

    def _get_value(self, model, field):
        if field.type == "many2one":
            return self._get_reference(model, field)
        if field.type == "boolean":
            return False
        if field.name in FIXED_VALUES:
            return FIXED_VALUES[field.name]
        if field.default and not field.translate:
            default = field.default(model)
            if isinstance(default, (str, int, float, date, datetime)):
                return default
        return _get_plain_value(model, field) if field.required or field.name == "name" else None

    def _get_reference(self, model, field):
        if field.comodel_name == "res.company":
            return self._company.id
        is_owner = field.required or field.comodel_name in OWNERS
        if not is_owner or field.comodel_name == model._name:
            return None
        return self.get(field.comodel_name).id


# Records from which others take their company, also where a row could do without.
OWNERS = (
    "supplier.credit.agreement",
    "vendor.financing.agreement",
    "vendor.financing.contract",
    "reseller.billing.contract",
    "reseller.billing.panel",
    "payment.provider",
)

FIXED_VALUES = {"active": True, "res_model": "res.company", "res_id": 1}


def _get_plain_value(model, field):
    match field.type:
        case "selection":
            return field.get_values(model.env)[0]
        case "integer" | "float" | "monetary":
            return 1
        case "date":
            return date(2026, 11, 22)
        case "datetime":
            return datetime(2026, 11, 22, 12)
        case "many2one_reference":
            return 1
    if field.translate:
        return '{"en_US": "x"}'
    return f"x{field.name}"
