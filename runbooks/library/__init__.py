"""The library of texts: revisions, their approval, what is wrong in them, what failed."""
