"""One message answered: claimed once, in its thread's order, within the time the platforms give."""
