from . import portal, sheets
