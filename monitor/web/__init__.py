"""What Vigie answers over HTTP: metrics and health today, the board on the same application."""
