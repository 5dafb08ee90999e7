"""What `make test` runs, part by part; each part is a process of its own with its own database."""

import os
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from . import clock
from .databases import Databases
from .demo import fill_company, fill_contracts
from .environments import ODOO_PYTHON, TOOLS_PYTHON
from .figures import Figures
from .layout import ADDONS, HOST, PYTHON, ROOT
from .lifecycle import check_uninstall, snapshot
from .lint import lint
from .localisations import NONE, oca
from .packages import chromium, faketime
from .processes import free_port
from .terminal import HostError, run, say, show, step

TOGETHER = "test_together"
LIVING = "test_living"
LOCALISED = "test_localised"
UNLOCALISED = "test_unlocalised"
# What companies have beside the addons.
OTHER_APPS = (
    "website_sale",
    "point_of_sale",
    "pos_sale",
    "sale_stock",
    "sale_loyalty",
    "mrp",
    "account_debit_note",
)
# Two parts run beside each other; the longest begin first, so that both end at about the same time.
WORKERS = 2
ORDER = (
    "lint",
    "together",
    "e2e",
    "alone:supplier_credit",
    "alone:reseller_billing",
    "alone:vendor_financing",
    "living",
    "localised",
    "sandbox",
)
# Long random tests of formulas, files and one addon's own records: they run with the addon alone.
OF_ONE_ADDON = ("*_property.py", "*/test_formulas.py", "*/test_nfe_hostile.py")
IGNORED = tuple(f"--ignore-glob={name}" for name in OF_ONE_ADDON)
# What classes begin with is made once for all of them.
SHARED = ("-p", "tests.host.shared_setups")
# Beside the other addons, what an addon's tests prove alone is left out (once.py), or is not.
ONCE = ("-p", "tests.host.once")
EVERY_TEST = "EVERY_TEST"
# Tests inside Odoo that need the three addons at once.
OF_ALL_ADDONS = "tests/access"
# Tests inside Odoo that need the apps beside them, too.
OF_OTHER_APPS = "tests/living"
# Tests inside Odoo that need OCA's Brazilian localisation, and those that need none.
OF_OCA = "tests/localised/oca"
OF_NONE = "tests/localised/none"
# Begins the names of the databases that `make some` keeps; another checkout may have its own.
KEPT = os.environ.get("SOME_DATABASES", "some")
SECONDS_TO_CLEAN_UP = 60
# The browser tests; they take the pictures of the documentation.
CLICKED = (
    "tests/e2e/test_browser.py",
    "tests/e2e/test_browser_after_sales.py",
    "tests/e2e/test_browser_vendor.py",
    "tests/e2e/test_browser_billing.py",
    "tests/e2e/test_browser_billing_desk.py",
    "tests/e2e/test_browser_issuing.py",
)
LANGUAGES = ("en_US", "pt_BR")


class Suite:
    """The parts; one that fails does not keep the next from running."""

    def __init__(self, databases):
        self.databases = databases
        self._processes = set()
        self._live = True
        self._interrupted = False
        self.figures = Figures()
        self.parts = {
            "lint": lint,
            "sandbox": self._sandbox,
            **{f"alone:{addon}": lambda addon=addon: self._alone(addon) for addon in ADDONS},
            "together": self._together,
            "living": self._living,
            "localised": self._localised,
            "e2e": self._e2e,
        }

    def run(self, only=None):
        """Run all parts, or those whose name begins with `only`; raise HostError if one failed."""
        chosen = [name for name in self.parts if name.startswith(only or "")]
        if not chosen:
            raise HostError(f"No part is called {only}. Parts: {', '.join(self.parts)}")
        # What several say at once is shown part by part.
        self._live = len(chosen) == 1
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            ended = [pool.submit(self._run_part, name) for name in ORDER if name in chosen]
            try:
                failed = [part.result() for part in ended]
                failed = [name for name in failed if name]
            except BaseException:
                self._interrupt()
                raise
        for line in self.figures.lines():
            say(line)
        if failed:
            raise HostError(f"Failed: {', '.join(failed)}")
        if not only:
            self.figures.save()
        say("All green.")

    def _run_part(self, name):
        """Run a part; return its name if it failed."""
        if self._interrupted:
            return None
        say(f"== {name}")
        began = time.monotonic()
        try:
            self.parts[name]()
        except HostError as error:
            say(f"== {name} FAILED: {error}")
            return name
        finally:
            self.figures.seconds[name] = time.monotonic() - began
        say(f"== {name}: ok")
        return None

    def _interrupt(self):
        """Interrupt the running processes as Ctrl-C does, so that they clean up."""
        self._interrupted = True
        for process in list(self._processes):
            process.send_signal(signal.SIGINT)

    def _sandbox(self):
        self._pytest(TOOLS_PYTHON, ["tests/sandbox", "tests/host"])

    def _alone(self, addon):
        """Install one addon without the others, test it, and see that it leaves nothing behind."""
        database = f"test_{addon}"
        with step(f"Installing {addon} alone"):
            self.databases.copy(database, template=self.databases.template_of_tests)
            before = snapshot(self.databases.postgres, database)
            self.databases.install(database, [addon])
        self._odoo_pytest(database, [addon], *SHARED, *self.figures.options_to_cover(addon))
        self.figures.read_coverage(addon)
        if addon == "supplier_credit":
            # With agreement, bearer, customers and orders in it, as a company would uninstall it.
            fill_company(self.databases, database, free_port())
        elif addon == "reseller_billing":
            fill_contracts(self.databases, database)
        with step(f"Uninstalling {addon}"):
            check_uninstall(self.databases, database, addon, before)
        self.databases.drop(database)

    def _together(self):
        """Test the three addons in one database, by the clock that today has its turn."""
        is_free = not clock.chosen() and self.databases.postgres.private
        if not is_free or not faketime(optional=True):
            self._test_together()
            return
        say(f"== together runs by the clock {clock.of_the_day()}")
        self.run_by_clock(clock.of_the_day(), "together")

    def run_by_clock(self, name, part, environment=()):
        """Run a part by a clock of `tests.host.clock`, on a server whose time is set with it."""
        self.databases.dump_template()
        self._run_process(
            [str(PYTHON), "-m", "tests.host", "test", "--only", part],
            f"{part} by the clock {name}",
            {**os.environ, **clock.environment(name), **dict(environment)},
        )

    def _test_together(self):
        with step("Installing the three addons together"):
            self.databases.copy(TOGETHER, ADDONS, template=self.databases.template_of_tests)
        left_out = () if os.environ.get(EVERY_TEST) else ONCE
        self._odoo_pytest(TOGETHER, [*ADDONS, OF_ALL_ADDONS], *SHARED, *IGNORED, *left_out)
        with step("Comparing the translation templates with the source"):
            self.translate("compare")
        self.databases.drop(TOGETHER)

    def _living(self):
        """Test the three addons in a database with shop, till, stock, loyalty and manufacturing."""
        with step("Installing the three addons beside other apps"):
            self.databases.copy(
                LIVING, [*OTHER_APPS, *ADDONS], template=self.databases.template_of_tests
            )
        self._odoo_pytest(LIVING, [OF_OTHER_APPS])
        self.databases.drop(LIVING)

    def _localised(self):
        """Test the three addons with OCA's Brazilian localisation, and without any."""
        for name, tests in ((LOCALISED, OF_OCA), (UNLOCALISED, OF_NONE)):
            self._of_localisation(tests)._install_and_test(name, tests)

    def _install_and_test(self, name, tests):
        with step(f"Installing the three addons for {tests}"):
            self.databases.copy(name, ADDONS)
        self._odoo_pytest(name, [tests], *SHARED)
        self.databases.drop(name)

    def _of_localisation(self, tests):
        """Return a suite whose databases have the localisation that these tests need."""
        host = self.databases
        localisation = oca(host.python) if tests.startswith(OF_OCA) else NONE
        databases = Databases(host.postgres, host.source, host.python, localisation)
        databases.ensure_template()
        suite = Suite(databases)
        suite._live, suite._processes = self._live, self._processes
        return suite

    def translate(self, command, database=TOGETHER):
        """Compare or update the templates with what the addons in a database say now."""
        folder = self.databases.export_translations(database, ADDONS)
        run(
            [ODOO_PYTHON, "-m", "tests.host.translations", command, folder, *ADDONS],
            what="Translations (`make translations` brings them up to date)",
            cwd=ROOT,
        )

    def _e2e(self):
        chromium()
        self._pytest(TOOLS_PYTHON, ["tests/e2e", "-m", "not load"])

    def some(self, paths, options=()):
        """Run chosen test files or folders; the database of an addon is kept for the next time.

        :param paths: of one addon, of tests/access, tests/sandbox or tests/e2e; may end in ::name
        :param options: further options of pytest, such as -k
        """
        addon = paths[0].split("/")[0]
        if paths[0].startswith(OF_ALL_ADDONS):
            database, addons = f"{KEPT}_together", ADDONS
        elif paths[0].startswith(OF_OTHER_APPS):
            database, addons = f"{KEPT}_living", [*OTHER_APPS, *ADDONS]
        elif paths[0].startswith((OF_OCA, OF_NONE)):
            self._of_localisation(paths[0])._some(
                f"{KEPT}_{paths[0].split('/')[2]}", ADDONS, paths, options
            )
            return
        elif addon in ADDONS:
            database, addons = f"{KEPT}_{addon}", [addon]
        else:
            if paths[0].startswith("tests/e2e"):
                chromium()
            self._pytest(TOOLS_PYTHON, [*paths, *options])
            return
        self._some(database, addons, paths, options, self.databases.template_of_tests)

    def _some(self, database, addons, paths, options, template=None):
        if self.databases.postgres.exists(database):
            # The host's own apps stay as they are.
            self.databases.update(database, [addon for addon in addons if addon in ADDONS])
        else:
            with step(f"Installing {', '.join(addons)}"):
                self.databases.copy(database, addons, template=template)
        self._odoo_pytest(database, paths, *options)

    def end_to_end(self):
        """Everything end to end, with the long tests of crashes and load."""
        chromium()
        self._pytest(TOOLS_PYTHON, ["tests/e2e", "--durations=5"])

    def bench(self):
        """Measure and write docs/benchmarks.md."""
        self._run(TOOLS_PYTHON, ["tests.bench"])

    def _odoo_pytest(self, database, paths, *options):
        self.databases.postpone_crons(database)
        self._pytest(
            ODOO_PYTHON,
            [
                f"--odoo-database={database}",
                f"--odoo-addons-path={self.databases.addons_path}",
                f"--odoo-extra=data-dir={HOST / 'data'}",
                "--odoo-http",
                "-p",
                "tests.host.spare_companies",
                *options,
                *paths,
            ],
            self.databases.localisation.environment,
        )

    def _pytest(self, python, arguments, environment=()):
        self._run(python, ["pytest", "-q", "-p", "no:cacheprovider", *arguments], environment)

    def _run(self, python, module_and_arguments, environment=()):
        """Run a Python module; raise HostError unless it ends well."""
        self._run_process(
            [str(python), "-m", *module_and_arguments],
            module_and_arguments[0],
            {
                **self.databases.postgres.environment,
                **_unchanged(os.environ),
                **dict(environment),
            },
        )

    def _run_process(self, command, what, environment):
        output = None if self._live else tempfile.TemporaryFile("w+", errors="replace")
        # A session of its own: Ctrl-C reaches it once, from here, and it has time to clean up.
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            start_new_session=True,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        self._processes.add(process)
        try:
            code = process.wait()
        except BaseException:
            process.send_signal(signal.SIGINT)
            process.wait(SECONDS_TO_CLEAN_UP)
            raise
        finally:
            self._processes.discard(process)
        if output:
            output.seek(0)
            show(output.read())
        if code:
            raise HostError(f"{what} ended with exit code {code}")


def take_screenshots(databases):
    """Click the main path once in each language of the documentation, taking its pictures."""
    for language in LANGUAGES:
        pictures = {"E2E_LANGUAGE": language, "E2E_PICTURES": str(ROOT / "docs/images" / language)}
        with step(f"Taking the pictures of docs/images/{language}"):
            Suite(databases)._pytest(TOOLS_PYTHON, list(CLICKED), pictures)


def _unchanged(environment):
    """Everything of the caller's environment but what would point at another PostgreSQL."""
    return {key: value for key, value in environment.items() if not key.startswith("PG")}
