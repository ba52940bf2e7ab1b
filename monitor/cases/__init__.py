"""What happened to a case and what is owed on it. Pure: `now` is always an argument."""
