"""The log of a run: a chain of events, their texts, and their words for people."""
