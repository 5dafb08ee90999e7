# isort: off
from . import faturas
from . import charges
from . import panel
