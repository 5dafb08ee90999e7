from . import agreement, contract, loss_rate
