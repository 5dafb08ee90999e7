"""The addon's maker of NF-e, in a process without Odoo."""

from tests.host.nfe_files import load_maker, read_sample

nfe_maker = load_maker()
SAMPLE = read_sample("nfe-47605.xml")
