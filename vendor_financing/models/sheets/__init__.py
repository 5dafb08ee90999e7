from . import agreement, contract, installment, sheet_column
