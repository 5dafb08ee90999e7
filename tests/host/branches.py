"""Measures which lines and branches of one addon a test run executes, at nearly no cost.

A plugin of pytest. Coverage itself traces (until Python 3.14), which slows down all of Odoo by more
than a half to watch a small part of it. This plugin compiles the addon's own files with a note at
each statement instead, and leaves the rest of Python alone. It writes what coverage reads; coverage
then decides what is a line and what a branch, as ever. `tests/host/tests/test_branches.py` compares
the two.
"""

import ast
from importlib.machinery import SourceFileLoader
from pathlib import Path

from coverage import CoverageData

ROOT = Path(__file__).resolve().parents[2]
# Steps from one line to the next, by file; a negative number is the way into or out of a function.
steps = {}
# Names in the measured code: the line before, what notes a step, and what a function returns.
AT, NOTE, RETURNED, HAS_ENDED = "cov_at_", "cov_note_", "cov_returned_", "cov_has_ended_"


def pytest_addoption(parser):
    parser.addoption("--branches-of", metavar="ADDON", help="measure this addon")
    parser.addoption("--branches-file", metavar="FILE", help="write the result there")


def pytest_load_initial_conftests(early_config):
    """Before anything imports the addon."""
    if addon := early_config.known_args_namespace.branches_of:
        measure(ROOT / addon)


def pytest_sessionfinish(session):
    if addon := session.config.getoption("branches_of"):
        write(ROOT / addon, session.config.getoption("branches_file"))


def is_measured(path, folder):
    """Return whether a file is the addon's own: no test, no manifest."""
    inside = path.relative_to(folder) if path.is_relative_to(folder) else None
    return bool(inside) and inside.parts[0] != "tests" and inside.name != "__manifest__.py"


def measure(folder):
    """Note the steps of each file of a folder that is imported from now on."""
    get_code = SourceFileLoader.get_code

    def get_noting_code(loader, name):
        path = Path(loader.path)
        if not is_measured(path, folder):
            return get_code(loader, name)
        return compile(note_steps(loader.get_data(loader.path), str(path)), str(path), "exec")

    SourceFileLoader.get_code = get_noting_code


def write(folder, target):
    """Write what was executed, and of the files that were not, their names."""
    data = CoverageData(basename=target)
    data.erase()
    data.add_arcs(steps)
    # As coverage does: of packages only, which scripts of migrations are not in.
    packages = (file.parent for file in folder.rglob("__init__.py"))
    files = (file for package in packages for file in package.glob("*.py"))
    data.touch_files([str(file) for file in files if is_measured(file, folder)])
    data.write()


def start(path):
    """Return what notes a step in a file."""
    return steps.setdefault(path, set()).add


def note_steps(source, path):
    """Return the syntax tree of a source that notes each step which it takes."""
    tree = ast.parse(source, path)
    count = 0
    while count < len(tree.body) and _must_come_first(tree.body[count]):
        count += 1
    first, rest = tree.body[:count], tree.body[count:]
    begin = ast.parse(f"from {__name__} import start as {NOTE}\n{NOTE} = {NOTE}({path!r})").body
    passed = [_step(line.lineno) for line in first if not _is_docstring(line)]
    tree.body = [*first, *begin, _set(AT, -1), *passed, *_Notes().block(rest)]
    return ast.fix_missing_locations(tree)


class _Notes:
    """Adds notes to a syntax tree, in the order in which Python would report the lines."""

    def block(self, statements, loop=None):
        """Return the statements with a note before each one.

        :param loop: the line of the loop around them, to which `continue` leads
        """
        found = []
        for statement in statements:
            if not (isinstance(statement, ast.Global | ast.Nonlocal) or _is_docstring(statement)):
                found += map(_step, _lines(statement))
            found += self._statement(statement, loop)
        return found

    def _statement(self, node, loop):
        """Return the statement, with notes in the blocks that it has, and on the way out of it."""
        match node:
            case ast.FunctionDef():
                self._function(node)
            case ast.ClassDef():
                self._class(node)
            case ast.For() | ast.While():
                node.body = [*self.block(node.body, node.lineno), _step(node.lineno)]
                node.orelse = self.block(node.orelse, loop)
            case ast.If() | ast.With() | ast.Try():
                self._blocks(node, loop)
            case ast.Match():
                lines = [case.pattern.lineno for case in node.cases]
                self._choices(node.cases, lines, loop)
                if not _matches_always(node.cases[-1]):
                    node.cases.append(ast.match_case(ast.MatchAs(), None, [*map(_step, lines)]))
            case ast.Continue():
                return [_step(loop), node]
            case ast.Return():
                value = node.value or ast.Constant(None)
                returned = ast.Assign([ast.Name(RETURNED, ast.Store())], value)
                node.value = ast.Name(RETURNED, ast.Load())
                return [ast.copy_location(returned, node), _set(HAS_ENDED, True), node]
        return [node]

    def _blocks(self, node, loop):
        for name in ("body", "orelse", "finalbody"):
            if statements := getattr(node, name, None):
                setattr(node, name, self.block(statements, loop))
        handlers = getattr(node, "handlers", [])
        self._choices(handlers, [handler.lineno for handler in handlers], loop)

    def _function(self, node):
        first = _lines(node)[0]
        documented = node.body[:1] if _is_docstring(node.body[0]) else []
        body = self.block(node.body[len(documented) :])
        # An exception leaves a function without having ended it.
        note_end = ast.If(ast.Name(HAS_ENDED, ast.Load()), [_note(AT, -first)], [])
        whole = ast.Try([*body, _set(HAS_ENDED, True)], [], [], [note_end])
        node.body = [*documented, _set(AT, -first), _set(HAS_ENDED, False), whole]

    def _class(self, node):
        """Note without a variable, which an enumeration would take for one of its members."""
        found = []
        before = -_lines(node)[0]
        for statement in node.body:
            for line in [] if _is_docstring(statement) else _lines(statement):
                found.append(_note(before, line))
                before = line
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                self._statement(statement, None)
            found.append(statement)
        node.body = found

    def _choices(self, choices, lines, loop):
        """Note in each choice that those before it were tried."""
        for number, choice in enumerate(choices, 1):
            choice.body = [*map(_step, lines[:number]), *self.block(choice.body, loop)]


def _note(before, line):
    return ast.parse(f"{NOTE}(({before}, {line}))").body[0]


def _step(line):
    """Note the step to a line, and be there."""
    return ast.parse(f"{AT} = {NOTE}(({AT}, {line})) or {line}").body[0]


def _set(name, value):
    return ast.parse(f"{name} = {value}").body[0]


def _must_come_first(statement):
    return _is_docstring(statement) or getattr(statement, "module", None) == "__future__"


def _matches_always(case):
    return isinstance(case.pattern, ast.MatchAs) and not (case.pattern.pattern or case.guard)


def _lines(statement):
    """Return the lines of a statement that Python reports one by one."""
    decorators = getattr(statement, "decorator_list", [])
    return [*(decorator.lineno for decorator in decorators), statement.lineno]


def _is_docstring(statement):
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
