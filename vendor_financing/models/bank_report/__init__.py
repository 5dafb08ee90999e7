from . import agreement, installment, report_line, report_line_booking, report_word
