from . import setup, simulation
