# isort: off
from . import agreement
from . import credit
from . import orders
from . import nfe
from . import documents
from . import invoicing
from . import post_sales
from . import settlement
