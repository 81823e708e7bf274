"""The demonstration: runbooks that were tried, and the rehearsal that tries them."""
