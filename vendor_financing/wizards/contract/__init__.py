from . import allocation, effectivation, maintenance, recalculation, repricing, settlement
