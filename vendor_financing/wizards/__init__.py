# isort: off
from . import agreement
from . import orders
from . import invoicing
from . import contract
from . import month_end
from . import bank_report
from . import day
