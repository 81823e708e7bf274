"""The live stream in the OpenAPI document: it is served beside Django, so no view describes it."""

from __future__ import annotations

from accounts.api.schema import OpenApi

_DESCRIPTION = """The log of a run as server-sent events, for as long as you read.

`log` carries the new events, and its `id` is what you go on from after a break: send it as
`Last-Event-ID`, or as `after`. `presence` carries the people who have the run open, and `ping`
comes every 4 seconds as long as the log can be read. The stream ends when the token does."""

_EXAMPLE = 'id: 12\nevent: log\ndata: {"sequence": 12, "kinds": ["step.ticked"]}\n\n'


def add_stream(result: OpenApi, **context: object) -> OpenApi:
    """Hook of the document's making: `/live/runs/{id}`."""
    number = {"type": "integer", "minimum": 0}
    answers: dict[str, object] = {
        "200": {
            "description": "Events, until the server or you end it.",
            "content": {
                "text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE},
            },
        }
    }
    for status, description in (
        ("400", "`after` is no number, or the host is not ours."),
        ("401", "There is no token, or it opens nothing."),
        ("403", "You may not see runs, or a page of another site asked."),
        ("404", "There is no such run."),
        ("503", "The server is stopping, or the database does not answer."),
    ):
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        answers[status] = {"description": description, "content": {"application/json": problem}}
    result["paths"]["/live/runs/{id}"] = {
        "get": {
            "operationId": "run_stream",
            "description": _DESCRIPTION,
            "tags": ["Log"],
            "parameters": [
                {"in": "path", "name": "id", "required": True, "schema": number},
                {"in": "query", "name": "after", "schema": number},
                {"in": "header", "name": "Last-Event-ID", "schema": number},
            ],
            "security": [{"token": []}],
            "responses": answers,
        }
    }
    return result
