"""What AWS's STS does and the emulator doesn't: GetCallerIdentity in JSON for those who ask for it."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from urllib.parse import parse_qs

from sandbox.messages import Request, Response, json_response


def wants_json_identity(request: Request) -> bool:
    """Whether this is the call the authenticator makes with a token's presigned URL."""
    action = request.query.get("Action") or parse_qs(request.body.decode(errors="replace")).get("Action") or [""]
    return action[0] == "GetCallerIdentity" and "application/json" in request.header("Accept")


def as_json(answer: Response) -> Response:
    """Return the emulator's XML answer in the shape AWS gives it in JSON; errors too."""
    document = ElementTree.fromstring(answer.body)  # noqa: S314 - our own emulator wrote it
    texts = {element.tag.rpartition("}")[2]: element.text or "" for element in document.iter()}
    request_id = texts.get("RequestId", "")
    if answer.status != 200:
        error = {"Code": texts.get("Code", ""), "Message": texts.get("Message", ""), "Type": texts.get("Type", "")}
        return json_response({"Error": error, "RequestId": request_id}, answer.status)
    result = {key: texts.get(key, "") for key in ("Account", "Arn", "UserId")}
    return json_response(
        {
            "GetCallerIdentityResponse": {
                "GetCallerIdentityResult": result,
                "ResponseMetadata": {"RequestId": request_id},
            }
        }
    )
