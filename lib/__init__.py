"""The ground floor: what is about no app. It imports Django and nothing of the project."""
