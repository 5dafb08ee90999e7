# In the order in which they load: a folder uses only those above it (docs/architecture.md).
# isort: off
from . import common  # abstract models and mixins that all others inherit
from . import localisation  # reads the fields of whichever localisation is installed
from . import bearers  # which journals and payment methods are Supplier's
from . import agreement  # the contract with Supplier and its parameters
from . import messaging  # extends the agreement with its queue; all later folders send by it
from . import credit  # a customer's credit; sends messages
from . import orders  # reserve the customer's credit
from . import documents  # when DANFE and PDFs of an invoice may be drawn
from . import nfe  # the NF-e file of an invoice, its checks and its cancellation
from . import invoicing  # turns a reservation and an NF-e into a transaction
from . import post_sales  # takes a transaction back, in whole or in part
from . import comparison  # what lives at Supplier and is unknown or different here
from . import settlement  # settles what transactions and post-sales left owed
