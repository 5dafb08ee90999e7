"""Plain Python that knows no records: the client of Supplier's API, the NF-e and the DANFE."""
