from . import (
    contract_recognition,
    contract_recognition_changes,
    installment,
    operation,
    recognition,
    recognition_report,
)
