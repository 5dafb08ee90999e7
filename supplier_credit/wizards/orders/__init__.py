from . import release_wizard
