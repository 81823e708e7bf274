"""Links of the OpenAPI document: what can be done with a thing that was just made.

Programs (and the test that tries the whole API) follow them from an answer to the next request.
"""

from __future__ import annotations

from accounts.api.schema import OpenApi

#: The operation that makes a thing, the path under which the thing lies, and where the answer tells
#: each parameter of that path.
_MADE: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("person_invite", "/api/v1/people/{id}/", {"id": "/id"}),
    ("system_register", "/api/v1/systems/{slug}/", {"slug": "/slug"}),
    ("instance_register", "/api/v1/instances/{id}/", {"id": "/id"}),
    ("copy_register", "/api/v1/copies/{id}/", {"id": "/id"}),
    ("incident_open", "/api/v1/incidents/{id}/", {"id": "/id"}),
    ("runbook_save", "/api/v1/runbooks/{slug}/", {"slug": "/runbook"}),
    ("run_prepare", "/api/v1/runs/{id}/", {"id": "/id"}),
)


def add(result: OpenApi, **context: object) -> OpenApi:
    """Hook of the document's making."""
    operations = {
        operation["operationId"]: (path, operation)
        for path, methods in result["paths"].items()
        for operation in methods.values()
    }
    for maker, place, pointers in _MADE:
        if maker not in operations:
            raise LookupError(f"No operation is called {maker}.")
        parameters = {name: f"$response.body#{pointer}" for name, pointer in pointers.items()}
        answer = operations[maker][1]["responses"]["201"]
        answer["links"] = {
            name: {"operationId": name, "parameters": parameters}
            for name, (path, operation) in operations.items()
            if path.startswith(place) and _needs(operation) == set(pointers)
        }
    return result


def _needs(operation: OpenApi) -> set[str]:
    parameters = operation.get("parameters", ())
    return {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
