"""Supplier's partner API: customers, pre-authorizations, transactions, post-sales, settlement."""
