"""Who the users are, their ties, how they decide, and what the collective makes members submit."""
