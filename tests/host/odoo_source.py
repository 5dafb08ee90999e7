"""Finds Odoo 19: ODOO_PATH, an importable odoo, or Debian's package unpacked privately."""

import contextlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .layout import DOWNLOADS, HOST, LOGS, ODOO_SERIES, PYTHON
from .terminal import HostError, run, step

SAVED = HOST / "odoo.json"
DEBIAN_PACKAGE = "odoo-19"
# Fonts and JavaScript that Debian's package links to instead of shipping them.
LINKED_PACKAGES = (
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "fonts-ocr-b",
    "fonts-inconsolata",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
# Odoo draws its icons with Font Awesome 4; newer suites ship version 7, which lacks those files.
ICON_PACKAGE = "fonts-font-awesome"
ICON_SUITES = ("bookworm", "trixie")
# Left out by Debian for its licence; the browser only needs the file to exist.
EMPTY_FILES = ("mail/static/lib/selfie_segmentation/selfie_segmentation.js",)


@dataclass(frozen=True)
class OdooSource:
    """An Odoo of the right series.

    :param package: the folder `odoo` itself
    :param addons_paths: folders with the host's addons beside those inside the package
    :param key: changes whenever the source changes; template databases are named after it
    """

    package: Path
    addons_paths: tuple
    key: str


def save(source):
    """Write down the source, for the test processes that this command starts."""
    SAVED.write_text(
        json.dumps([str(source.package), [str(p) for p in source.addons_paths], source.key])
    )


def load():
    """Return the source that the last command found."""
    if not SAVED.exists():
        raise HostError("The host is not prepared. Run:  make test")
    package, addons_paths, key = json.loads(SAVED.read_text())
    return OdooSource(Path(package), tuple(Path(path) for path in addons_paths), key)


def find_odoo():
    """Return the Odoo to run on, fetching Debian's package when the machine has none."""
    if os.environ.get("ODOO_PATH"):
        return _from_path(Path(os.environ["ODOO_PATH"]).expanduser().resolve())
    return _from_import() or _from_debian()


def _read_release(package):
    release = package / "release.py"
    if not release.exists():
        return None
    found = re.search(r"^version_info = \((.*)\)", release.read_text(), re.MULTILINE)
    parts = [part.strip().strip("'\"") for part in found.group(1).split(",")] if found else []
    return ".".join(parts[:2]) if len(parts) >= 2 else None


def _from_path(path):
    candidates = (
        [path] if path.name == "odoo" and (path / "release.py").exists() else [path / "odoo", path]
    )
    package = next((c for c in candidates if _read_release(c)), None)
    if not package:
        raise HostError(
            f"ODOO_PATH={path} holds no Odoo (no odoo/release.py). Point it at a checkout made "
            f"with:  git clone --depth 1 -b {ODOO_SERIES} https://github.com/odoo/odoo"
        )
    if _read_release(package) != ODOO_SERIES:
        raise HostError(
            f"ODOO_PATH={path} is Odoo {_read_release(package)}; these addons need {ODOO_SERIES}."
        )
    addons = package.parent / "addons"
    outside = addons.is_dir() and not (package / "addons" / "web").exists()
    return OdooSource(package, (addons,) if outside else (), _key_of(package))


def _key_of(package):
    mark = str(int((package / "release.py").stat().st_mtime))
    if (package.parent / ".git").exists():
        # The checkout may be another user's; we only read its revision.
        command = ["git", "-c", "safe.directory=*", "-C", package.parent]
        with contextlib.suppress(HostError):
            mark = run([*command, "rev-parse", "--short", "HEAD"], what="git").strip()
    return f"{_read_release(package)}_{mark}".replace(".", "_")


def _from_import():
    probe = "import odoo.release as r; print(r.__file__)"
    # Not from this folder: `odoo` must be found where it is installed, nowhere else.
    found = subprocess.run(
        [str(PYTHON), "-c", probe], capture_output=True, text=True, check=False, cwd="/"
    )
    if found.returncode:
        return None
    package = Path(found.stdout.strip()).parent
    return _from_path(package.parent) if _read_release(package) == ODOO_SERIES else None


def _from_debian():
    root = HOST / "odoo"
    package = root / "usr/lib/python3/dist-packages/odoo"
    stamp = root / ".complete"
    if not stamp.exists():
        if not shutil.which("apt-get") or not shutil.which("dpkg"):
            raise HostError(
                "No Odoo 19 was found, and this system has no apt to fetch Debian's package "
                "with. Clone it and "
                f"say where it is:  git clone --depth 1 -b {ODOO_SERIES} "
                f"https://github.com/odoo/odoo  and "
                "ODOO_PATH=/path/to/odoo make run"
            )
        with step("Fetching Odoo 19 from Debian (about 135 MB, once)"):
            _download_and_unpack(root)
            for name in EMPTY_FILES:
                missing = package / "addons" / name
                missing.parent.mkdir(parents=True, exist_ok=True)
                missing.touch()
            stamp.write_text(_read_release(package) or "")
    return OdooSource(package, (), _key_of(package))


def _download_and_unpack(root):
    """Download with private lists and state, and unpack without installing anything."""
    apt = HOST / "apt"
    for folder in ("lists/partial", "archives/partial"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    (apt / "status").touch()
    options = _write_sources(apt)
    run(
        ["apt-get", *options, "update"],
        what="Reading Debian's package lists",
        log=LOGS / "apt-lists.log",
    )
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    run(
        ["apt-get", *options, "download", f"{DEBIAN_PACKAGE}/sid", *LINKED_PACKAGES],
        what=f"Downloading {DEBIAN_PACKAGE}",
        log=LOGS / "apt-odoo.log",
        cwd=DOWNLOADS,
    )
    _download_icons(options)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    for archive in sorted(DOWNLOADS.glob("*.deb")):
        run(["dpkg", "-x", archive, root], what=f"Unpacking {archive.name}")


def _download_icons(options):
    for suite in ICON_SUITES:
        try:
            run(
                ["apt-get", *options, "download", f"{ICON_PACKAGE}/{suite}"],
                what=f"Downloading {ICON_PACKAGE}",
                cwd=DOWNLOADS,
            )
            return
        except HostError as error:
            last = error
    raise last


def _write_sources(apt):
    # Asked this way apt answers on a new machine too, where no list has been downloaded yet.
    addresses = run(["apt-get", "update", "--print-uris"], what="Reading apt's configuration")
    found = re.search(r"^'(\S+/debian)/dists/", addresses, re.MULTILINE)
    if not found:
        raise HostError(
            "This machine's apt knows no Debian mirror, so Debian's Odoo package cannot be "
            "fetched. Clone Odoo "
            f"({ODOO_SERIES}) and run with ODOO_PATH=/path/to/odoo."
        )
    site = found.group(1)
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    sources = apt / "sources.list"
    suites = ("sid", *ICON_SUITES)
    sources.write_text(
        "".join(f"deb [signed-by={keyring}] {site} {suite} main\n" for suite in suites)
    )
    settings = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "-",
        "Dir::State": apt,
        "Dir::State::Lists": apt / "lists",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt,
        "APT::Sandbox::User": "root",
        "APT::Default-Release": "sid",
        "Acquire::Languages": "none",
    }
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]
