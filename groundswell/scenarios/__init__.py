"""Reading, running, sweeping and storing scenarios."""
