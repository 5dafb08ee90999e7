# In the order in which they load: a folder uses only those above it (docs/architecture.md).
# isort: off
from . import common  # states that move by a table
from . import bearers  # which payment methods are the vendor's
from . import agreement  # the contract with the bank, its rates and limits
from . import orders  # are priced and approved under an agreement
from . import invoicing  # carries the terms of the order to the invoice and guards them
from . import contract  # the titles of invoices that the bank pays
from . import recognition  # spreads what contracts earn and cost over their months
from . import expected_loss  # provides each month for what contracts may lose
from . import month_end  # closes months with both, by a job and by hand
from . import bank_report  # settles the instalments of contracts
from . import customer_notice  # tells customers whom to pay
from . import sheets  # puts contracts into files for the bank and the accountant
from . import receivables  # reads all of the above into reports
from . import analysis  # draws pictures of all of the above
