from . import supplier_credit_nfe_upload
