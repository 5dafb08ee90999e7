import ast
from pathlib import Path

from lxml import etree
from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).parents[1]
PREFIXES = ("action_", "button_")


def find_buttons():
    """Return the names of the methods that buttons and links of the addon's views call."""
    return {
        element.get("name")
        for path in ADDON.rglob("*.xml")
        for element in etree.parse(path).iterfind(".//*[@type='object']")
    }


def find_actions():
    """Yield (place, function) for each method of the addon that a button or an integrator calls."""
    buttons = find_buttons()
    for path in sorted((*ADDON.glob("models/**/*.py"), *ADDON.glob("wizards/**/*.py"))):
        for model in ast.walk(ast.parse(path.read_text())):
            for item in model.body if isinstance(model, ast.ClassDef) else ():
                if isinstance(item, ast.FunctionDef) and (
                    item.name in buttons or item.name.startswith(PREFIXES)
                ):
                    yield f"{path.relative_to(ADDON)}:{item.lineno} {item.name}", item


def leaves(statement):
    """Return whether a statement always ends the function, by a return or an exception."""
    match statement:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=body, orelse=orelse):
            ways = [body, orelse]
        case ast.With(body=body):
            ways = [body]
        case ast.Try(body=body, orelse=orelse, handlers=handlers):
            ways = [body + orelse, *(handler.body for handler in handlers)]
        case ast.Match(cases=[*_, ast.match_case(pattern=ast.MatchAs(pattern=None), guard=None)]):
            ways = [case.body for case in statement.cases]
        case _:
            return False
    return all(any(map(leaves, way)) for way in ways)


def returns_nothing(function):
    """Return whether a function may return None, by its end or by a return without a value."""
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return not any(map(leaves, function.body)) or any(
        value is None or (isinstance(value, ast.Constant) and value.value is None)
        for value in returned
    )


@tagged("post_install", "-at_install")
class TestActions(BaseCase):
    """Actions of buttons and integrators return something that XML-RPC can carry."""

    def test_no_action_returns_nothing(self):
        actions = list(find_actions())
        self.assertGreater(len(actions), 10)
        self.assertEqual([place for place, one in actions if returns_nothing(one)], [])

    def test_ways_to_return_nothing_are_seen(self):
        for body, expected in (
            ("return True", False),
            ("x = 1", True),
            ("return", True),
            ("return None", True),
            ("if x:\n  return 1", True),
            ("if x:\n  return 1\nelse:\n  raise y", False),
            ("for x in y:\n  return 1", True),
            ("try:\n  return 1\nexcept E:\n  pass", True),
            ("with x:\n  return 1", False),
            ("match x:\n  case 1:\n    return 1", True),
            ("match x:\n  case 1:\n    return 1\n  case _:\n    raise y", False),
        ):
            lines = "\n".join(f"  {line}" for line in body.splitlines())
            (function,) = ast.parse(f"def f():\n{lines}").body
            with self.subTest(body):
                self.assertEqual(returns_nothing(function), expected)
