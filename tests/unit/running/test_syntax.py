"""The normal form of syntax trees: scopes of names, and what is left out."""

import ast
import sys
from typing import Any

import pytest

from experiments.errors import UserError
from experiments.running.syntax import NormalForm, bound_names

GLOBALS = {"g": "the global g", "h": "the global h", "ValueError": ValueError, "object": object}


class Plain:
    """Names objects by their `repr`, attributes by their name."""

    def reference(self, obj: Any, name: str) -> str:
        return repr(obj)

    def attribute(self, name: str, *, defines: bool = False) -> str:
        return name


def form(code: str) -> str:
    (node,) = ast.parse(code).body
    return NormalForm(sys.modules[__name__], GLOBALS, Plain()).text(node)


@pytest.mark.parametrize(
    ("code", "same"),
    [
        ("def f(): a = 1; return a", "def f(): b = 1; return b"),
        ("def f(): a: int = 1; return a", "def f(): a = 1; return a"),
        ("def f(): return [a for a in g]", "def f(): return [b for b in g]"),
        ("def f(): return {a: a for a in g}", "def f(): return {b: b for b in g}"),
        ("def f():\n for a in g: h(a)", "def f():\n for b in g: h(b)"),
        ("def f():\n with g as a: h(a)", "def f():\n with g as b: h(b)"),
        ("def f():\n try: g()\n except h as a: h(a)", "def f():\n try: g()\n except h as b: h(b)"),
        ("def f(): (a := 1); return a", "def f(): (b := 1); return b"),
        ("def f(): g([a := x for x in h]); return a", "def f(): g([b := y for y in h]); return b"),
        ("def f():\n def a(): pass\n a()", "def f():\n def b(): pass\n b()"),
        ("def f():\n class a: pass\n a()", "def f():\n class b: pass\n b()"),
        (
            "def f():\n match g:\n  case [a, *b]: h(a, b)",
            "def f():\n match g:\n  case [c, *d]: h(c, d)",
        ),
        (
            "def f():\n match g:\n  case {1: a, **b}: h(a, b)",
            "def f():\n match g:\n  case {1: c, **d}: h(c, d)",
        ),
        (
            "def f():\n a = 1\n def b():\n  nonlocal a\n  a = 2\n return a",
            "def f():\n c = 1\n def d():\n  nonlocal c\n  c = 2\n return c",
        ),
        ("def f(): import sys as a; return a.path", "def f(): import sys; return sys.path"),
        (
            "def f(): from sys import path as a; return a",
            "def f(): from sys import path; return path",
        ),
        ("def f():\n  'text'\n  return 1", "def f(): return 1"),
        ("def f(): ...", "def f(): pass"),
        ("def f(a: int, *b: str) -> None: g(a)", "def f(a, *b): g(a)"),
        ("def f(): raise ValueError('one')", "def f(): raise ValueError"),
        ("def f(): assert g, 'one'", "def f(): assert g"),
    ],
)
def test_the_same_function_in_other_words(code: str, same: str) -> None:
    assert form(code) == form(same)


@pytest.mark.parametrize(
    ("code", "other"),
    [
        # another variable
        ("def f(): a = 1; b = 2; return a", "def f(): a = 1; b = 2; return b"),
        (
            "def f(): return [[a for b in g] for a in h]",
            "def f(): return [[b for b in g] for a in h]",
        ),
        # a local variable instead of a global one
        ("def f(): return [g for a in h]", "def f(): return [g for g in h]"),
        ("def f(): return [g for g in g]", "def f(): return [g for a in g]"),
        ("def f(): global g; g = 1; return g", "def f(): g = 1; return g"),
        ("def f(g): return g", "def f(a): return g"),
        # another scope
        (
            "def f():\n a = 1\n def b():\n  nonlocal a\n  a = 2\n b(); return a",
            "def f():\n a = 1\n def b():\n  a = 2\n b(); return a",
        ),
        ("class f:\n g = 1\n a = g", "class f:\n b = 1\n a = g"),
        # parameters, which callers name
        ("def f(a): return a", "def f(b): return b"),
        ("def f(a, b): return a", "def f(a, *, b): return a"),
        ("def f(a, b): return a", "def f(a, b, /): return a"),
        ("def f(*a): return a", "def f(**a): return a"),
        ("lambda a: a", "lambda b: b"),
        # kinds of function
        ("def f(): return g", "async def f(): return g"),
        ("def f(): return [a for a in g]", "def f(): return {a for a in g}"),
        ("def f(): return [a for a in g if a]", "def f(): return [a for a in g]"),
        ("def f(): yield g", "def f(): yield from g"),
        # exceptions that come from elsewhere
        ("def f(): raise g('one')", "def f(): raise g('two')"),
        ("def f(): raise ValueError", "def f(): raise"),
    ],
)
def test_another_function(code: str, other: str) -> None:
    assert form(code) != form(other)


def test_names_of_a_class_body_are_not_seen_in_its_methods() -> None:
    code = "class f:\n g = 1\n a = g\n def m(self): return g"
    text = form(code)
    assert text.count("'the global g'") == 1
    assert text.count(".g") == 2


def test_an_undefined_name() -> None:
    with pytest.raises(UserError, match="the name missing is not defined"):
        form("def f(): return missing")


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("a = b.c = d[e] = 1", {"a"}),
        ("a, (b, *c) = d", {"a", "b", "c"}),
        ("a += 1; del b; c: int", {"a", "b", "c"}),
        ("import a.b, c.d as e; from f import g, h as i", {"a", "e", "g", "i"}),
        ("def a(b): c = 1", {"a"}),
        ("class a:\n b = 1", {"a"}),
        ("a = lambda b: (c := b)", {"a"}),
        ("[a for a in b if (c := a)]", {"c"}),
        ("global a; a = b = 1", {"b"}),
        ("try: a\nexcept b as c: pass", {"c"}),
        ("match a:\n case {1: b, **c} | [b, *c] | (b as c): pass", {"b", "c"}),
        ("for a in b:\n with c as d: e = 1", {"a", "d", "e"}),
    ],
)
def test_names_that_statements_bind(code: str, names: set[str]) -> None:
    assert bound_names(ast.parse(code).body) == names
