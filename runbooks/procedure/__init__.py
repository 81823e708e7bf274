"""What a runbook's text says, pure: the model, the parser, the guards, the values."""
