"""What is stored, as it is shown: the command line, the pages and the API tell the same."""
