"""Plain Python without ORM: the client of Supplier's API, the NF-e, the DANFE and files."""
