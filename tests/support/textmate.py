"""textmate.py - a TextMate grammar applied to lines: match, begin and end, captures, includes, as editors do it.

What this project's grammar does not use is not here: while, back-references of end to begin, injections, \\G. Patterns are Python's
and Oniguruma's common part."""
# SPDX-License-Identifier: Apache-2.0
import json
import re


class Grammar:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.data = json.load(file)
        self.compiled = {}

    def regex(self, text):
        if text not in self.compiled:
            self.compiled[text] = re.compile(text)
        return self.compiled[text]

    def rules(self, patterns):
        """Those of a list that can match, includes followed."""
        for pattern in patterns:
            name = pattern.get("include")
            if name == "$self":
                yield from self.rules(self.data["patterns"])
            elif name:
                rule = self.data["repository"][name[1:]]
                yield from [rule] if "match" in rule or "begin" in rule else self.rules(rule["patterns"])
            elif "match" in pattern or "begin" in pattern:
                yield pattern
            else:
                yield from self.rules(pattern["patterns"])

    def lines(self, text):
        """For each line its tokens: (text, scopes from the outermost to the innermost)."""
        stack = [(None, (self.data["scopeName"],), self.data["patterns"])]  # rule, scopes inside, patterns inside
        for line in text.split("\n"):
            yield self.line(line + "\n", stack)

    def line(self, line, stack, at=0, stop=None):
        tokens, stop = [], len(line) if stop is None else stop
        seen = None  # places where nothing was eaten: never twice the same

        def put(begin, end, scopes):
            end = min(end, len(line) - 1)
            if end > begin:
                tokens.append((line[begin:end], scopes))

        while at < stop:
            rule, scopes, patterns = stack[-1]
            best, found = None, None
            if rule and rule.get("end"):
                found = self.regex(rule["end"]).search(line, at, stop)
            for candidate in self.rules(patterns):
                hit = self.regex(candidate.get("match", candidate.get("begin"))).search(line, at, stop)
                if hit and (found is None or hit.start() < found.start()):
                    best, found = candidate, hit
            if found is None:
                break
            put(at, found.start(), scopes)
            if best is None:  # the end of what is open
                outer = scopes[:-1] if rule.get("name") else scopes
                tokens += self.captured(line, found, rule.get("endCaptures", {}), outer + names(rule))
                stack.pop()
            elif "match" in best:
                tokens += self.captured(line, found, best.get("captures", {}), scopes + names(best))
            else:
                inner = scopes + names(best)
                tokens += self.captured(line, found, best.get("beginCaptures", {}), inner)
                stack.append((best, inner, best.get("patterns", [])))
            if found.end() == found.start():
                mark = (found.start(), len(stack))
                if seen == mark:
                    at = found.end()
                    put(at, at + 1, stack[-1][1])
                    at += 1
                    continue
                seen = mark
            at = found.end()
        put(at, stop, stack[-1][1])
        return tokens

    def captured(self, line, found, captures, scopes):
        """The tokens of a match: each group in its own scopes; groups do not nest in this grammar."""
        tokens, at = [], found.start()
        groups = sorted((found.span(int(number)), spec) for number, spec in captures.items() if found.span(int(number))[0] >= 0) if captures else []
        for (begin, end), spec in sorted(groups, key=lambda group: group[0]):
            if begin > at:
                tokens.append((line[at:begin], scopes))
            inner = scopes + names(spec)
            if "patterns" in spec:
                tokens += self.line(line, [(None, inner, spec["patterns"])], begin, end)
            elif end > begin:
                tokens.append((line[begin:end], inner))
            at = max(at, end)
        if found.end() > at:
            tokens.append((line[at:found.end()].rstrip("\n"), scopes))
        return [token for token in tokens if token[0]]


def names(rule):
    return (rule["name"],) if rule.get("name") else ()
