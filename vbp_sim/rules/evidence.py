"""Where a value of a rule set comes from, and how sure it is.

In YAML it is one text, so that a rule set that extends another replaces it as a whole:

>>> Evidence.read("M | memory | no page found | stand-in")
Evidence(confidence='M', source='memory', note='no page found', stand_in=True)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

#: what each code means
CONFIDENCE = {
    "O": "official page or document",
    "Q": "a third party quotes the official wording",
    "S": "press, consultancy or journal",
    "D": "press about a draft; the final text may differ",
    "I": "inferred or computed from sourced facts",
    "M": "memory, unverified",
    "G": "a guess so that the program can run",
    "U": "unknown",
}

_FORM = "'CODE | source | note', with '| stand-in' at the end where the value stands in for an unknown one"


@dataclass(frozen=True)
class Evidence:
    """Evidence for one value, or for all values under one path.

    ``confidence`` is a code of `CONFIDENCE`; ``source`` an address or document; ``note`` what a reader should
    know; ``stand_in`` says that the real value is unknown or unsure and that this one stands in for it.
    """

    confidence: str
    source: str = ""
    note: str = ""
    stand_in: bool = False

    @classmethod
    def read(cls, text: Any) -> Evidence:
        """Read the form that YAML uses. Raises `ValueError` if it is not in that form."""
        if isinstance(text, Evidence):
            return text
        parts = [part.strip() for part in text.split("|")] if isinstance(text, str) else [""]
        stand_in = len(parts) > 1 and parts[-1] == "stand-in"
        code, source, note, *more = [*parts[: len(parts) - stand_in], "", ""]
        if code not in CONFIDENCE or any(more):
            raise ValueError(f"evidence is a text {_FORM}; codes are {', '.join(CONFIDENCE)}")
        return cls(code, source, note, stand_in)

    def __str__(self) -> str:
        parts = [self.confidence, self.source, self.note, "stand-in" if self.stand_in else ""]
        return " | ".join(part for part in parts if part)


#: how evidence stands in a model: one text
EvidenceText = Annotated[
    Evidence,
    PlainValidator(Evidence.read),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^[{''.join(CONFIDENCE)}]( *\\|.*)?$", "description": _FORM}),
]
