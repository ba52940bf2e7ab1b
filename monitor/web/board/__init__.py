"""The board: pages where people see, prove and act, and what programs read of the same."""
