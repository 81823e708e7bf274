"""Template tags that every floor's pages use."""
