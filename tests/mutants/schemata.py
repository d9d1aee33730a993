"""Writes many changes into one copy of the sources, each behind a switch.

A function that changes are made in gets a body for each of them, and its own:

    { if crate::mutant::is(7) {…} else if crate::mutant::is(8) {…} else {…} }
"""

import re
from dataclasses import dataclass


@dataclass
class Piece:
    """Lines of a file as it was written, and what they belong to."""

    file: str
    first: int
    last: int
    numbers: list  # of the changes

    def has(self, file, line):
        return file == self.file and self.first <= line <= self.last


@dataclass
class Written:
    """What was written, and where."""

    texts: dict  # by file
    bodies: list  # one piece for each change
    functions: list  # one piece for each function
    const: dict  # changes by the name of the function, where it was a `const fn`

    def blamed(self, error):
        """The changes that an error of the compiler is about, and whether it is about themselves."""
        if found := re.search(r"cannot call non-const .*?`(?:.*::)?(\w+)(?:<.*)?`", error["message"]):
            # A `const fn` that can't be without the `const`: no change can be made in it.
            if numbers := self.const.get(found[1]):
                return numbers, False
        for primary in (True, False):
            spans = [span for span in error["spans"] if span["is_primary"] == primary]
            for pieces, themselves in ((self.bodies, True), (self.functions, False)):
                for span in spans:
                    for piece in pieces:
                        if piece.has(span["file_name"], span["line_start"]):
                            return piece.numbers, themselves
        return [], False


def write(sources, mutants):
    """The files that the changes are in, with all of them; `mutants` by number, `sources` gives a file's text."""
    written = Written({}, [], [], {})
    for file in sorted({mutant["file"] for mutant in mutants.values()}):
        here = {number: mutant for number, mutant in mutants.items() if mutant["file"] == file}
        _write_file(file, sources(file), here, written)
    return written


def _write_file(file, text, mutants, written):
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    offsets = lambda span: tuple(
        lines[span[end]["line"] - 1] + span[end]["column"] - 1 for end in ("start", "end")
    )
    # A function inside another is in that one's bodies.
    functions = {offsets(mutant["function"]["span"]): mutant["function"] for mutant in mutants.values()}
    inside = lambda inner, outer: inner != outer and outer[0] <= inner[0] and inner[1] <= outer[1]
    outermost = sorted(one for one in functions if not any(inside(one, other) for other in functions))
    out, done = "", 0
    line = lambda: out.count("\n") + 1
    for start, end in outermost:
        name = functions[start, end]["function_name"].split("::")[-1]
        brace = _body(text, re.compile(rf"\bfn\s+(?:r#)?{re.escape(name)}\b").search(text, start, end).end())
        numbers = [n for n, m in mutants.items() if start <= offsets(m["span"])[0] and offsets(m["span"])[1] <= end]
        signature = re.sub(r"\bconst (?=(async |unsafe )*fn\b)", "", text[start:brace])
        if signature != text[start:brace]:
            written.const.setdefault(name, []).extend(numbers)
        out += text[done:start] + signature + "{\n"
        first = line()
        for number in numbers:
            since, until = offsets(mutants[number]["span"])
            begins = line()
            out += f"if crate::mutant::is({number}) " + text[brace:since] + mutants[number]["replacement"]
            out += text[until:end]
            written.bodies.append(Piece(file, begins, line(), [number]))
            out += "\nelse "
        out += text[brace:end]
        written.functions.append(Piece(file, first, line(), numbers))
        out += "\n}"
        done = end
    written.texts[file] = out + text[done:]


def _body(text, at):
    """Where the body begins of the function whose name ends here: at the first brace that is in no parentheses."""
    depth = 0
    while depth or text[at] != "{":
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return at
