"""Errors as `application/problem+json`: {status, codigo, mensagem, detalhes[]}.

A service with another form of errors puts it into `g.error_form`.
"""

import json
import sys
import traceback

from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"

HTTP_CODES = {
    400: ("REQUISICAO_INVALIDA", "A requisição não pôde ser lida."),
    404: ("RECURSO_NAO_ENCONTRADO", "O endereço solicitado não existe."),
    405: ("METODO_NAO_PERMITIDO", "O método HTTP não é aceito neste endereço."),
    413: ("CORPO_MUITO_GRANDE", "O corpo da requisição excede 1 MB."),
    415: ("TIPO_DE_CONTEUDO_INVALIDO", "Envie o corpo como application/json."),
}


class Problem(Exception):
    """An answer that is an error. Raising it inside a transaction undoes the transaction.

    `details` is a list of (field path, message) pairs; `headers` go on the answer.
    """

    def __init__(self, status, code, message, details=(), headers=None):
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = [{"campo": field, "mensagem": text} for field, text in details]
        self.headers = headers or {}

    def response(self):
        """The answer, in the form of the service that was called."""
        return g.get("error_form", as_problem)(self)


def as_problem(problem):
    """The answer as `application/problem+json`."""
    body = {
        "status": problem.status,
        "codigo": problem.code,
        "mensagem": problem.message,
        "detalhes": problem.details,
    }
    return Response(
        json.dumps(body, ensure_ascii=False),
        status=problem.status,
        content_type=MEDIA_TYPE,
        headers=problem.headers,
    )


def _from_http_exception(error):
    # Redirects and other ready-made answers are no errors of ours.
    if error.code is None or error.code < 400:
        return error.get_response()
    code, message = HTTP_CODES.get(error.code, (f"HTTP_{error.code}", error.name))
    headers = {}
    if error.code == 405 and getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return Problem(error.code, code, message, headers=headers).response()


def _from_unexpected(error):
    traceback.print_exception(error, file=sys.stderr)
    return Problem(500, "ERRO_INTERNO", "Erro inesperado no sandbox.").response()


def install(app: Flask):
    """Make every error of `app` leave as a problem, whatever raised it."""
    app.register_error_handler(Problem, Problem.response)
    app.register_error_handler(HTTPException, _from_http_exception)
    app.register_error_handler(Exception, _from_unexpected)
