"""The events of a YAML text, as Go sees them: the one place that knows how PyYAML hands out those of libyaml.

Where go-yaml's scanner reads another text than libyaml's, of which it is a translation (fact Y13), the text is read
with marks of the same length in it. They are taken out of the events again, so that every position is the text's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_APOSTROPHE, _COLON = "\uf8fe", "\uf8ff"
_ESCAPED_APOSTROPHE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?=')")
_ESCAPED_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")
_LAST_COLON = re.compile(r"(?<=[^\s\"',:\[\]{}]):(?=[,\]}])")
_TAG_AND_COMMA = re.compile(r"![^\s\[\]{},]*,")
_NO_TAG = "!,"
_QUESTION = re.compile(r"[\[{][^\n]*\?")


class SyntaxProblem(Exception):  # noqa: N818 - who knows the file makes an error of it
    """What is wrong with a text and where: line and column from 1, 0 where they are not known."""

    def __init__(self, problem: str, *, context: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(f"{problem} {context}" if context else problem)
        self.problem = problem
        self.line = line
        self.column = column


@contextmanager
def parsing(text: str) -> Iterator[Callable[[], Any]]:
    """A function that returns the next event of the text at each call; SyntaxProblem where there is none.

    PyYAML's pure parser has the same events and marks, but takes some twenty times as long.
    """
    from yaml import CSafeLoader, YAMLError

    try:
        marked = marked_for_go(text)
        yield _events_of_go(CSafeLoader(marked).get_event, text, marked)
    except _Refused as refused:
        mark = refused.event.start_mark
        raise SyntaxProblem(str(refused), line=mark.line + 1, column=mark.column + 1) from None
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise SyntaxProblem("a lone surrogate is not a character", line=line) from None
    except YAMLError as error:
        raise _problem(text, error) from None


def _problem(text: str, error: Any) -> SyntaxProblem:
    mark = getattr(error, "problem_mark", None)
    if mark is None:  # a character that YAML does not allow; libyaml counts bytes here
        before = text.encode()[: int(getattr(error, "position", 0) or 0)]
        return SyntaxProblem(str(getattr(error, "reason", error)), line=before.count(b"\n") + 1)
    problem = error.problem or error.context or "syntax error"
    context = error.context if error.context and error.context != problem else ""
    return SyntaxProblem(problem, context=context, line=mark.line + 1, column=mark.column + 1)


class _Refused(Exception):  # noqa: N818 - who reads the events makes a problem of it
    """What Go refuses and libyaml does not, at the start of this event."""

    def __init__(self, problem: str, event: Any) -> None:
        super().__init__(problem)
        self.event = event


def marked_for_go(text: str) -> str:
    r"""The text as libyaml has to see it: with marks for `\'` in quotes and for the colon of `{a:, b: 1}`."""
    if _APOSTROPHE in text or _COLON in text:
        return text
    if "\\'" in text:
        text = _ESCAPED_APOSTROPHE.sub(rf"\g<1>{_APOSTROPHE}", text)
    return _LAST_COLON.sub(_COLON, text)


def _events_of_go(get: Callable[[], Any], text: str, marked: str) -> Callable[[], Any]:
    """The events of a text as Go has them; _Refused where it has none."""
    if marked == text and not any(place.search(text) for place in (_ESCAPED_SLASH, _QUESTION, _TAG_AND_COMMA)):
        return get
    from yaml import events

    brackets: list[type] = []
    held: list[Any] = []

    def event_of_go() -> Any:
        event = held.pop() if held else get()
        if isinstance(event, events.ScalarEvent):
            _check(event, text, is_flow=bool(brackets))
            if brackets and event.tag and not event.value and _is_followed_by_comma(event, text):
                event = _tagged_by(event, get(), text, held, in_list=brackets[-1] is events.SequenceStartEvent)
        if isinstance(event, events.ScalarEvent):
            event.value = _unmarked(event.value, event.style)
        elif isinstance(event, events.CollectionStartEvent):
            if brackets or event.flow_style:
                brackets.append(type(event))
        elif isinstance(event, events.CollectionEndEvent) and brackets:
            brackets.pop()
        return event

    return event_of_go


def _is_followed_by_comma(event: Any, text: str) -> bool:
    return text.startswith(",", event.end_mark.index)


def _tagged_by(event: Any, following: Any, text: str, held: list[Any], *, in_list: bool) -> Any:
    """The event of `[!!str, 5]`: to Go the comma is of the tag, which then means nothing and makes a text of the 5."""
    from yaml import events

    is_apart = text[event.end_mark.index + 1 : event.end_mark.index + 2] in (" ", "\t", "\r", "\n")
    if not in_list or not is_apart or isinstance(following, events.AliasEvent) or getattr(following, "tag", None):
        raise _Refused("a comma right behind a tag, which Go takes for a part of it; put a space between", event)
    if isinstance(following, events.CollectionStartEvent):
        return following
    tagged = following if isinstance(following, events.ScalarEvent) else event
    if tagged is event:
        held.append(following)
    tagged.tag, tagged.implicit = _NO_TAG, (False, False)
    return tagged


def _check(event: Any, text: str, *, is_flow: bool) -> None:
    if is_flow and not event.style and "?" in event.value:
        raise _Refused("a question mark in plain text between brackets, which Go refuses; quote it", event)
    if event.style == '"' and _ESCAPED_SLASH.search(text[event.start_mark.index : event.end_mark.index]):
        raise _Refused("found unknown escape character \\/, which Go does not know", event)


def _unmarked(value: str, style: str | None) -> str:
    return value.replace(_COLON, ":").replace(_APOSTROPHE, "" if style == '"' else "\\")
