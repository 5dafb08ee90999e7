from . import agreement, report_line
