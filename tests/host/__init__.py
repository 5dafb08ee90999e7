"""The host of the addons: a real Odoo 19, a real PostgreSQL and a real browser, made ready by one command.

Only the standard library is imported here, so that a fresh machine needs nothing but Python.
"""
