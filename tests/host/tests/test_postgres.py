"""Commands that share a private PostgreSQL neither stop it for each other nor start it twice."""

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.host import clock, postgres

# The server's programs, which take a moment as those do, and refuse what those refuse.
PG_CTL = """#!/bin/sh
cd "$(dirname "$0")"
case "$1" in
status) test -e running ;;
start) mkdir busy && sleep 0.1 && test ! -e running && touch running && rmdir busy ;;
stop) mkdir busy && sleep 0.1 && rm running && rmdir busy ;;
esac || exit 1
test "$1" = status || echo "$1" >> calls
"""
INITDB = '#!/bin/sh\nmkdir -p "$2"\n'
PSQL = "#!/bin/sh\necho 0\n"


@pytest.fixture
def programs(monkeypatch):
    """Give a folder of programs that only note what they are called for."""
    folder = Path(tempfile.mkdtemp())
    for name, text in (("pg_ctl", PG_CTL), ("initdb", INITDB), ("psql", PSQL)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    # The server's user writes here.
    folder.chmod(0o777)
    for name in ("PGHOST", clock.VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(postgres, "HOST", folder)
    monkeypatch.setattr(postgres, "LOGS", folder / "logs")
    monkeypatch.setattr(postgres, "postgres_binaries", lambda: folder)
    yield folder
    shutil.rmtree(folder)


def calls(programs):
    return (programs / "calls").read_text().split()


def test_server_runs_until_its_last_user_leaves(programs):
    first, second = postgres.Postgres(), postgres.Postgres()
    first.start()
    second.start()
    first.stop()
    assert calls(programs) == ["start"]
    second.stop()
    assert calls(programs) == ["start", "stop"]


def test_users_that_come_and_go_at_the_same_moment_always_have_a_server(programs):
    def use(_number):
        user = postgres.Postgres()
        for _time in range(3):
            user.start()
            assert (programs / "running").exists()
            user.stop()

    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(use, range(6)))
    assert not (programs / "running").exists()


def test_by_a_set_clock_what_a_killed_run_left_is_started_anew(programs, monkeypatch):
    monkeypatch.setenv(clock.VARIABLE, "new-year")
    killed = postgres.Postgres()
    killed.start()
    # What a process held is free when it ends, however it does.
    del killed
    command = postgres.Postgres()
    command.start()
    assert calls(programs) == ["start", "stop", "start"]
    part = postgres.Postgres()
    part.start()
    assert calls(programs) == ["start", "stop", "start"], "a part of the command has its clock"
    command.stop()
    part.stop()
    assert calls(programs) == ["start", "stop", "start", "stop"]
