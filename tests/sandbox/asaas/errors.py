"""Errors in Asaas' form: {errors: [{code, description}]}."""

import json

from flask import Response

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
