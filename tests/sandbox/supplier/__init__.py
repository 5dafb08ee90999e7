"""Supplier's partner API: customers, pre-authorizations and transactions."""
