"""The pages that belong to no contract: is it alive, is it ready, how is it doing."""

from collections.abc import Callable, Iterable

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from counterfoil.web import metrics
from counterfoil.web.figures import Figure
from counterfoil.web.incoming import request_id


def house(ready: Callable[[], str | None], standing: Callable[[], Iterable[Figure]]) -> Flask:
    """A small Flask application.

    ready:    why the book cannot be used now, None if it can
    standing: figures of the book itself
    """
    app = Flask(__name__, static_folder=None)

    @app.get("/healthz")
    def alive() -> Response:
        return jsonify(status="alive")

    @app.get("/readyz")
    def is_ready() -> tuple[Response, int]:
        reason = ready()
        if reason is None:
            return jsonify(status="ready"), 200
        return jsonify(status="unavailable", reason=reason), 503

    @app.get("/metrics")
    def figures() -> Response:
        return Response(metrics.exposition(standing()), content_type=metrics.CONTENT_TYPE)

    @app.after_request
    def name_it(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id(request.environ)
        return response

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> tuple[Response, int]:
        code = error.code or 500
        return jsonify(error=error.name.lower().replace(" ", "_"), message=error.description), code

    return app
