from . import matching, report
