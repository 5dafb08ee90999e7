from . import maintenance, settlement
