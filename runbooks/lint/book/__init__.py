"""A runbook as the rules see it: text, commands, and what the steps do to data."""
