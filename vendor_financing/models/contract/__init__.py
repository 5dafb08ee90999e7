from . import (
    contract,
    contract_charges,
    contract_effectivation,
    contract_maintenance,
    contract_maintenance_title,
    contract_settlement,
    contract_totals,
    installment,
    installment_recourse,
    operation,
    title,
    title_receivable,
)
