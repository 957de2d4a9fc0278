"""What is wrong with an input, in the reader's language; code says it in English, `messages/errors.yaml` in Chinese.

>>> from vbp_sim.report.words.language import speaking
>>> with speaking("zh"):
...     mistake("there is no such file")
'没有该文件'
"""

from __future__ import annotations

import dataclasses

from vbp_sim.errors import Problem
from vbp_sim.report.words.language import restate


def mistake(text: str) -> str:
    """What is wrong and what to do, in the language in use; lines to copy, after a colon, as they are."""
    said, colon, copied = text.partition(":\n")
    return "\n".join(restate("errors", line) for line in said.split("\n")) + colon + copied


def told_problem(problem: Problem) -> Problem:
    """A problem in the language in use; its place stays as it is."""
    return dataclasses.replace(problem, what=mistake(problem.what), remedy=mistake(problem.remedy))
