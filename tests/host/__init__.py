"""The host of the addons: a real Odoo 19, PostgreSQL and browser, ready by one command.

Only the standard library is imported here, so that a fresh machine needs nothing but Python.
"""
