"""Checks the rules of the house that no ready linter knows, by reading the sources alone.

1. A method of a model stands in one file of an addon, where a reader sees all of it.
2. Imports between folders run one way, in the order in which `models/__init__.py` loads them.
3. What must stand in each addon, because each installs alone, has the same text in all of them.
4. An action returns a value that XML-RPC can carry, which None is not.
5. Of a method that two addons have on one model each calls the next; none replaces another's.
"""

import ast
from collections import defaultdict
from typing import NamedTuple
from xml.etree import ElementTree

from .layout import ADDONS, ROOT

# Folders of an addon that hold classes of models.
MODEL_FOLDERS = ("models", "wizards", "reports")
# What a kind of file may import from beside its own kind.
KINDS_USED_BY = {
    "const.py": set(),
    "tools": {"const.py"},
    "models": {"const.py", "tools", "hooks.py"},
    "reports": {"const.py", "tools", "models"},
    "wizards": {"const.py", "tools", "models"},
    "controllers": {"const.py", "tools", "models"},
    "hooks.py": {"const.py", "tools", "models"},
}

# Files that each addon has, with no difference but the addon's own name.
SAME_TEXT = (
    "tools/activity.py",
    "tools/booked.py",
    "tools/identity.py",
    "tools/table.py",
    "tools/worth.py",
    "models/common/abstract_guard.py",
    "models/common/abstract_state.py",
    "models/common/ir_attachment.py",
    "models/common/res_users.py",
    "tests/tools/test_table.py",
)
# So do these, in the addons that send something.
SENDERS = ("supplier_credit", "reseller_billing")
SAME_TEXT_OF_SENDERS = (
    "models/common/moment.py",
    "models/common/restore.py",
    "tests/tools/test_limited.py",
    "tools/limited.py",
)

# And these, in the addons that give documents a bearer of their own.
OF_BEARERS = ("supplier_credit", "vendor_financing")
SAME_TEXT_OF_BEARERS = (
    "models/common/company_day.py",
    "tools/bearer.py",
    "tools/finished_class.py",
    "tools/origin.py",
)

# What buttons, links and integrators call.
ACTION_PREFIXES = ("action_", "button_")


def differing_texts():
    """Return a line for each file of the lists above that differs from the first addon's."""
    return [
        f"{addon}/{name}: another text than {first}/{name}"
        for (first, *others), names in (
            (ADDONS, SAME_TEXT),
            (SENDERS, SAME_TEXT_OF_SENDERS),
            (OF_BEARERS, SAME_TEXT_OF_BEARERS),
        )
        for name in names
        for addon in others
        if _read_nameless(addon, name) != _read_nameless(first, name)
    ]


def _read_nameless(addon, name):
    """Return the text of a file without the addon's name: as folder, in models and in classes."""
    text = (ROOT / addon / name).read_text()
    for own_name in (addon, addon.replace("_", "."), addon.title().replace("_", "")):
        text = text.replace(own_name, "ADDON")
    return text


def triggers_by_own_clock():
    """Return a line for each cron that is triggered by the clock of its server.

    The host compares the moment with the database's clock: a server that is ten minutes ahead has
    the others wait so long.
    """
    return [
        f"{path.relative_to(ROOT)}:{number}: _trigger() without get_now(self.env)"
        for addon in SENDERS
        for path in _sources(addon, MODEL_FOLDERS)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if "._trigger()" in line
    ]


def spread_methods():
    """Return a line for each method of a model that more than one file of an addon defines."""
    lines = []
    for addon in ADDONS:
        places = defaultdict(set)
        for path in _sources(addon, MODEL_FOLDERS):
            for model, method in _methods(ast.parse(path.read_text())):
                places[model, method].add(str(path.relative_to(ROOT / addon)))
        lines += [
            f"{addon}: {model}.{method}: {', '.join(sorted(files))}"
            for (model, method), files in sorted(places.items())
            if len(files) > 1
        ]
    return lines


def replaced_methods():
    """Return a line for each method of a model by which one addon replaces another's."""
    found = defaultdict(dict)
    for addon in ADDONS:
        for path in _sources(addon, MODEL_FOLDERS):
            for model, method, calls_super in _methods_with_super(ast.parse(path.read_text())):
                found[model, method][addon] = calls_super
    return [
        f"{model}.{method}: in {', '.join(addons)}, and not each calls super()"
        for (model, method), addons in sorted(found.items())
        if len(addons) > 1 and not all(addons.values())
    ]


def arrows_against_the_order():
    """Return a line for each import of an addon that runs against the order of its folders."""
    lines = []
    for addon in ADDONS:
        order = _load_order(addon)
        for path in _sources(addon, KINDS_USED_BY):
            for imported, number in _imports(addon, path):
                problem = _judge(_Place.of(path.relative_to(ROOT / addon)), imported, order)
                if problem:
                    lines.append(f"{path.relative_to(ROOT)}:{number}: {problem}")
    return lines


def actions_without_result():
    """Return a line for each function that ends an action without a value."""
    return [
        f"{path.relative_to(ROOT)}:{function.lineno}: {function.name} may return None"
        for addon in ADDONS
        for path, function in find_actions(addon)
        if may_return_none(function)
    ]


def find_actions(addon):
    """Yield (path, function) of an addon's actions and of what they return the result of."""
    functions = defaultdict(list)
    for path in _sources(addon, ("models", "wizards")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                functions[node.name].append((path, node))
    waiting = [name for name in functions if name.startswith(ACTION_PREFIXES)]
    waiting += _buttons(addon)
    seen = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield from functions[name]
            for _path, function in functions[name]:
                waiting += filter(None, map(_called, _returned(function)))


def _buttons(addon):
    """Return the names of the methods that the addon's views call."""
    return {
        element.get("name")
        for path in sorted((ROOT / addon).rglob("*.xml"))
        for element in ElementTree.parse(path).iterfind(".//*[@type='object'][@name]")
    }


def may_return_none(function):
    """Return whether a function may end without a value, by its end or by a return."""
    return not _ends(function.body) or any(map(_is_none, _returned(function)))


def _ends(body):
    """Return whether these statements always end the function, by a return or an exception."""
    match body[-1]:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=then, orelse=otherwise):
            return bool(otherwise) and _ends(then) and _ends(otherwise)
        case ast.With(body=inner):
            return _ends(inner)
        case ast.Try(body=inner, handlers=handlers, orelse=otherwise):
            return _ends(otherwise or inner) and all(_ends(handler.body) for handler in handlers)
        case ast.Match(cases=[*_, ast.match_case(pattern=ast.MatchAs(pattern=None), guard=None)]):
            return all(_ends(case.body) for case in body[-1].cases)
    return False


def _returned(function):
    """Yield what a function returns, not what functions inside it do; None for a bare return."""
    waiting = list(function.body)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Return(value=ast.IfExp(body=one, orelse=other)):
                yield from (one, other)
            case ast.Return(value=value):
                yield value
            case ast.FunctionDef() | ast.Lambda():
                continue
            case _:
                waiting.extend(ast.iter_child_nodes(node))


def _is_none(value):
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _called(value):
    """Return the name of the function whose result this is, None if it is the host's."""
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")))):
            return None
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
    return None


class _Place(NamedTuple):
    """Where a file stands: `models/orders/sale_order.py` is of kind models, in folder orders."""

    kind: str
    folder: str | None

    @classmethod
    def of(cls, path):
        kind, *rest = path.parts
        return cls(kind, rest[0] if len(rest) > 1 else None)


def _judge(here, imported, order):
    if imported.kind != here.kind:
        if imported.kind not in KINDS_USED_BY[here.kind]:
            return f"{here.kind} must not import from {imported.kind}"
        if imported.kind == "tools":
            return None
    known = here.folder in order and imported.folder in order
    if known and order.index(imported.folder) > order.index(here.folder):
        return f"folder {here.folder} loads before {imported.folder}"
    return None


def _sources(addon, kinds):
    for kind in kinds:
        path = ROOT / addon / kind
        if path.is_dir():
            yield from sorted(path.rglob("*.py"))
        elif path.is_file():
            yield path


def _methods(tree):
    """Yield (model, method) for each method of each class of a model."""
    for model, method, _calls_super in _methods_with_super(tree):
        yield model, method


def _methods_with_super(tree):
    """Yield (model, method, whether it calls super) for each method of each class of a model."""
    for node in ast.walk(tree):
        model = _model_of(node) if isinstance(node, ast.ClassDef) else None
        for item in node.body if model else ():
            if isinstance(item, ast.FunctionDef):
                calls = (one.func for one in ast.walk(item) if isinstance(one, ast.Call))
                yield model, item.name, any(_is_super(function) for function in calls)


def _is_super(function):
    return isinstance(function, ast.Name) and function.id == "super"


def _model_of(node):
    """Return the name of the model that a class makes or extends, None for other classes."""
    values = {}
    for item in node.body:
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
            try:
                values[item.targets[0].id] = ast.literal_eval(item.value)
            except ValueError:
                continue
    inherited = values.get("_inherit")
    if isinstance(inherited, list):
        inherited = inherited[0] if len(inherited) == 1 else None
    return values.get("_name") or inherited


def _load_order(addon):
    tree = ast.parse((ROOT / addon / "models/__init__.py").read_text())
    return [
        name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names
    ]


def _imports(addon, path):
    """Yield (place, line number) of what a file of an addon imports from that addon."""
    package = path.relative_to(ROOT / addon).parent.parts
    if path.name == "__init__.py":
        # Packages import their modules to load them.
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = package[: len(package) - node.level + 1]
        for name in node.names:
            target = (*base, *(node.module.split(".") if node.module else ()), name.name)
            yield _place_of_import(addon, target), node.lineno


def _place_of_import(addon, target):
    """Return the place of an imported name: its last part may be a module or a name in one."""
    kind, *rest = target
    if (ROOT / addon / f"{kind}.py").is_file():
        return _Place(f"{kind}.py", None)
    folder = rest[0] if rest and (ROOT / addon / kind / rest[0]).is_dir() else None
    return _Place(kind, folder)
