"""Whether a class begins with what others have made is told by the class's own code."""

import json
import subprocess

from tests.host.environments import ODOO_PYTHON
from tests.host.layout import ROOT

CASES = """
from functools import wraps

from odoo.tests import HttpCase, TransactionCase


def prepared(function):
    @wraps(function)
    def prepare(cls):
        function(cls)

    return prepare


class Common(TransactionCase):
    __module__ = "odoo.addons.vendor_financing.tests.common"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = cls.choose_name()

    @classmethod
    def choose_name(cls):
        return "usual"


class CommonOfHost(TransactionCase):
    __module__ = "odoo.addons.account.tests.common"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()


class TestPlain(Common):
    def test_name(self):
        pass


class TestMore(Common):
    @classmethod
    def setUpClass(cls):
        '''Make more.'''
        super().setUpClass()
        cls.more = 1


class TestChanged(Common):
    @classmethod
    def choose_name(cls):
        return "another"


class TestBefore(Common):
    @classmethod
    def setUpClass(cls):
        cls.limit = 1
        super().setUpClass()


class TestDecorated(Common):
    @classmethod
    @prepared
    def setUpClass(cls):
        super().setUpClass()


class TestBesides(Common, HttpCase):
    pass


class Mixin:
    pass


class TestMixed(Mixin, Common):
    pass


class TestOfHost(CommonOfHost):
    pass
"""
ASK = """
import json
import cases
from tests.host.shared_setups import find_parent
print(json.dumps({
    name: parent and parent.__name__
    for name, case in vars(cases).items() if name.startswith("Test")
    for parent in [find_parent(case)]
}))
"""


def test_class_that_would_make_something_else_makes_its_own(tmp_path):
    (tmp_path / "cases.py").write_text(CASES)
    answer = subprocess.run(
        [ODOO_PYTHON, "-c", ASK],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{tmp_path}"},
        capture_output=True,
        check=True,
    )
    assert json.loads(answer.stdout) == {
        "TestPlain": "Common",
        "TestMore": "Common",
        "TestChanged": None,
        "TestBefore": None,
        "TestDecorated": None,
        "TestBesides": None,
        "TestMixed": None,
        "TestOfHost": None,
    }
