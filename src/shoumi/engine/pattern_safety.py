"""Whether a regular expression can take time that grows exponentially with the text (catastrophic backtracking).

A pattern in, the reason against it out, or nothing. The pattern becomes an automaton with one state for each place of
it that takes a character (Glushkov 1961). When a state can reach itself over one text on two ways, the matcher tries
all combinations of both, as in ``(a+)+`` or ``(a|aa)+``. Characters are compared on a sample: all of ASCII, some of
other scripts, and those that the pattern names. Look-around and back references count as nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final, TypeAlias

Node: TypeAlias = tuple[Any, Any]

_SAMPLE: Final = frozenset(range(128)) | frozenset(map(ord, "éßжα中密★，：（一十年　가あア½²"))
_LONG: Final = 8  # repetitions that count as without end
_OFTEN: Final = 3  # repetitions that count as without end around others that do
_STATES: Final = 160  # states of a loop that are compared pair by pair
_REPEATS: Final = (c.MAX_REPEAT, c.MIN_REPEAT)
_REASON: Final = "the same text can be matched in very many ways (a repetition inside a repetition, or equal choices)"


@dataclass(slots=True)
class _Part:
    """A piece of the automaton: can it match nothing, with which states it begins and ends."""

    nothing: bool = True
    first: set[int] = field(default_factory=set)
    last: set[int] = field(default_factory=set)


def against(pattern: str) -> str | None:
    """Return why a pattern must not be used, or None. Raises re.error when it is no pattern at all."""
    automaton = _Automaton()
    automaton.sequence(list(_parser.parse(pattern)))
    if automaton.doubled:
        return _REASON
    for loop in _components({state: automaton.follow[state] for state in range(len(automaton.takes))}):
        inside = set(loop)
        if any(one in inside and other in inside for one, other in automaton.twice):
            return _REASON
        if 1 < len(loop) <= _STATES and _ambiguous(automaton, inside):
            return _REASON
    return None


class _Automaton:
    """States by number: the characters each takes, the states that may follow it."""

    def __init__(self) -> None:
        self.takes: list[frozenset[int]] = []
        self.follow: list[set[int]] = []
        self.twice: set[tuple[int, int]] = set()  # steps that two constructs of the pattern allow
        self.doubled = False  # a repeated choice between nothing and nothing

    def sequence(self, nodes: list[Node]) -> _Part:
        """Add nodes one after the other."""
        whole = _Part()
        for node in nodes:
            whole = self._join(whole, self._node(node))
        return whole

    def _join(self, one: _Part, other: _Part) -> _Part:
        self._step(one.last, other.first)
        first = one.first | other.first if one.nothing else one.first
        last = one.last | other.last if other.nothing else other.last
        return _Part(one.nothing and other.nothing, set(first), set(last))

    def _step(self, before: set[int], after: set[int]) -> None:
        for state in before:
            self.twice |= {(state, other) for other in self.follow[state] & after}
            self.follow[state] |= after

    def _node(self, node: Node) -> _Part:
        operator, value = node
        if operator in _REPEATS or operator is c.POSSESSIVE_REPEAT:
            return self._repeat(value[0], value[1], list(value[2]))
        if operator is c.SUBPATTERN:
            return self.sequence(list(value[3]))
        if operator is c.ATOMIC_GROUP:
            return self.sequence(list(value))
        if operator is c.BRANCH:
            return self._choice([list(branch) for branch in value[1]])
        if operator is c.GROUPREF_EXISTS:
            return self._choice([list(part) if part is not None else [] for part in value[1:]])
        takes = _taken(node)
        if not takes:
            return _Part()
        self.takes.append(takes)
        self.follow.append(set())
        state = len(self.takes) - 1
        return _Part(nothing=False, first={state}, last={state})

    def _choice(self, branches: list[list[Node]]) -> _Part:
        parts = [self.sequence(branch) for branch in branches]
        first = set().union(*(part.first for part in parts))
        last = set().union(*(part.last for part in parts))
        return _Part(any(part.nothing for part in parts), first, last)

    def _repeat(self, least: int, most: Any, body: list[Node]) -> _Part:
        if (most >= _LONG and least != most) or (most >= _OFTEN and _endless(body)):
            part = self.sequence(body)
            if most >= _LONG and _empty_choice(body):
                self.doubled = True
            self._step(part.last, part.first)
            return _Part(part.nothing or least == 0, part.first, part.last)
        whole = _Part()
        for turn in range(min(int(most), 3)):
            part = self.sequence(body)
            whole = self._join(whole, _Part(part.nothing or turn >= least, part.first, part.last))
        return whole


def _endless(body: list[Node]) -> bool:
    """Whether nodes hold a repetition that counts as without end."""
    for node in body:
        operator, value = node
        if operator in _REPEATS and value[1] >= _LONG and value[0] != value[1]:
            return True
        if any(_endless(part) for part in _held(node)):
            return True
    return False


def _empty_choice(body: list[Node]) -> bool:
    """Whether nodes hold a choice of which two alternatives are nothing, which is what ``a|a`` becomes."""
    for node in body:
        if node[0] is c.BRANCH and sum(not list(branch) for branch in node[1][1]) > 1:
            return True
        if any(_empty_choice(part) for part in _held(node)):
            return True
    return False


def _held(node: Node) -> list[list[Node]]:
    operator, value = node
    if operator in _REPEATS or operator is c.POSSESSIVE_REPEAT:
        return [list(value[2])]
    if operator is c.SUBPATTERN:
        return [list(value[3])]
    if operator is c.BRANCH:
        return [list(branch) for branch in value[1]]
    return []


def _ambiguous(automaton: _Automaton, loop: set[int]) -> bool:
    """Whether two ways through a loop, over the same text, part and meet again."""
    inside = {state: sorted(automaton.follow[state] & loop) for state in loop}
    pairs: dict[tuple[int, int], set[tuple[int, int]]] = {}
    waiting = [(state, state) for state in loop]
    while waiting:
        pair = waiting.pop()
        if pair in pairs:
            continue
        pairs[pair] = {
            (one, other)
            for one in inside[pair[0]]
            for other in inside[pair[1]]
            if automaton.takes[one] & automaton.takes[other]
        }
        waiting.extend(pairs[pair])
    for component in _components(pairs):
        same = any(one == other for one, other in component)
        if same and any(one != other for one, other in component):
            return True
    return False


def _components(edges: dict[Any, set[Any]]) -> list[list[Any]]:
    """Return the strongly connected components of a graph (Tarjan 1972, without recursion)."""
    number: dict[Any, int] = {}
    low: dict[Any, int] = {}
    stack: list[Any] = []
    on_stack: set[Any] = set()
    found: list[list[Any]] = []
    for root, begin in edges.items():
        work = [(root, iter(begin))] if root not in number else []
        while work:
            node, rest = work[-1]
            if node not in number:
                number[node] = low[node] = len(number)
                stack.append(node)
                on_stack.add(node)
            for after in rest:
                if after not in number:
                    work.append((after, iter(edges[after])))
                    break
                if after in on_stack:
                    low[node] = min(low[node], number[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    at = stack.index(node)
                    found.append(stack[at:])
                    on_stack.difference_update(stack[at:])
                    del stack[at:]
    return found


def _taken(node: Node) -> frozenset[int]:
    """Return the characters of the sample that a node takes; none for anchors and look-around."""
    operator, value = node
    if operator is c.LITERAL:
        return frozenset((value,))
    if operator is c.NOT_LITERAL:
        return _SAMPLE - {value}
    if operator is c.ANY:
        return _SAMPLE - {10}
    if operator is c.IN:
        return _set(value)
    return frozenset()


def _set(items: list[Node]) -> frozenset[int]:
    found: frozenset[int] = frozenset()
    for operator, value in items:
        if operator is c.RANGE:
            found |= {code for code in _SAMPLE if value[0] <= code <= value[1]} | {value[0], value[1]}
        elif operator is c.LITERAL:
            found |= {value}
        elif operator is c.CATEGORY:
            found |= _category(value)
    return _SAMPLE - found if items and items[0][0] is c.NEGATE else found


def _category(value: Any) -> frozenset[int]:
    letter = {c.CATEGORY_DIGIT: r"\d", c.CATEGORY_NOT_DIGIT: r"\D", c.CATEGORY_SPACE: r"\s"}
    letter |= {c.CATEGORY_NOT_SPACE: r"\S", c.CATEGORY_WORD: r"\w", c.CATEGORY_NOT_WORD: r"\W"}
    wanted = re.compile(letter[value])
    return frozenset(code for code in _SAMPLE if wanted.match(chr(code)))
