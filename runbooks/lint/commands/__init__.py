"""Reading command blocks: shells, scripts and SQL, down to the programs that are called."""
