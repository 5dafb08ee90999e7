from . import quote_grid, setup, simulation
