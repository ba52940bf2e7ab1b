"""The promises as data: commitments, calendars, providers, regions. Pure."""
