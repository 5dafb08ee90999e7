# In the order in which they load: a folder uses only those above it (docs/architecture.md).
# isort: off
from . import common  # states that move by a table, and the outbox
from . import contracts  # who owes what each month
from . import faturas  # invoices made from contracts
from . import charges  # collect faturas through any provider
from . import asaas  # the provider that charges are sent to
from . import panel  # extends contracts, faturas and clients with what the reseller panel knows
