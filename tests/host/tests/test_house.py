"""The rules of the house see what they are made for."""

import ast

import pytest

from tests.host import house

BODIES = (
    ("return True", False),
    ("x = 1", True),
    ("return", True),
    ("return None", True),
    ("return a if x else None", True),
    ("return a if x else b", False),
    ("if x:\n  return 1", True),
    ("if x:\n  return 1\nelse:\n  raise y", False),
    ("for x in y:\n  return 1", True),
    ("try:\n  return 1\nexcept E:\n  pass", True),
    ("try:\n  return 1\nexcept E:\n  return 2", False),
    ("with x:\n  return 1", False),
    ("def inside():\n  return None\nreturn 1", False),
    ("match x:\n  case 1:\n    return 1", True),
    ("match x:\n  case 1:\n    return 1\n  case _ if z:\n    return 2", True),
    ("match x:\n  case 1:\n    return 1\n  case _:\n    raise y", False),
)
BUTTONS = "<form><button type='object' name='press'/><button type='action' name='1'/></form>"
MODEL = """
class Model(models.Model):
    _name = "one.model"

    def action_one(self):
        return self._show()

    def _show(self):
        return show_all(self)

    def action_post(self):
        return super().action_post()

    def press(self):
        self.state = "pressed"

    def _whoever(self):
        pass

def show_all(records):
    return None
"""


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_ways_to_return_none_are_seen(body, expected):
    lines = "\n".join(f"  {line}" for line in body.splitlines())
    (function,) = ast.parse(f"def f():\n{lines}").body
    assert house.may_return_none(function) == expected


def test_actions_buttons_and_what_they_return_are_followed(tmp_path, monkeypatch):
    for name, text in (("models/model.py", MODEL), ("views/view.xml", BUTTONS)):
        path = tmp_path / "addon" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    monkeypatch.setattr(house, "ROOT", tmp_path)
    monkeypatch.setattr(house, "ADDONS", ("addon",))
    found = [line.split(": ")[1].split()[0] for line in house.actions_without_result()]
    assert sorted(found) == ["press", "show_all"]


def test_actions_of_the_addons_are_found():
    for addon in house.ADDONS:
        names = {function.name for _path, function in house.find_actions(addon)}
        assert len(names) > 30, addon
