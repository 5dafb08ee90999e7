"""Days in Brazil: there live the demo company, its users and the sandbox, at any hour."""

from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Sao_Paulo")


def today():
    return datetime.now(ZONE).date()
