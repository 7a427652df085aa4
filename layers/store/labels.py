"""Labels of change sets as text: messages with parameters as JSON, to be read in any language later."""

from __future__ import annotations

import json
from typing import Any

from layers.text import Message, Title


def encode_parameters(message: Message) -> str:
    """The parameters of ``message`` as JSON; messages and titles within keep their kind."""
    return json.dumps(
        {name: _encode(value) for name, value in message.parameters.items()}, ensure_ascii=False
    )


def decode_message(text_id: str, parameters: str) -> Message:
    """The message that ``encode_parameters`` wrote."""
    return Message(text_id, {name: _decode(value) for name, value in json.loads(parameters).items()})


def _encode(value: Any) -> Any:
    if isinstance(value, Message):
        return {"message": value.id, "parameters": {k: _encode(v) for k, v in value.parameters.items()}}
    if isinstance(value, Title):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, tuple | list):
        return [_encode(v) for v in value]
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_decode, value))
    if isinstance(value, dict) and "message" in value:
        return Message(value["message"], {k: _decode(v) for k, v in value["parameters"].items()})
    if isinstance(value, dict):
        return Title(value["zh"], value["en"])
    return value
