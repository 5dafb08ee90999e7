from . import exposure, margin
