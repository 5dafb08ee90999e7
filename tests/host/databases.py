"""Template database of the host, and copies of it with our addons installed."""

import hashlib
import shutil

from . import clock
from .layout import HOST, LOGS, ROOT, TEST_ADDONS
from .localisations import CORE
from .terminal import run, step

FILESTORE = HOST / "data"
# English first: a database whose only language is Portuguese would take it for the source language.
LANGUAGES = "--load-language=en_US,pt_BR"
SECONDS_OF_SESSIONS = 20 * 365 * 24 * 3600
# Companies that test classes take (spare_companies.py); no user belongs to them before.
PREPARE_TESTS = """
brazil = {'country_id': env.company.country_id.id, 'currency_id': env.company.currency_id.id}
for kind, chart, values in (('BR', 'br', brazil), ('generic', 'generic_coa', {})):
    for number in (1, 2):
        spare = env['res.company'].create({'name': f'Spare company {kind} {number}', **values})
        env['account.chart.template'].try_loading(chart, spare, install_demo=False)
        spare.write(values or {'account_fiscal_country_id': env.ref('base.us').id})
        env['res.users'].search([]).company_ids -= spare
env.cr.commit()
"""


class Databases:
    """Makes databases on one Postgres with one Odoo.

    :param localisation: the `Localisation` of the company that is in each of them
    """

    def __init__(self, postgres, source, python, localisation=CORE):
        self.postgres = postgres
        self.source = source
        self.python = python
        self.localisation = localisation
        self.environment = {**postgres.environment, **localisation.environment}
        self._template_options = ("-i", ",".join(localisation.modules), LANGUAGES)
        recipe = repr((self._template_options, localisation.prepare)).encode()
        self.template = f"template_{source.key}_{hashlib.sha256(recipe).hexdigest()[:8]}"
        key = hashlib.sha256(PREPARE_TESTS.encode()).hexdigest()[:8]
        self.template_of_tests = f"{self.template}_{key}"
        self._template_dump = HOST / f"{self.template}.dump"

    @property
    def addons_path(self):
        """Where Odoo finds addons: the host's own, ours, and those that only tests use."""
        for_tests = [TEST_ADDONS] if any(TEST_ADDONS.glob("*/__manifest__.py")) else []
        paths = [*self.source.addons_paths, *self.localisation.addons_paths, ROOT, *for_tests]
        return ",".join(str(path) for path in paths)

    def odoo_command(self, *arguments):
        """Return the command line of this Odoo with our addons on its path."""
        return [
            str(self.python), "-m", "odoo", *arguments,
            f"--addons-path={self.addons_path}",
            f"--data-dir={FILESTORE}",
        ]  # fmt: skip

    def odoo_shell(self, database, script, *, what):
        """Run a script inside Odoo's shell; any error in it is an error of the command."""
        guarded = f"try:\n{_indent(script)}\nexcept BaseException:\n    import traceback, os\n"
        guarded += "    traceback.print_exc()\n    os._exit(3)\n"
        return run(
            self.odoo_command("shell", "-d", database, "--no-http", "--log-level=warn"),
            what=what,
            script=guarded,
            log=LOGS / "shell.log",
            env=self.environment,
            cwd=HOST,
        )

    def export_translations(self, database, addons):
        """Export a fresh translation template of each addon; return the folder they are in."""
        folder = HOST / "i18n"
        folder.mkdir(exist_ok=True)
        options = HOST / "i18n.conf"
        options.write_text(f"[options]\naddons_path = {self.addons_path}\ndata_dir = {FILESTORE}\n")
        for addon in addons:
            target = folder / f"{addon}.pot"
            run(
                [
                    self.python, "-m", "odoo", "i18n", "export",
                    "-c", options, "-d", database, "-l", "pot", "-o", target, addon,
                ],
                what=f"Exporting the texts of {addon}",
                env=self.environment,
                cwd=HOST,
            )  # fmt: skip
        return folder

    def ensure_template(self):
        """Make the template once per Odoo version; a half-made one is never taken for finished."""
        if self.postgres.exists(self.template):
            return
        making = f"{self.template}_making"
        with step(f"Making the template database ({', '.join(self.localisation.modules)}; once)"):
            self.drop(making)
            self.postgres.create(making)
            if clock.chosen() and self._template_dump.exists():
                self._restore_template(making)
            else:
                self._odoo_update(making, self._template_options, "template")
                self.odoo_shell(
                    making, self.localisation.prepare, what="Preparing the template database"
                )
                # The files first: a template that has its name is whole.
                self._copy_filestore(making, self.template)
            self.postgres.rename(making, self.template)

    def ensure_template_of_tests(self):
        """Make the template of unit tests, with companies that they take."""
        if self.postgres.exists(self.template_of_tests):
            return
        making = f"{self.template_of_tests}_making"
        with step("Making the template database of tests (once)"):
            self.copy(making)
            self.odoo_shell(making, PREPARE_TESTS, what="Preparing the template of tests")
            self._copy_filestore(making, self.template_of_tests)
            self.postgres.rename(making, self.template_of_tests)

    def dump_template(self):
        """Write the template to a file once, for the server whose clock is set."""
        if self._template_dump.exists():
            return
        making = self._template_dump.with_suffix(".making")
        run(
            [self.postgres.program("pg_dump"), "-Fc", "-f", making, self.template],
            what="Copying the template database",
            env=self.postgres.environment,
        )
        # A dump that has its name is whole.
        making.rename(self._template_dump)

    def _restore_template(self, database):
        run(
            [self.postgres.program("pg_restore"), "-O", "-d", database, self._template_dump],
            what="Restoring the template database",
            env=self.postgres.environment,
        )
        # Session files have the real time: by a clock that is far ahead Odoo would take them for
        # years old, and delete them.
        self.postgres.query(
            "INSERT INTO ir_config_parameter (key, value) "
            f"VALUES ('sessions.max_inactivity_seconds', '{SECONDS_OF_SESSIONS}')",
            database,
        )

    def copy(self, name, addons=(), *, template=None):
        """Make database `name` from a template with these addons installed."""
        self.drop(name)
        self.postgres.create(name, template or self.template)
        self._copy_filestore(template or self.template, name)
        self._forget_place(name)
        if addons:
            self.install(name, addons)

    def _forget_place(self, name):
        """Let a copy be at home where it is: no addon is to take it for a restored backup."""
        self.postgres.query(
            "DELETE FROM ir_config_parameter WHERE key LIKE '%.database_mark'", name
        )

    def install(self, name, addons):
        """Install addons into an existing database."""
        self._odoo_update(name, ["-i", ",".join(addons)], f"install-{name}")
        (HOST / f"{name}.addons").write_text(addons_state(addons))

    def update(self, name, addons):
        """Bring the addons of an existing database up to date when their files have changed."""
        stamp = HOST / f"{name}.addons"
        state = addons_state(addons)
        if not stamp.exists() or stamp.read_text() != state:
            with step(f"Updating {', '.join(addons)} in {name}"):
                self._odoo_update(name, ["-u", ",".join(addons)], f"update-{name}")
            stamp.write_text(state)

    def postpone_crons(self, name):
        """Have no cron due for long, so that a test may run one on any day that it sets.

        From the day on which a cron was due, the host counts to the day of its run by the cron's
        interval: of minutes, for weeks.
        """
        self.postgres.query("UPDATE ir_cron SET nextcall = '2100-01-01'", name)

    def drop(self, name):
        self.postgres.drop(name)
        shutil.rmtree(FILESTORE / "filestore" / name, ignore_errors=True)
        (HOST / f"{name}.addons").unlink(missing_ok=True)

    def _odoo_update(self, database, options, log):
        command = self.odoo_command(
            "-d", database, *options, "--stop-after-init", "--no-http", "--max-cron-threads=0"
        )
        output = run(
            command,
            what=f"Odoo on {database} with {' '.join(options)}",
            log=LOGS / f"{log}.log",
            env=self.environment,
            cwd=HOST,
        )
        return output

    def _copy_filestore(self, old, new):
        source = FILESTORE / "filestore" / old
        if source.exists():
            shutil.copytree(source, FILESTORE / "filestore" / new, dirs_exist_ok=True)


def addons_state(addons):
    """Return a text that changes whenever a file of these addons does."""
    digest = hashlib.sha256()
    for addon in addons:
        for path in sorted((ROOT / addon).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _indent(script):
    return "\n".join(f"    {line}" for line in script.splitlines())
