"""Errors in Asaas' form: {errors: [{code, description}]}.

A 404 has none: its body is empty or HTML, as other clients have seen. So has what the network in
front of Asaas refuses.
"""

import json

from flask import Response, g

from ..problems import Problem

# Codes of what the whole sandbox refuses, or does on purpose.
CODES = {
    400: "invalid_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal_error",
    503: "service_unavailable",
}


def refusal(code, description, status=400):
    """A Problem with one of Asaas' own codes."""
    return Problem(status, code, description)


def not_allowed(description):
    """The refusal of an action that the charge's status does not allow."""
    return refusal("invalid_action", description)


def form(problem):
    """Return the answer for a problem in Asaas' form."""
    kind = g.get("not_found", "empty") if problem.status == 404 else None
    if problem.code == "cdn" or kind in ("empty", "html"):
        page = "" if kind == "empty" else f"<html><body>{problem.status}</body></html>"
        return Response(
            page, status=problem.status, content_type="text/html", headers=problem.headers
        )
    code = problem.code
    if not code.islower() and not code.startswith("invalid_"):
        code = CODES.get(problem.status, f"http_{problem.status}")
    body = {"errors": [{"code": code, "description": problem.message}]}
    return Response(
        json.dumps(body, ensure_ascii=False),
        status=problem.status,
        content_type="application/json",
        headers=problem.headers,
    )
