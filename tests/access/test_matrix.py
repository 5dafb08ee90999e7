import inspect
import socket
from collections import Counter
from contextlib import contextmanager
from unittest.mock import patch

import requests
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.supplier_credit.tools.worth import WRITTEN_BY_HOST
from odoo.exceptions import MissingError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .records import OURS, RecordMaker, find_addon, is_ours, list_own_models

ROLES = {
    "employee": "base.group_user",
    "contacts": "base.group_partner_manager",
    "salesman": "sales_team.group_sale_salesman",
    "salesman of all": "sales_team.group_sale_salesman_all_leads",
    "sales manager": "sales_team.group_sale_manager",
    "auditor": "account.group_account_readonly",
    "invoicing": "account.group_account_invoice",
    "bookkeeper": "account.group_account_user",
    "accounting manager": "account.group_account_manager",
    "Supplier user": "supplier_credit.supplier_credit_group_user",
    "Supplier manager": "supplier_credit.supplier_credit_group_manager",
    "Vendor user": "vendor_financing.vendor_financing_group_user",
    "Vendor manager": "vendor_financing.vendor_financing_group_manager",
    "billing user": "reseller_billing.reseller_billing_group_user",
    "billing manager": "reseller_billing.reseller_billing_group_manager",
    "administrator": "base.group_system",
}
EVERYTHING = ",".join(ROLES.values())
# Roles that may not act on the records of the company, whatever they may read.
OUTSIDERS = ("portal", "employee", "auditor", "stranger")
# To the host an administrator of one company is one of all users: its rule shows them all.
LET_BY_HOST = {("stranger", "res.users", "action_archive")}
HOST_MODELS = (
    "account.move", "account.move.line", "account.payment", "account.payment.method.line",
    "payment.provider", "payment.transaction", "res.company", "res.partner", "sale.order",
)  # fmt: skip
# The documents and items whose figures gates and locks believe.
DOCUMENTS = (
    "account.move", "account.move.line", "account.payment", "sale.order", "sale.order.line",
)  # fmt: skip
WRITES = ("INSERT", "UPDATE", "DELETE")
# How the host begins to say that somebody has no access; it names records to developers alone.
HOST_WORDS = ("You are not allowed to ", "Uh-oh! Looks like you have stumbled upon ")
# What the tests of fields try.
OF_THE_ORM = ("create", "write", "unlink", "copy", "copy_data", "default_get", "onchange")


@tagged("post_install", "-at_install")
class TestAccessMatrix(AccountTestInvoicingCommon):
    """Every field and every public method of the addons, tried by every role."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("br")
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(su=True)
        cls.company = cls.company_data["company"].with_env(cls.env)
        cls.other = cls.setup_other_company(name="Outra Empresa Ltda")["company"]
        cls.users = {
            name: cls._create_user(name, groups, cls.company) for name, groups in ROLES.items()
        }
        cls.users["portal"] = cls._create_user("portal", "base.group_portal", cls.company)
        cls.users["stranger"] = cls._create_user("stranger", EVERYTHING, cls.other)
        cls.records = RecordMaker(cls.env, cls.company, cls._create_host_records())
        for transient in (False, True):
            for model in list_own_models(cls.env, transient=transient):
                cls.records.get(model._name)
        cls.calls = Counter()

    @classmethod
    def tearDownClass(cls):
        print(f"\naccess matrix: {dict(cls.calls)}")
        super().tearDownClass()

    @classmethod
    def _create_user(cls, name, groups, company):
        return new_test_user(
            cls.env,
            f"matrix {name}",
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            lang="en_US",
        )

    @classmethod
    def _create_host_records(cls):
        partner = cls.env["res.partner"].create(
            {"name": "Cliente da Matriz", "company_id": cls.company.id}
        )
        invoice = cls.init_invoice("out_invoice", partner=partner, amounts=[100.0])
        invoice = invoice.with_env(cls.env)
        # As the host does for everybody who previews it.
        invoice._portal_ensure_token()
        order = cls.env["sale.order"].create(
            {"partner_id": partner.id, "company_id": cls.company.id}
        )
        line_of_order = cls.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": cls.product_a.id}
        )
        bank = cls.company_data["default_journal_bank"].with_env(cls.env)
        provider = cls.env["payment.provider"].create(
            {"name": "Asaas", "code": "asaas", "company_id": cls.company.id}
        )
        methods = cls.env["payment.method"].with_context(active_test=False)
        method = methods.search([], limit=1)
        line = bank.inbound_payment_method_line_ids[:1]
        return {
            "account.move": invoice,
            "account.move.line": invoice.line_ids[:1],
            "account.journal": bank,
            "account.account": cls.company_data["default_account_receivable"],
            "account.payment": cls.env["account.payment"].create(
                {"partner_id": partner.id, "amount": 10, "journal_id": bank.id}
            ),
            "account.payment.method.line": line,
            "account.payment.term": cls.env.ref("account.account_payment_term_30days"),
            "payment.provider": provider,
            "payment.transaction": cls.env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "reference": "matrix",
                    "amount": 10,
                    "currency_id": cls.company.currency_id.id,
                    "partner_id": partner.id,
                }
            ),
            "product.product": cls.product_a.with_env(cls.env),
            "product.template": cls.product_a.product_tmpl_id.with_env(cls.env),
            "mail.template": cls.env["mail.template"].search([], limit=1),
            "res.company": cls.company,
            "res.currency": cls.company.currency_id,
            "res.partner": partner,
            "res.users": cls.env.ref("base.user_admin"),
            "sale.order": order,
            "sale.order.line": line_of_order,
        }

    # -------------------------------------------------------------------------
    # DECLARATIONS
    # -------------------------------------------------------------------------

    def test_every_model_with_fields_of_ours_has_the_guard(self):
        unguarded = [
            (model._name, addon)
            for model in self._list_models()
            for addon in {find_addon(field) for field in model._fields.values() if is_ours(field)}
            if not hasattr(model, f"_get_{addon}_writers")
        ]
        self.assertFalse(unguarded)

    def test_every_open_field_on_a_document_of_the_host_says_who_writes_it(self):
        undeclared = [
            str(field)
            for name in HOST_MODELS
            for field in self.env[name]._fields.values()
            if is_ours(field)
            and not field.readonly
            and (field.store or field.inverse)
            and not getattr(field, "written_by", None)
        ]
        self.assertFalse(undeclared)

    def test_every_table_of_a_company_is_that_company_s_alone(self):
        rules = self.env["ir.rule"].search([("groups", "=", False)])
        ruled = set(rules.filtered("perm_read").model_id.mapped("model"))
        open_tables = [
            model._name
            for model in list_own_models(self.env)
            if "company_id" in model._fields and model._name not in ruled
        ]
        self.assertFalse(open_tables)

    def test_company_of_a_record_never_changes(self):
        movable = [
            f"{model._name}.company_id"
            for model in list_own_models(self.env)
            if "company_id" in model._fields
            and not model._is_shared_without_company
            and self._get_writer(model._fields["company_id"]) not in ("creator", "product")
        ]
        self.assertFalse(movable)

    def test_duplicates_leave_closed_fields_out(self):
        """Otherwise the host's Duplicate would be refused to who may create the record."""
        copied = {
            str(field)
            for model in self._list_models()
            for user in self.users.values()
            if model.with_env(self._env_of(user)).has_access("create")
            for field in self._list_closed(model, user, is_new=True)
            if self._get_writer(field) == "product"
            and field.copy
            and field.store
            and not field.compute
            and not field.related
        }
        self.assertFalse(copied)

    def test_wizards_are_their_users_own(self):
        """Also of the same company: they hold uploaded files and other people's decisions."""
        read = [
            f"{role}: {model._name}"
            for model in list_own_models(self.env, transient=True)
            for role, user in self.users.items()
            if self.records.get(model._name).with_env(self._env_of(user)).has_access("read")
        ]
        self.assertFalse(read)

    def test_wizards_read_related_records_as_their_users(self):
        as_superuser = [
            f"{model._name}.{name}"
            for model in list_own_models(self.env, transient=True)
            for name, field in model._fields.items()
            if field.related and not field.inherited and field.compute_sudo
        ]
        self.assertFalse(as_superuser)

    # -------------------------------------------------------------------------
    # FIELDS
    # -------------------------------------------------------------------------

    def test_closed_fields_are_written_by_no_user(self):
        opened = []
        for model in self._list_models():
            record = self.records.get(model._name)
            for role, user in self.users.items():
                mine = record.with_env(self._env_of(user))
                for field in self._list_closed(model, user):
                    self.calls["writes"] += 1
                    if self._writes(mine, field):
                        opened.append(f"{role}: {field}")
        self.assertFalse(opened)

    def test_who_has_no_access_learns_that_alone(self):
        """Not the record's name, nor whether a value is the present one: the host's own words."""
        told = []
        for model in self._list_models():
            record = self.records.get(model._name)
            for role in (*OUTSIDERS, "contacts", "salesman", "billing user"):
                user = self.users[role]
                mine = record.with_env(self._env_of(user))
                names = sorted(self._get_closed_names(model, user))
                for operation in ("create", "write", "unlink"):
                    on = mine.browse() if operation == "create" else mine
                    if on.has_access(operation):
                        continue
                    tried = [] if operation == "unlink" else names
                    for vals in [
                        {name: self._get_changed(record, model._fields[name])} for name in tried
                    ] or [{}]:
                        self.calls["without access"] += 1
                        answer = self._get_answer(on, operation, vals)
                        if not answer.startswith(HOST_WORDS):
                            told.append(f"{role}: {operation} {model._name} {vals}: {answer}")
        self.assertFalse(told)

    def test_closed_fields_are_neither_created_nor_imported_nor_defaults(self):
        opened = []
        for model in self._list_models():
            for role, user in self.users.items():
                mine = model.with_env(self._env_of(user))
                if not mine.has_access("create"):
                    continue
                for field in self._list_closed(model, user, is_new=True):
                    value = self._get_value(model, field)
                    self.calls["defaults"] += 1
                    said = mine.with_context(**{f"default_{field.name}": value})
                    if self._is_default(said, field, value) or self._is_default(
                        said.sudo(), field, value
                    ):
                        opened.append(f"{role}: default of {field}")
                    self.calls["creates"] += 1
                    if self._creates(mine, field, value):
                        opened.append(f"{role}: created {field}")
        self.assertFalse(opened)

    def test_onchange_believes_no_closed_field(self):
        believed = []
        for model in self._list_models():
            user = self.users["accounting manager"]
            mine = model.with_env(self._env_of(user))
            if not mine.has_access("create"):
                continue
            for field in self._list_closed(model, user, is_new=True):
                if field.type in ("one2many", "many2many", "many2one"):
                    continue
                value = self._get_value(model, field)
                self.calls["onchanges"] += 1
                if self._is_believed(mine, field, value):
                    believed.append(str(field))
        self.assertFalse(believed)

    def test_records_of_another_company_are_named_in_no_field(self):
        named = []
        stranger = self.users["stranger"]
        models = [*self._list_models(), *list_own_models(self.env, transient=True)]
        for model in models:
            mine = model.with_user(stranger)
            if not mine.has_access("create"):
                continue
            closed = self._get_closed_names(model, stranger, is_new=True)
            for field in model._fields.values():
                if not is_ours(field) or field.name in closed or not field.relational:
                    continue
                foreign = self._find_foreign(field, stranger)
                if not foreign:
                    continue
                value = foreign.id if field.type == "many2one" else [Command.link(foreign.id)]
                self.calls["foreign records"] += 2
                if self._creates(mine, field, value):
                    named.append(f"create: {field}")
                if self._is_believed(mine, field, value):
                    named.append(f"onchange: {field}")
        self.assertFalse(named)

    # -------------------------------------------------------------------------
    # FIGURES OF THE HOST
    # -------------------------------------------------------------------------

    def test_figures_of_the_host_s_documents_are_said_by_no_user(self):
        """What gates and locks believe: totals, residuals, states that the host computes."""
        said = []
        for model, field in self._list_figures():
            record = self.records.get(model._name)
            for role, user in self.users.items():
                mine = record.with_env(self._env_of(user))
                self.calls["figures"] += 1
                if self._writes(mine, field):
                    said.append(f"{role}: {field}")
        self.assertFalse(said)

    def test_figures_are_neither_created_nor_defaults(self):
        believed = []
        user = self.users["accounting manager"]
        for model, field in self._list_figures():
            if field.type in ("many2one", "one2many", "many2many"):
                continue
            mine = model.with_env(self._env_of(user))
            value = self._get_value(model, field)
            said = mine.with_context(**{f"default_{field.name}": value})
            self.calls["figures"] += 2
            if self._is_default(said, field, value) or self._is_default(said.sudo(), field, value):
                believed.append(f"default of {field}")
            if not mine.has_access("create"):
                continue
            values = self.records.get(model._name).sudo().copy_data()[0]
            with self.env.cr.savepoint() as savepoint, mute_logger("odoo.sql_db"):
                try:
                    made = mine.create({**values, field.name: value})
                    self.env.flush_all()
                    if made.sudo()[field.name] == field.convert_to_record(
                        field.convert_to_cache(value, made), made
                    ):
                        believed.append(f"created {field}")
                except UserError:
                    pass
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertFalse(believed)

    def _list_figures(self):
        """Return (model, field) of all that the host computes, stores and shows readonly."""
        return [
            (self.env[name], field)
            for name in DOCUMENTS
            for field in self.env[name]._fields.values()
            if field.store
            and field.compute
            and field.readonly
            and not is_ours(field)
            and field.name not in WRITTEN_BY_HOST
            # Without any record to name there is nothing to say.
            and (not field.relational or self.env[field.comodel_name].search([], limit=1))
        ]

    # -------------------------------------------------------------------------
    # METHODS
    # -------------------------------------------------------------------------

    def test_public_methods_do_nothing_for_outsiders(self):
        done = []
        for model, name in self._list_public_methods():
            record = self._get_record(model)
            for role in OUTSIDERS:
                if (role, model._name, name) in LET_BY_HOST:
                    continue
                mine = record.with_env(self._env_of(self.users[role]))
                self.calls["methods"] += 1
                for what in self._act(mine, name):
                    done.append(f"{role}: {model._name}.{name}: {what}")
        self.assertFalse(done)

    def _list_public_methods(self):
        """Return (model, name) of every public method that one of the addons defines."""
        found = set()
        for model in self._list_models(everything=True):
            for definition in type(model)._model_classes__:
                if getattr(definition, "_module", None) not in OURS:
                    continue
                found.update(
                    (model._name, name)
                    for name, value in vars(definition).items()
                    if not name.startswith("_")
                    and name not in OF_THE_ORM
                    and inspect.isfunction(value)
                )
        self.calls["public methods"] = len(found)
        return [(self.env[model], name) for model, name in sorted(found)]

    def _get_record(self, model):
        if model._abstract:
            return model
        if not model._auto:
            return model.browse(1)
        return self.records.get(model._name)

    def _act(self, record, name):
        """Call a method with hostile arguments; return what it did to the world, as texts."""
        method = getattr(record, name)
        arguments = [
            _get_argument(parameter)
            for parameter in inspect.signature(method).parameters.values()
            if parameter.default is parameter.empty
            and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        self.env.flush_all()
        with self._watched() as seen, mute_logger("odoo.sql_db", "odoo.models"):
            try:
                with self.env.cr.savepoint():
                    method(*arguments)
                    record.env.flush_all()
                    raise _Undone
            except _Undone:
                pass
            except UserError:
                # What a refused call has written is rolled back; what has left has left.
                seen[:] = [what for what in seen if what.startswith("network")]
            except Exception as error:
                seen.append(f"not refused, but failed: {type(error).__name__}: {error}")
        self.env.invalidate_all()
        return seen

    @contextmanager
    def _watched(self):
        """Record what leaves by the network, and the statements that write, instead of doing it."""
        seen = []
        execute = type(self.env.cr).execute

        def record_statement(cursor, query, *arguments, **options):
            text = (query.code if hasattr(query, "code") else str(query)).strip()
            if text.upper().startswith(WRITES):
                seen.append(" ".join(text.split())[:160])
            return execute(cursor, query, *arguments, **options)

        def refuse(*arguments, **_options):
            seen.append(f"network: {arguments[1:3]}")
            raise requests.ConnectionError("no network here")

        with (
            patch.object(type(self.env.cr), "execute", record_statement),
            patch.object(requests.Session, "send", refuse),
            patch.object(socket, "create_connection", refuse),
        ):
            yield seen

    # -------------------------------------------------------------------------
    # HELPERS
    # -------------------------------------------------------------------------

    def _env_of(self, user):
        return self.env(user=user, su=False, context={"lang": "en_US"})

    def _list_models(self, *, everything=False):
        """Return our own tables, and the host's documents with fields of ours."""
        models = [*list_own_models(self.env), *(self.env[name] for name in HOST_MODELS)]
        if not everything:
            return models
        known = {model._name for model in models}
        return models + [
            self.env[name]
            for name in sorted(self.env.registry)
            if name not in known
            and any(
                getattr(definition, "_module", None) in OURS
                for definition in type(self.env[name])._model_classes__
            )
        ]

    def _get_writer(self, field):
        model = self.env[field.model_name]
        return getattr(model, f"_get_{find_addon(field)}_writers")()[field.name]

    def _get_closed_names(self, model, user, *, is_new=False):
        mine = model.with_env(self._env_of(user))
        return {
            name
            for addon in OURS
            if hasattr(model, f"_get_{addon}_closed")
            for name in getattr(mine, f"_get_{addon}_closed")(is_new)
        }

    def _list_closed(self, model, user, *, is_new=False):
        return [
            model._fields[name]
            for name in sorted(self._get_closed_names(model, user, is_new=is_new))
            if is_ours(model._fields[name])
            and (model._fields[name].store or model._fields[name].inverse)
        ]

    def _get_value(self, model, field):
        """Return a value that differs from what the record has, in the form that clients send."""
        match field.type:
            case "many2one":
                known = self.records.find(field.comodel_name)
                known = known or self.env[field.comodel_name].search([], limit=1)
                return (known or self.records.get(field.comodel_name)).id
            case "one2many" | "many2many":
                return [Command.clear()]
            case "boolean":
                return not (field.default and field.default(model))
            case "integer" | "float" | "monetary":
                return 7654.0
            case "date":
                return "2001-02-03"
            case "datetime":
                return "2001-02-03 04:05:06"
            case "selection":
                return field.get_values(self.env)[-1]
            case "binary":
                return "Zm9yZ2Vk"
            case "json":
                return {"forged": True}
        return "forged"

    def _writes(self, record, field):
        """Return whether a user could write a field."""
        known = record.sudo()
        value = self._get_changed(record, field)
        try:
            with self.env.cr.savepoint():
                record.write({field.name: value})
                record.env.flush_all()
                raise _Undone
        except _Undone:
            return not (field.type in ("one2many", "many2many") and not known[field.name])
        except UserError:
            return False
        finally:
            self.env.invalidate_all()

    def _get_changed(self, record, field):
        """Return a value to write that differs from what this record has."""
        known = record.sudo()[field.name]
        value = self._get_value(record, field)
        match field.type:
            case "boolean":
                return not known
            case "selection":
                return next(v for v in field.get_values(self.env) if v != known)
            case "many2one" if known.id == value:
                return False
        return value

    def _get_answer(self, record, operation, vals):
        """Return the words that refuse an operation to a user, an empty text if nothing did."""
        arguments = {"create": ([vals],), "write": (vals,), "unlink": ()}[operation]
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                getattr(record, operation)(*arguments)
                raise _Undone
        except _Undone:
            return ""
        except (UserError, MissingError) as error:
            return str(error)
        finally:
            self.env.invalidate_all()

    def _creates(self, model, field, value):
        """Return whether a user could create a record with a value, as far as access goes."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                model.create({field.name: value})
                raise _Undone
        except _Undone:
            return field.type not in ("one2many", "many2many") or value[0][0] != Command.CLEAR
        except (UserError, MissingError):
            return False
        except Exception as error:
            # Not refused, but the value went on to where it broke.
            return f"{type(error).__name__}: {error}"
        finally:
            self.env.invalidate_all()

    def _is_default(self, model, field, value):
        given = model.default_get([field.name]).get(field.name)
        return isinstance(given, type(value)) and given == value

    def _is_believed(self, model, field, value):
        """Return whether an onchange of a new record works with a value that the client sent."""
        try:
            with self.env.cr.savepoint():
                answer = model.onchange({field.name: value}, [field.name], {field.name: {}})
        except (UserError, MissingError):
            return False
        return bool(answer.get("value", {}).get(field.name))

    def _find_foreign(self, field, user):
        """Return a record of the first company that the user cannot read, None without one."""
        record = self.records.find(field.comodel_name)
        if not record or record.with_env(self._env_of(user)).has_access("read"):
            return None
        return record


class _Undone(Exception):
    """Ends a savepoint whose changes are not wanted."""


def _get_argument(parameter):
    hostile = {"vals_list": [{}], "vals": {}, "values": {}, "fields": [], "fields_list": []}
    return hostile.get(parameter.name, "hostile")
