from . import quote_grid, setup, setup_recognition, simulation
