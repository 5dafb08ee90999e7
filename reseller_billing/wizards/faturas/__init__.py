from . import batch, change
