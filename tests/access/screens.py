"""Opens what a person can open, by the web client's own calls: views, records, buttons."""

import ast

from lxml import etree
from odoo.exceptions import UserError
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

# Records of a screen that are opened each, and together by what is done with several.
RECORDS = 4
# Views whose rows the client reads by `web_search_read`.
OF_ROWS = ("list", "kanban")


class ScreenSweep:
    """Opens screens as one user and lists what cannot be opened.

    A refusal in the addons' words is an answer; anything else that is raised is a finding.
    """

    def sweep(self, user, addon):
        """Open all screens of an addon, and press all of its buttons.

        :return: (lines about what failed, number of screens and presses)
        """
        self._user, self._failures, self._opened = user, [], 0
        self._env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
        self._seen = set()
        for action in self._list_actions(addon):
            self._open_action(action, action["xml_id"])
        for action in self._list_bound(addon):
            self._open_bound(action)
        self._press_all(addon)
        return self._failures, self._opened

    # -------------------------------------------------------------------------
    # WHAT THERE IS
    # -------------------------------------------------------------------------

    def _list_actions(self, addon):
        """Return the window actions of an addon as the client gets them."""
        actions = self.env["ir.actions.act_window"].search([])
        names = actions._get_external_ids()
        return [
            self._env["ir.actions.actions"]._for_xml_id(name)
            for action_id in actions.ids
            for name in names[action_id][:1]
            if name.startswith(f"{addon}.")
        ]

    def _list_bound(self, addon):
        """Return the actions, of any kind, that an addon puts into the menus of screens."""
        actions = self.env["ir.actions.actions"].search([("binding_model_id", "!=", False)])
        bound = [self.env[action.type].browse(action.id) for action in actions]
        return [
            action
            for action in bound
            if any(name.startswith(f"{addon}.") for name in action._get_external_ids()[action.id])
        ]

    def _list_buttons(self, addon):
        """Return {(model, name of a method, whether it is pressed for several rows)}.

        As views say it: the head of a list acts on what is ticked, all else on one record.
        """
        buttons = set()
        for view in self.env["ir.ui.view"].search([("model", "!=", False)]):
            if not (view.xml_id or "").startswith(f"{addon}."):
                continue
            for button in etree.fromstring(view.arch).xpath("//button[@type='object'][@name]"):
                # Rows of an embedded list are of another model; their own views have them, too.
                if not button.xpath("ancestor::field"):
                    of_several = view.type == "list" and bool(button.xpath("ancestor::header"))
                    buttons.add((view.model, button.get("name"), of_several))
        return buttons

    def _list_selections(self, model, of_several):
        """Return what a person can have open or ticked: records of each state, and all together.

        :param of_several: whether several may be ticked
        """
        records = self._env[model].search([], limit=200)
        found = records[:RECORDS]
        if "state" in records._fields:
            found = records.browse()
            for state in dict.fromkeys(records.mapped("state")):
                found |= records.filtered(lambda one, state=state: one.state == state)[:2]
        return [*found, *([found] if of_several and len(found) > 1 else [])]

    # -------------------------------------------------------------------------
    # OPENING
    # -------------------------------------------------------------------------

    def _open_action(self, action, source):
        """Open a window action with its views, rows, records and a new record."""
        records = self._env[action["res_model"]]
        if not records.has_access("read"):
            return
        context = action.get("context") or {}
        if isinstance(context, str):
            context = safe_eval(context, self._get_names())
        domain = action.get("domain") or []
        if isinstance(domain, str):
            domain = safe_eval(domain, self._get_names())
        records = records.with_context(**context)
        views = [(view, kind) for view, kind in action["views"] if kind != "form"]
        forms = [view for view, kind in action["views"] if kind == "form"]
        for view, kind in views:
            self._attempt(
                f"{source} {kind}", lambda v=view, k=kind: self._read(records, v, k, domain)
            )
        for view in forms:
            number = action.get("res_id")
            found = records.browse(number) if number else records.search(domain, limit=RECORDS)
            if records._transient and not number:
                found = records.browse()
            for record in found:
                self._attempt(f"{source} form of {record}", lambda r=record, v=view: _fill(r, v))
            if not number and self._is_creatable(records, view):
                self._attempt(f"{source} new", lambda v=view: _fill(records, v))

    def _open_bound(self, action):
        """Open what stands in the menu of a list or form, with one record and with several."""
        model = action.binding_model_id.model
        if not self._env[model].has_access("read"):
            return
        for records in self._list_selections(model, of_several=True):
            context = self._get_active(records)
            source = f"{action.display_name} of {records}"
            if action.type == "ir.actions.act_window":
                values = self._env["ir.actions.actions"]._for_xml_id(action.xml_id)
                values["context"] = {**context, **_as_dict(values.get("context"))}
                self._open_action(values, source)
            elif action.type == "ir.actions.server":
                server = action.with_env(self._env).with_context(**context)
                self._attempt(source, lambda s=server, n=source: self._show(s.run(), n))

    def _get_active(self, records):
        return {
            "active_model": records._name,
            "active_ids": records.ids,
            "active_id": records[:1].id,
        }

    def _read(self, records, view, kind, domain):
        shown = records.get_views([(view, kind), (False, "search")], {"toolbar": True})
        arch = etree.fromstring(shown["views"][kind]["arch"])
        if kind in OF_ROWS:
            names = {field.get("name") for field in arch.xpath(".//field[not(ancestor::field)]")}
            records.web_search_read(domain, {name: {} for name in names}, limit=80)

    def _is_creatable(self, records, view):
        arch = etree.fromstring(records.get_view(view or None, "form")["arch"])
        allowed = arch.get("create") not in ("false", "0")
        return allowed and records.has_access("create")

    def _get_names(self):
        return {
            "uid": self._user.id,
            "allowed_company_ids": self._user.company_ids.ids,
            "active_id": False,
            "active_ids": [],
            "active_model": False,
            "context_today": lambda: self.env.cr.now().date(),
        }

    # -------------------------------------------------------------------------
    # BUTTONS
    # -------------------------------------------------------------------------

    def _press_all(self, addon):
        """Press each button where it stands, and open what it shows."""
        for model, name, of_several in sorted(self._list_buttons(addon)):
            records = self._env.get(model)
            if records is None or records._transient or not records.has_access("read"):
                continue
            for pressed in self._list_selections(model, of_several):
                self._attempt(f"{name} of {pressed}", lambda r=pressed, n=name: self._press(r, n))

    def _press(self, records, name):
        context = self._get_active(records)
        answer = getattr(records.with_context(**context), name)()
        self._show(answer, f"{name} of {records}", context)

    def _show(self, answer, source, context=()):
        """Open what a button or a menu answers, if it is a window."""
        if isinstance(answer, dict) and answer.get("type") == "ir.actions.act_window":
            answer = {**answer, "context": {**dict(context), **_as_dict(answer.get("context"))}}
            modes = answer.get("view_mode", "form").split(",")
            answer.setdefault("views", [(False, mode) for mode in modes])
            before = len(self._failures)
            self._open_action(answer, source)
            assert len(self._failures) == before, self._failures.pop()

    def _attempt(self, source, act):
        self._opened += 1
        try:
            with self.cr.savepoint() as savepoint:
                act()
                self.env.flush_all()
                savepoint.close(rollback=True)
        except UserError as refusal:
            if not str(refusal).strip():
                self._failures.append(f"{source}: a refusal without a word")
        except Exception as error:
            self._failures.append(f"{source}: {type(error).__name__}: {str(error)[:300]}")
        finally:
            self.env.invalidate_all()


def _fill(record, view):
    """Fill a form as the client does, and as the host's own tests do.

    The client asks for the names of what relations hold, which the host's `Form` does not: then
    the host reads the commands of defaults, and fails over plain ids.
    """
    view = view or None
    Form(record, view)
    arch = etree.fromstring(record.get_view(view, "form")["arch"])
    spec = _make_spec(record, arch)
    if record:
        record.web_read(spec)
    else:
        record.onchange({}, [], spec)


def _make_spec(model, arch):
    """Return what the client asks for of the fields of a view."""
    depth = int(arch.xpath("count(ancestor-or-self::field)"))
    spec = {}
    for node in arch.xpath(f".//field[count(ancestor::field) = {depth}]"):
        field = model._fields[node.get("name")]
        spec[field.name] = {}
        if field.relational:
            rows = node.find("./list")
            inner = {} if rows is None else _make_spec(model.env[field.comodel_name], rows)
            spec[field.name] = {"fields": inner | {"display_name": {}}}
    return spec


def _as_dict(context):
    return ast.literal_eval(context) if isinstance(context, str) else context or {}
