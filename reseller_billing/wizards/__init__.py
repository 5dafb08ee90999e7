# isort: off
from . import contracts
from . import faturas
from . import charges
from . import panel
