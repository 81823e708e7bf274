"""The state machine of a run: pure, total, and the only place that knows its rules.

`decide(state, request)` gives events or says why not; `apply(state, line)` gives the state after an
event; `allowed` and `gates` answer what a person sees. See docs/reference/run-states.md, which is
made from these tables.
"""
