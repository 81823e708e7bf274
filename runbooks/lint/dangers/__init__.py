"""Which commands destroy data, write over kept copies, or put a backup's data somewhere."""
