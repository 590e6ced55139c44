"""One JSON line per event on standard error."""

import logging
import sys
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict, Processor

_STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)


def configure(level: str) -> None:
    """Set up the process's log.

    level: debug, info, warning or error
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _STAMP,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )


def granian_config() -> dict[str, Any]:
    """The web server's own messages in the same form."""
    return {
        "formatters": {"json": {"()": f"{__name__}.json_formatter"}},
        "handlers": {"json": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "loggers": {"_granian": {"handlers": ["json"], "propagate": False}},
    }


def json_formatter() -> logging.Formatter:
    """A formatter that writes standard-library records as our lines."""
    chain: list[Processor] = [structlog.stdlib.add_log_level, _STAMP, structlog.processors.format_exc_info]
    render: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(serializer=_text_line),
    ]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=chain, processors=render)


def _line(event: EventDict, **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=str)


def _text_line(event: EventDict, **_: Any) -> str:
    return _line(event).decode()
