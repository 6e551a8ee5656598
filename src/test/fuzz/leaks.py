"""A check beside those of schemathesis, and how streams are sent: no answer has a stack trace, a name or a path of the service's inside, or a key."""

import json
import os
import re

import schemathesis

LEAKS = re.compile(
    rb"\bat [a-z][\w.]*\([A-Z]\w*\.java"
    rb"|\b(?:org\.quirkwatch|org\.springframework|org\.apache|jakarta|java\.[a-z]+|tools\.jackson|org\.h2|org\.postgresql)\."
    rb"|\b[A-Z]\w*(?:Exception|Error): "
    rb"|(?:/tmp|/home|/root|/var/lib|/opt|/work)/"
)


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    """A line of each value; texts as they are."""
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


@schemathesis.check
def nothing_leaks(ctx, response, case):
    body = response.content
    found = LEAKS.search(body)
    if found and "/v3/api-docs" not in case.path:
        raise AssertionError(f"the answer shows {found.group()!r}")
    if os.environ["FUZZ_KEY"].encode() in body:
        raise AssertionError("the answer shows the caller's key")
    if response.status_code == 503 and "retry-after" not in {name.lower() for name in response.headers}:
        raise AssertionError("503 without Retry-After")
    if response.status_code >= 400 and response.headers.get("content-type", [""])[0] != "application/problem+json":
        raise AssertionError(f"{response.status_code} as {response.headers.get('content-type')}")
