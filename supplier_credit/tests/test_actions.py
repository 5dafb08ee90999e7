import ast
from collections import defaultdict
from pathlib import Path

from lxml import etree
from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).parents[1]
FOLDERS = ("models", "wizards")


class Functions:
    """All functions of the addon by name, read from its sources."""

    def __init__(self):
        self._by_name = defaultdict(list)
        for folder in FOLDERS:
            for path in sorted((ADDON / folder).rglob("*.py")):
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.FunctionDef):
                        self._by_name[node.name].append((path, node))

    def find_buttons(self):
        """Return the names of the addon's methods that its views call."""
        return {
            node.get("name")
            for path in ADDON.rglob("*.xml")
            for node in etree.parse(path).iterfind(".//*[@type='object']")
            if node.get("name") in self._by_name
        }

    def find_actions(self):
        return {name for name in self._by_name if name.startswith("action_")}

    def find_silent(self, names):
        """Return where these functions, or those whose result they return, return None."""
        silent, seen, waiting = [], set(), list(names)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            for path, function in self._by_name[name]:
                place = f"{path.relative_to(ADDON)}:{function.lineno}: {name}"
                silent += [place] if not _always_returns(function.body) else []
                for returned in _find_returns(function):
                    if _is_none(returned.value):
                        silent.append(place)
                    elif called := _get_called(returned.value):
                        waiting.append(called)
        return sorted(set(silent))


def _always_returns(body):
    """Return whether no path leaves these statements at their end."""
    last = body[-1]
    match last:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=then, orelse=otherwise):
            return bool(otherwise) and _always_returns(then) and _always_returns(otherwise)
        case ast.With(body=inner):
            return _always_returns(inner)
        case ast.Try(body=inner, handlers=handlers, orelse=otherwise):
            return _always_returns(otherwise or inner) and all(
                _always_returns(handler.body) for handler in handlers
            )
        case ast.Match(cases=cases):
            wildcard = isinstance(cases[-1].pattern, ast.MatchAs) and not cases[-1].pattern.pattern
            return wildcard and all(_always_returns(case.body) for case in cases)
    return False


def _find_returns(function):
    """Yield the return statements of a function, not those of functions inside it."""
    waiting = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            yield node
        elif not isinstance(node, (ast.FunctionDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def _is_none(value):
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _get_called(value):
    """Return the name of the addon's function whose result is returned, if it is one."""
    if not isinstance(value, ast.Call):
        return None
    match value.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
            return None
        case ast.Attribute(attr=name):
            return name


@tagged("post_install", "-at_install")
class TestActions(BaseCase):
    """Every action returns a value that XML-RPC can carry, which None is not."""

    def test_every_action_and_button_returns_something(self):
        functions = Functions()
        names = functions.find_actions() | functions.find_buttons()
        self.assertGreater(len(names), 40, "the sources were found")
        self.assertFalse(functions.find_silent(names))
