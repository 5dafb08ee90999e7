"""Makes what several test classes begin with once for all of them.

A plugin of pytest. A company with its agreement, users and products takes longer than most tests,
and dozens of classes begin with the same one: with the `setUpClass` of one of our own `…Common`.
Here they run one after another; the first makes it, in a transaction that is rolled back to this
point after each class, to nothing after the last one. So each class finds what it would have made.

A class makes its own that would make something else: one that overrides anything of its parent,
does something before `super().setUpClass()`, has another parent besides, or works over HTTP.
"""

import ast
import inspect
import textwrap
from collections import deque
from copy import deepcopy

import pytest
from odoo.models import BaseModel
from odoo.sql_db import Savepoint
from odoo.tests import HttpCase, TransactionCase, test_cursor
from odoo.tools.func import reset_cached_properties

from .layout import ADDONS

# What a class may have although its parent has it, too.
OWN = ("setUpClass", "setUp", "tearDown", "tearDownClass", "test_tags")
CALLBACKS = ("precommit", "postcommit", "prerollback", "postrollback")

_stages = {}
_open = None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(obj):
    """Before pytest looks which setUpClass a class has."""
    if inspect.isclass(obj) and issubclass(obj, TransactionCase):
        _stages[obj] = find_parent(obj)
        if _stages[obj]:
            _share(_stages[obj])


def pytest_collection_modifyitems(items):
    """Put classes that begin with the same behind each other, at the place of the first."""
    places = {}
    for case in dict.fromkeys(item.cls for item in items):
        places.setdefault(_stages.get(case) or case, len(places))
    items.sort(key=lambda item: places[_stages.get(item.cls) or item.cls])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Before the class of the next test is made: one without this stage finds none."""
    if _open and _stages.get(item.cls) is not _open.parent:
        _open.close()


def pytest_sessionfinish():
    if _open:
        _open.close()


def find_parent(case):
    """Return the class with whose setUpClass a class begins, None if it makes its own."""
    parent, *others = case.__bases__
    if others or not issubclass(case, TransactionCase) or issubclass(case, HttpCase):
        return None
    # Some names every class gets by being one.
    names = vars(case).keys() - vars(_make_subclass(parent)).keys() - set(OWN)
    changed = [name for name in names if not name.startswith("__")]
    if not _is_ours(_find_maker(parent)) or any(hasattr(parent, name) for name in changed):
        return None
    if "setUpClass" in vars(case) and not _begins_with_parent(vars(case)["setUpClass"].__func__):
        return None
    return parent


def _make_subclass(parent):
    return type(parent.__name__, (parent,), {"__module__": parent.__module__})


def _find_maker(parent):
    """Return the class whose setUpClass a parent has."""
    return next(base for base in parent.__mro__ if "setUpClass" in vars(base))


def _is_ours(case):
    return f"{case.__module__}.".startswith(tuple(f"odoo.addons.{name}.tests." for name in ADDONS))


def _begins_with_parent(function):
    if not inspect.isfunction(function) or hasattr(function, "__wrapped__"):
        return False
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    body = definition.body[1:] if ast.get_docstring(definition) else definition.body
    return ast.unparse(body[0]) == "super().setUpClass()"


def _share(parent):
    """Have the classes of a parent take what it makes, instead of making it."""
    maker = _find_maker(parent)
    make = vars(maker)["setUpClass"].__func__
    if getattr(make, "is_shared", False):
        return

    def set_up_class(cls):
        stage = _stages.get(cls)
        if stage and _find_maker(stage) is maker:
            _get_open(stage, make).lend(cls)
        else:
            make(cls)

    set_up_class.is_shared = True
    maker.setUpClass = classmethod(set_up_class)


def _get_open(parent, make):
    global _open
    if not _open:
        _open = _Stage(parent, make)
    return _open


class _Stage:
    """What a parent has made, in a transaction that is open until the last of its classes ended."""

    def __init__(self, parent, make):
        self.parent = parent
        self.holder = _make_subclass(parent)
        before = set(vars(self.holder))
        try:
            make(self.holder)
        except BaseException:
            self.holder.doClassCleanups()
            raise
        self.env = self.holder.env
        self.env.flush_all()
        self.made = {name: value for name, value in vars(self.holder).items() if name not in before}
        self.sequence = self.env.registry.registry_sequence

    def lend(self, case):
        """Give a class what was made, until its cleanups."""
        cr = self.env.cr
        default_env = self.env.transaction.default_env
        queues = [getattr(cr, name) for name in CALLBACKS]
        kept = [(deque(queue._funcs), deepcopy(queue.data)) for queue in queues]
        savepoint = Savepoint(cr)

        def give_back():
            savepoint.close()
            test_cursor.TestCursor._cursors_stack = []
            for queue, (functions, data) in zip(queues, kept, strict=True):
                queue._funcs, queue.data = functions, data
            for env in list(self.env.transaction.envs):
                reset_cached_properties(env)
            self.env.transaction.clear()
            self.env.transaction.default_env = default_env
            registry = self.env.registry
            with self.holder.muted_registry_logger:
                registry.clear_all_caches()
            if registry.registry_invalidated or registry.registry_sequence != self.sequence:
                # The host sets up its models afresh.
                self.close()

        case.addClassCleanup(give_back)
        for name, value in self.made.items():
            setattr(case, name, _copy(value))

    def close(self):
        global _open
        _open = None
        self.holder.doClassCleanups()
        if self.holder.tearDown_exceptions:
            raise self.holder.tearDown_exceptions[0][1]


def _copy(value):
    """Return a value that a class may change: records are everybody's, what stands in for
    somebody else is the class's own."""
    if isinstance(value, BaseModel):
        return value
    if isinstance(value, dict | list | set):
        return value.copy()
    return deepcopy(value) if _is_ours(type(value)) else value
