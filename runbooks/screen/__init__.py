"""The run page as data, in words: what its templates draw."""
