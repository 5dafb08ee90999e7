"""What is left out beside the other addons is told by the tests' own code."""

import json
import subprocess

from tests.host.environments import ODOO_PYTHON
from tests.host.layout import ROOT

CASES = """
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, HttpCase, TransactionCase


class Plain(BaseCase):
    def test_number(self):
        pass


class Records(TransactionCase):
    def test_partner(self):
        pass

    @settings(max_examples=5)
    @given(st.integers())
    def test_drawn(self, number):
        pass

    def test_drawn_inside(self):
        @given(st.integers())
        def check(number):
            pass

        check()


class Pages(HttpCase):
    def test_page(self):
        pass
"""
ASK = """
import json
import cases
from tests.host.once import is_proved_alone
print(json.dumps({
    f"{case.__name__}.{name}": is_proved_alone(case, function)
    for case in (cases.Plain, cases.Records, cases.Pages)
    for name, function in vars(case).items() if name.startswith("test_")
}))
"""


def test_without_records_or_with_drawn_examples(tmp_path):
    (tmp_path / "cases.py").write_text(CASES)
    answer = subprocess.run(
        [ODOO_PYTHON, "-c", ASK],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{tmp_path}"},
        capture_output=True,
        check=True,
    )
    assert json.loads(answer.stdout) == {
        "Plain.test_number": True,
        "Records.test_partner": False,
        "Records.test_drawn": True,
        "Records.test_drawn_inside": True,
        "Pages.test_page": False,
    }
