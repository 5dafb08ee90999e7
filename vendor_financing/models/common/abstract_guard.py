from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import frozendict, ormcache

from ...tools.worth import filter_figures_changed, find_figures

ADDON = __name__.split(".")[2]
MANAGER = f"{ADDON}.{ADDON}_group_manager"
# Commands that bring records into a field of many records, by their identifiers.
BRINGING = (Command.UPDATE, Command.LINK, Command.SET)


class VendorFinancingAbstractGuard(models.AbstractModel):
    """A model whose fields of this addon are written only by whom their declaration names.

    `written_by` of a field says who may write it:

    - "product": this addon's own code, which writes as superuser; so are readonly fields
    - "manager": managers of this addon
    - "administrator": system administrators
    - "creator": who creates the record, and nobody afterwards
    - "user": whoever may write the record; so are fields that are not readonly

    What users say otherwise is refused in `create`, `write` and imports, and left out in defaults
    of the context, personal defaults and onchanges. A wizard is its user's own paper: all its
    fields may be written, and no action trusts them. Records that a user names must be readable to
    them, also in a wizard. Values of other fields cost nothing but a look-up in memory.

    Whoever may not create, write or delete the record at all is told so by the host, before
    anything is compared: a refusal of ours names the record.

    What the host computes, stores and shows readonly on its documents are figures: gates and locks
    believe them, so users say none either. See `_has_figures`.
    """

    _name = "vendor.financing.abstract.guard"
    _description = "Fields Written by Whom They Name"

    # Whether records without a company apply to all companies; then only users of all write them.
    _is_shared_without_company = False
    # Whether this is a document of the host, or an item of one, whose figures no user says.
    _has_figures = False

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # A copy is created by its original, which is not what it is compared with.
            for vals in vals_list:
                self.browse()._check_vendor_financing_values(vals)
            vals_list = self._leave_vendor_financing_figures_out(vals_list)
        records = super().create(vals_list)
        records._check_vendor_financing_shared("create")
        return records

    def write(self, vals):
        if not self.env.su:
            self._check_vendor_financing_values(vals)
            self._check_vendor_financing_figures(vals)
        # What each company has for itself is its own, also on a record that all of them share.
        is_common = any(
            name not in self._fields or not self._fields[name].company_dependent for name in vals
        )
        if is_common:
            self._check_vendor_financing_shared("write")
        result = super().write(vals)
        if is_common:
            self._check_vendor_financing_shared("write")
        return result

    def unlink(self):
        self._check_vendor_financing_shared("unlink")
        return super().unlink()

    @api.model
    def default_get(self, fields):
        # Superusers too: the host creates documents as one, with the context of the caller.
        closed = self._get_vendor_financing_closed(is_new=True)
        ours = [name for name in fields if name in closed]
        hidden = closed | self._get_vendor_financing_figures()
        defaults = super().default_get([name for name in fields if name not in hidden])
        # The context and personal defaults name records as well as values do.
        self._check_vendor_financing_nested(defaults)
        return {**defaults, **_get_declared_defaults(self, ours)}

    def onchange(self, values, field_names, fields_spec):
        closed = self._get_vendor_financing_closed(is_new=not self)
        ours = [name for name in values if name in closed]
        said = {name: value for name, value in values.items() if name not in closed}
        if not self:
            said.update(_get_declared_defaults(self, ours))
        self._check_vendor_financing_nested(said)
        kept_names = [name for name in field_names if name in said]
        if field_names and not kept_names:
            return {"value": {}}
        return super().onchange(said, kept_names, fields_spec)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _valid_field_parameter(self, field, name):
        return name == "written_by" or super()._valid_field_parameter(field, name)

    def _store_values(self, values):
        """Write fields that only the product may write, for a user who may write the records.

        :raise AccessError: if the user may not write the records
        """
        self.check_access("write")
        self.sudo().write(values)

    @api.model
    @ormcache()
    def _get_vendor_financing_writers(self):
        """Return who may write each field of this addon on this model: {name: `written_by`}."""
        return frozendict(
            {
                name: _get_writer(field)
                for name, field in self._fields.items()
                if field._modules[:1] == (ADDON,)
            }
        )

    @api.model
    @ormcache()
    def _get_vendor_financing_figures(self):
        """Return the names of what the host computes, stores and shows readonly on this model."""
        return find_figures(self) if self._has_figures else frozenset()

    @api.model
    @ormcache("roles")
    def _filter_vendor_financing_closed(self, roles):
        """Return the fields that only others than these roles may write, as a frozen set of names.

        :param roles: values of `written_by`, a frozen set
        """
        if self._transient:
            return frozenset()
        writers = self._get_vendor_financing_writers()
        return frozenset(name for name, writer in writers.items() if writer not in roles)

    def _get_vendor_financing_closed(self, is_new):
        """Return the names of this addon's fields that the current user may not write.

        :param is_new: whether the record is being created
        """
        roles = {
            "user": True,
            "creator": is_new,
            "manager": self.env.user.has_group(MANAGER),
            "administrator": self.env.user._is_system(),
        }
        return self._filter_vendor_financing_closed(
            frozenset(role for role, has_role in roles.items() if has_role)
        )

    def _check_vendor_financing_values(self, vals):
        """Refuse values of closed fields, and records that the user cannot read.

        :raise AccessError: naming the record and the fields; as the host words it, for users who
            may not write the record at all
        """
        if vals.keys().isdisjoint(self._get_vendor_financing_writers()):
            return
        self.check_access("write" if self else "create")
        closed = self._get_vendor_financing_closed(is_new=not self)
        # Clients also send what they were given: the same value, or the default of a new record.
        defaults = {} if self else _get_declared_defaults(self, closed & vals.keys())
        records = [_read_values(record, closed & vals.keys()) for record in self] or [defaults]
        refused = [
            name
            for name in vals
            if name in closed
            and any((vals[name] or False) != (known.get(name) or False) for known in records)
        ]
        if refused:
            raise AccessError(self._explain_vendor_financing_refusal(refused))
        self._check_vendor_financing_relations(vals)

    def _check_vendor_financing_figures(self, vals):
        """Refuse figures other than those that the host has computed.

        :raise AccessError: as `_check_vendor_financing_values`
        """
        if named := self._get_vendor_financing_figures() & vals.keys():
            self.check_access("write")
            if refused := filter_figures_changed(self.sudo(), vals, named):
                raise AccessError(self._explain_vendor_financing_product(refused))

    def _leave_vendor_financing_figures_out(self, vals_list):
        """Return the values of new records without figures, which integrators send as read."""
        figures = self._get_vendor_financing_figures()
        if all(figures.isdisjoint(vals) for vals in vals_list):
            return vals_list
        return [
            {name: value for name, value in vals.items() if name not in figures}
            for vals in vals_list
        ]

    def _explain_vendor_financing_refusal(self, names):
        labels = self._get_vendor_financing_labels(names)
        record = self[:1]._get_vendor_financing_names()
        match self._get_vendor_financing_writers()[names[0]]:
            case "manager":
                return self.env._(
                    "%(record)s: %(fields)s can only be entered by a manager. Ask one to do it.",
                    record=record,
                    fields=labels,
                )
            case "administrator":
                return self.env._(
                    "%(record)s: %(fields)s can only be entered by a system administrator. Ask one "
                    "to do it.",
                    record=record,
                    fields=labels,
                )
            case "creator":
                return self.env._(
                    "%(record)s: %(fields)s cannot be changed any more. Create a new record "
                    "instead.",
                    record=record,
                    fields=labels,
                )
        return self._explain_vendor_financing_product(names)

    def _explain_vendor_financing_product(self, names):
        return self.env._(
            "%(record)s: %(fields)s is kept by the system and cannot be entered, imported or "
            "changed by hand. Leave it out and try again.",
            record=self[:1]._get_vendor_financing_names(),
            fields=self._get_vendor_financing_labels(names),
        )

    def _refuse_vendor_financing_posting(self):
        """Refuse documents of this addon that somebody posted otherwise than the host posts.

        :raise UserError: naming them
        """
        if self:
            raise UserError(
                self.env._(
                    "%(documents)s cannot become posted by entering or importing its state, which "
                    "would leave out all that is checked then. Use Confirm on it.",
                    documents=self._get_vendor_financing_names(),
                )
            )

    def _get_vendor_financing_names(self):
        """Return the names of these records for a message, without those its user cannot read."""
        readable = self._filtered_access("read")
        names = readable.sudo().mapped("display_name")
        return ", ".join(name for name in names if name) or self._description

    def _get_vendor_financing_labels(self, names):
        return ", ".join(self._fields[name]._description_string(self.env) for name in names)

    def _check_vendor_financing_relations(self, vals):
        """Refuse records named in fields of this addon that the user cannot read.

        :raise AccessError: as the host words it
        """
        if self.env.su:
            return
        for name in vals.keys() & self._get_vendor_financing_writers().keys():
            field = self._fields[name]
            if field.relational and (named := _get_named_ids(field, vals[name])):
                self.env[field.comodel_name].browse(named).check_access("read")

    def _check_vendor_financing_nested(self, vals):
        """Refuse records that the user cannot read, also in values of lines not created yet.

        Creating them checks each line by itself; onchanges only show them.

        :raise AccessError: as the host words it
        """
        self._check_vendor_financing_relations(vals)
        for name, value in vals.items():
            field = self._fields.get(name)
            if not field or field.type not in ("one2many", "many2many"):
                continue
            lines = self.env[field.comodel_name]
            if hasattr(lines, "_check_vendor_financing_nested"):
                for said in _get_nested_values(value):
                    lines._check_vendor_financing_nested(said)

    def _check_vendor_financing_shared(self, operation):
        """Refuse to change what applies to all companies, unless the user belongs to all of them.

        :param operation: "create", "write" or "unlink"
        :raise AccessError: naming the records; as the host words it, for users without access
        """
        if self.env.su or not self._is_shared_without_company:
            return
        has_company = "company_id" in self._fields
        shared = self.sudo().filtered(lambda record: not has_company or not record.company_id)
        companies = self.env["res.company"].sudo()
        if shared and companies.search_count(
            [("id", "not in", self.env.user.company_ids.ids)], limit=1
        ):
            self.check_access(operation)
            raise AccessError(
                self.env._(
                    "%(records)s applies to all companies, so only a user who belongs to all of "
                    "them may change it. Ask one, or add a record for your company.",
                    records=shared.sudo(False)._get_vendor_financing_names(),
                )
            )


def _get_writer(field):
    """Return the `written_by` of a field; what is related takes over none from its source."""
    is_declared = not (field.related and field.readonly)
    return (is_declared and getattr(field, "written_by", None)) or (
        "product" if field.readonly else "user"
    )


def _get_declared_defaults(model, names):
    """Return the defaults that the declarations of fields give, as values to write."""
    defaults = {}
    for field in (model._fields[name] for name in names):
        if field.default:
            value = field.convert_to_cache(field.default(model), model, validate=False)
            defaults[field.name] = field.convert_to_write(value, model)
    return defaults


def _read_values(record, names):
    """Return what a record has in these fields, as values to write."""
    known = record.sudo()
    return {name: known._fields[name].convert_to_write(known[name], known) for name in names}


def _get_named_ids(field, value):
    """Return the identifiers of stored records that a value brings into a relational field."""
    if field.type == "many2one":
        if isinstance(value, dict):
            value = value.get("id")
        elif isinstance(value, (list, tuple)):
            value = value[0] if value else False
        return [value] if isinstance(value, int) and value else []
    named = []
    for command in value or []:
        if isinstance(command, int):
            named.append(command)
        elif isinstance(command, (list, tuple)) and command[0] in BRINGING:
            named += command[2] if command[0] == Command.SET else [command[1]]
    return [number for number in named if isinstance(number, int)]


def _get_nested_values(value):
    """Return the values of lines that commands create or change."""
    commands = (command for command in value or [] if isinstance(command, (list, tuple)))
    return [command[2] for command in commands if command[2:] and isinstance(command[2], dict)]
