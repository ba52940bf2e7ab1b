"""What binds a request to another machine: its whole time, where it may go, how often."""
