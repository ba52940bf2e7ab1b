"""Vigie: the business-time clocks of a service contract, watched, told and proved."""

__version__ = "0.1.0"
