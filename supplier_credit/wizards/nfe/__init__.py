from . import nfe_upload, nfe_upload_line
