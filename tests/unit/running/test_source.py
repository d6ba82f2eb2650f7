"""Digests of source code: tidying up changes none, a change of what is computed does."""

import importlib.util
import itertools
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import trials

from experiments.errors import UserError
from experiments.running.source import digest, is_source


class Workshop:
    """Writes and imports small modules; each has a file of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count()
        self.names: set[str] = set()

    def module(self, code: str, name: str = "mine") -> ModuleType:
        """Import code as a module with this name. It replaces an earlier one with this name."""
        path = self.folder / str(next(self.numbers)) / f"{name}.py"
        path.parent.mkdir()
        path.write_text(textwrap.dedent(code), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        self.names.add(name)
        spec.loader.exec_module(module)
        return module

    def digest(self, code: str, name: str = "mine", root: str = "f") -> str:
        """Return the digest of the object ``root`` of a module with this code."""
        return digest(getattr(self.module(code, name), root))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    made = Workshop(tmp_path_factory.mktemp("modules"))
    yield made
    for name in made.names:
        sys.modules.pop(name, None)


BASE = """
import math
from dataclasses import dataclass

import numpy as np

RATE = 0.5
TABLE = {"a": 1, "b": (2, 3)}


def scaled(function):
    def wrapper(x):
        return RATE * function(x)

    return wrapper


class Problem(ValueError):
    def __init__(self, number):
        super().__init__(f"wrong: {number}")


def _helper(x, power=2):
    if x < 0:
        raise Problem(x)
    return x**power + TABLE["a"]


class Base:
    def step(self, x: float) -> float:
        self._count = 1
        return self._shift(x)

    def _shift(self, x):
        return x + 1


@dataclass(frozen=True)
class Rule(Base):
    factor: float
    offset: float = 3.0

    def apply(self, x):
        total = 0
        for value in [np.dot(y, self.factor) for y in x]:
            total += value
        return self.step(total) + math.sqrt(self.offset)


@scaled
def twice(x):
    return 2 * x


def f(x):
    result = _helper(x)
    return Rule(2.0).apply([result]) + twice(x)
"""

SAME = {
    "comment": [("RATE = 0.5", "RATE = 0.5  # of what?")],
    "module docstring": [("\nimport math", '"""Does it."""\n\nimport math')],
    "docstring": [("def f(x):\n", 'def f(x):\n    """Return it."""\n')],
    "docstring of a class": [("    factor: float\n", '    """A rule."""\n\n    factor: float\n')],
    "layout": [("2 * x", "(\n        2\n        * x\n    )")],
    "annotation": [("def f(x):", "def f(x: float) -> float:")],
    "annotation of a field": [("factor: float", 'factor: "np.floating | int"')],
    "annotation of a local variable": [("result = _helper(x)", "result: float = _helper(x)")],
    "declared local variable": [("result = _helper(x)", "result: float\n    result = _helper(x)")],
    "renamed helper": [("_helper", "_power_of")],
    "renamed class": [("Rule", "Line")],
    "renamed constant": [("RATE", "SPEED")],
    "renamed private method": [("_shift", "_move_by_one")],
    "renamed private attribute": [("_count", "_number")],
    "renamed local variable": [("result", "answer")],
    "renamed loop variable": [("value", "each")],
    "renamed variable of a comprehension": [("y, self", "z, self"), ("for y in", "for z in")],
    "renamed local function": [("wrapper", "inner")],
    "renamed exception": [("Problem", "Mistake")],
    "message": [("wrong: {number}", "not right: {number}")],
    "arguments of an exception": [("raise Problem(x)", "raise Problem(-x)")],
    "cause of an exception": [("raise Problem(x)", "raise Problem(x) from None")],
    "constant instead of its value": [("RATE * function", "0.5 * function")],
    "moved definition": [("RATE = 0.5\n", ""), ("\ndef f(x)", "RATE = 0.5\n\n\ndef f(x)")],
    "unused function": [("\ndef f(x)", "\ndef another(x):\n    return 3 * x\n\n\ndef f(x)")],
    "unused class": [("\ndef f(x)", "\nclass Another(Rule):\n    pass\n\n\ndef f(x)")],
    "import style": [("import numpy as np", "import numpy"), ("np.dot", "numpy.dot")],
    "import of a name": [("import numpy as np", "from numpy import dot"), ("np.dot", "dot")],
    "import in the function": [
        ("import math\n", ""),
        ("        total = 0\n", "        import math\n\n        total = 0\n"),
    ],
    "import of a name in the function": [
        ("import math\n", ""),
        ("        total = 0\n", "        from math import sqrt as root\n\n        total = 0\n"),
        ("math.sqrt", "root"),
    ],
    "type-only import": [
        (
            "RATE = 0.5",
            "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
            "    from decimal import Decimal\n\nRATE = 0.5",
        )
    ],
    "typing decorator": [
        ("import math", "import math\nfrom typing import no_type_check"),
        ("\ndef f(x)", "\n@no_type_check\ndef f(x)"),
    ],
    "pass": [("    return 2 * x", "    pass\n    return 2 * x")],
}
"""Replacements in `BASE` that change nothing that is computed."""

DIFFERENT = {
    "formula": [("2 * x", "2 + x")],
    "order of operands": [("x + 1", "1 + x")],
    "literal": [("2 * x", "3 * x")],
    "type of a literal": [("2 * x", "2.0 * x")],
    "constant": [("RATE = 0.5", "RATE = 0.6")],
    "nested constant": [('"b": (2, 3)', '"b": (2, 4)')],
    "key of a constant": [('"a": 1', '"c": 1')],
    "default of a parameter": [("power=2", "power=3")],
    "default of a field": [("offset: float = 3.0", "offset: float = 4.0")],
    "order of the fields": [
        (
            "    factor: float\n    offset: float = 3.0\n",
            "    offset: float\n    factor: float = 3.0\n",
        )
    ],
    "field that becomes a class variable": [
        ("import math\n", "import math\nfrom typing import ClassVar\n"),
        ("offset: float =", "offset: ClassVar[float] ="),
    ],
    "condition": [("x < 0", "x <= 0")],
    "type of an exception": [("class Problem(ValueError)", "class Problem(TypeError)")],
    "exception of Python": [("raise Problem(x)", "raise ValueError(x)")],
    "raise removed": [("        raise Problem(x)", "        pass")],
    "method of the base class": [("x + 1", "x + 2")],
    "base class removed": [("class Rule(Base)", "class Rule")],
    "decorator removed": [("@scaled\n", "")],
    "decorator's function": [("RATE * function", "RATE + function")],
    "argument of a decorator": [("frozen=True", "frozen=False")],
    "decorator added": [("\ndef f(x)", "\n@scaled\ndef f(x)")],
    "function of a package": [("np.dot", "np.outer")],
    "public method": [("apply", "use")],
    "name of a parameter": [("power", "exponent")],
    "other local variable": [("return Rule(2.0).apply([result])", "return Rule(2.0).apply([x])")],
    "swapped attributes": [("self.factor", "self.other"), ("self.offset", "self.factor")],
    "string": [('TABLE["a"]', 'TABLE["b"][0]')],
    "statement removed": [("        self._count = 1\n", "")],
    "statement added": [("    return 2 * x", "    x = -x\n    return 2 * x")],
}
"""Replacements in `BASE` that change what is computed, or how."""


def edited(replacements: list[tuple[str, str]]) -> str:
    code = BASE
    for old, new in replacements:
        assert old in code, f"{old!r} is not in the code"
        code = code.replace(old, new)
    return code


@pytest.mark.parametrize("name", SAME)
def test_tidying_up_keeps_the_digest(workshop: Workshop, name: str) -> None:
    assert workshop.digest(edited(SAME[name])) == workshop.digest(BASE)


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_change_of_the_computation_changes_the_digest(workshop: Workshop, name: str) -> None:
    assert workshop.digest(edited(DIFFERENT[name])) != workshop.digest(BASE)


def test_every_change_gives_a_digest_of_its_own(workshop: Workshop) -> None:
    digests = {workshop.digest(edited(replacements)) for replacements in DIFFERENT.values()}
    assert len(digests) == len(DIFFERENT)


def test_a_digest_is_sixteen_hexadecimal_digits(workshop: Workshop) -> None:
    found = workshop.digest(BASE)
    assert len(found) == 16
    assert int(found, 16) >= 0


# Several modules


def test_a_moved_file_keeps_the_digest(workshop: Workshop) -> None:
    assert workshop.digest(BASE, name="elsewhere") == workshop.digest(BASE)


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("from tools import helper", "helper"),
        ("from tools import helper as other", "other"),
        ("import tools", "tools.helper"),
        ("import tools as t", "t.helper"),
    ],
)
def test_a_function_of_another_module_counts_as_one_of_the_same(
    workshop: Workshop, imports: str, call: str
) -> None:
    helper = "FACTOR = {}\n\ndef helper(x):\n    return FACTOR * x\n\n"
    together = workshop.digest(helper.format(2) + "def f(x):\n    return helper(x)\n")
    code = f"{imports}\n\ndef f(x):\n    return {call}(x)\n"
    workshop.module(helper.format(2), "tools")
    assert workshop.digest(code) == together
    workshop.module(helper.format(3), "tools")
    assert workshop.digest(code) != together


def test_a_module_imported_in_a_function_counts(workshop: Workshop) -> None:
    code = "def f(x):\n    from tools import helper\n    return helper(x)\n"
    digests = []
    for number in (1, 1, 2):
        workshop.module(f"def helper(x):\n    return x + {number}\n", "tools")
        digests.append(workshop.digest(code))
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *(("nn.network", True), ("experiments.training.train", True), ("mine", True)),
        *(("numpy", False), ("numpy.linalg", False), ("math", False), ("collections.abc", False)),
        *(("pytest", False), ("builtins", False)),
    ],
)
def test_source_is_what_belongs_to_neither_python_nor_a_package(
    workshop: Workshop, name: str, expected: bool
) -> None:
    workshop.module("", "mine")
    assert is_source(name) is expected


# Functions that other functions make


@pytest.mark.parametrize(
    "code",
    [
        # a closure
        "def make(n):\n    def inner(x):\n        return n * x\n    return inner\n\nf = make({})",
        # a lambda, and one in a dictionary
        "f = lambda x: {} * x",
        "TABLE = {{'a': lambda x: {} * x}}\n\ndef f(x):\n    return TABLE['a'](x)",
        # wrappers by functools, with and without the syntax of decorators
        "from functools import partial\n\ndef g(n, x):\n    return n * x\n\nf = partial(g, {})",
        "from functools import cache\n\n@cache\ndef f(x):\n    return {} * x",
        "from functools import cache\n\ndef g(x):\n    return {} * x\n\nf = cache(g)",
        "from functools import wraps\n\ndef scaled(g):\n    @wraps(g)\n    def inner(x):\n"
        "        return {} * g(x)\n    return inner\n\ndef h(x):\n    return x\n\nf = scaled(h)",
        "from contextlib import contextmanager\n\n@contextmanager\ndef f(x):\n    yield {} * x",
        # a bound method, and a decorator that is a class
        "class A:\n    def times(self, x):\n        return {} * x\n\nf = A().times",
        "class Twice:\n    def __init__(self, g):\n        self.g = g\n    def __call__(self, x):\n"
        "        return {} * self.g(x)\n\n@Twice\ndef f(x):\n    return x",
        # a class that a function makes
        "def make(n):\n    class Rule:\n        def apply(self, x):\n            return n * x\n"
        "    return Rule\n\nA = make({})\n\ndef f(x):\n    return A().apply(x)",
        # a default that is made once
        "def f(x, table=[{}]):\n    return table[0] * x",
    ],
)
def test_a_number_inside_a_made_function_counts(workshop: Workshop, code: str) -> None:
    one, same, other = (_rooted(workshop, code.format(n)) for n in (2, 2, 3))
    assert one == same != other


def _rooted(workshop: Workshop, code: str) -> str:
    """Return the digest of a function that only calls the `f` of the code."""
    return workshop.digest(f"{code}\n\ndef root(x):\n    return f(x)\n", root="root")


def test_a_wrapper_counts_even_if_it_takes_the_name_of_what_it_wraps(workshop: Workshop) -> None:
    code = """
        from functools import wraps

        def scaled(g):
            @wraps(g)
            def inner(x):
                return 2 * g(x)
            return inner

        def slow(x):
            return x

        fast = scaled(slow)

        def f(x):
            return {}(x)
    """
    assert workshop.digest(code.format("fast")) != workshop.digest(code.format("slow"))


def test_functions_that_call_each_other(workshop: Workshop) -> None:
    code = "def g(x):\n    return f(x - {0})\n\ndef f(x):\n    return g(x) if x else 0\n"
    one, same, other = (workshop.digest(code.format(n)) for n in (1, 1, 2))
    assert one == same != other


# Values


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", "2"),
        ("1", "1.0"),
        ("1", "True"),
        ("0.0", "-0.0"),
        ("0.1", "0.10000000000000002"),
        ("'a'", "b'a'"),
        ("(1, 2)", "[1, 2]"),
        ("[1, 2]", "[2, 1]"),
        ("{1, 2}", "{1, 3}"),
        ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"),
        ("range(3)", "range(4)"),
        ("Color.red", "Color.blue"),
        ("np.ones(3)", "np.ones(4)"),
        ("np.ones(3)", "np.ones(3, np.float32)"),
        ("np.ones((2, 2))", "np.ones((2, 2), order='F')"),
        ("np.float32(1)", "np.float64(1)"),
        ("np.dtype('float32')", "np.dtype('float64')"),
        ("np.add", "np.subtract"),
        ("np.random.default_rng(0)", "np.random.default_rng(1)"),
        ("Point(1)", "Point(2)"),
        ("Path('a')", "Path('b')"),
        ("re.compile('a')", "re.compile('b')"),
        ("[Point(1)]", "[Point(2)]"),
        ("None", "..."),
        ("len", "sum"),
        ("math.nan", "math.inf"),
    ],
)
def test_constants_are_told_apart_by_their_values(workshop: Workshop, one: str, other: str) -> None:
    code = """
        import math, re
        from dataclasses import dataclass
        from enum import Enum
        from pathlib import Path
        import numpy as np

        class Color(Enum):
            red = 1
            blue = 2

        @dataclass
        class Point:
            x: int

        VALUE = {}

        def f():
            return VALUE
    """
    first, same, second = (workshop.digest(code.format(each)) for each in (one, one, other))
    assert first == same != second


def test_two_sentinels_are_told_apart(workshop: Workshop) -> None:
    code = "A, B = object(), object()\n\ndef f(x):\n    return x is A or {} is B\n"
    assert workshop.digest(code.format("x")) != workshop.digest(
        code.format("x").replace("is B", "is A")
    )


def test_a_list_that_contains_itself(workshop: Workshop) -> None:
    code = "VALUE = [{}]\nVALUE.append(VALUE)\n\ndef f():\n    return VALUE\n"
    assert workshop.digest(code.format(1)) != workshop.digest(code.format(2))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import threading\nLOCK = threading.Lock()\n\ndef f():\n    return LOCK\n", "mine.LOCK: "),
        ("def f():\n    return missing\n", "mine: the name missing is not defined"),
        (
            "from collections import namedtuple\n\nPoint = namedtuple('Point', 'x')\n\n"
            "def f():\n    return Point(1)\n",
            "mine.Point: 0 definitions",
        ),
        (
            "A, B = lambda x: x, lambda x: -x\n\ndef f():\n    return B\n",
            "mine.<lambda>: 2 definitions",
        ),
        (
            "import mine\n\ndef f(name):\n    return getattr(mine, name)\n",
            "a function of the module instead",
        ),
    ],
    ids=["lock", "undefined name", "class without a class statement", "two lambdas", "module"],
)
def test_an_error_names_what_cannot_be_digested(
    workshop: Workshop, code: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        workshop.digest(code)


# Private names


def test_private_names_that_a_package_calls_keep_their_meaning(workshop: Workshop) -> None:
    """The package may call `_hook`, so another name is another program."""
    base = workshop.folder / "site-packages" / "library.py"
    base.parent.mkdir()
    base.write_text("class Plugin:\n    def _hook(self):\n        pass\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("library", base)
    assert spec
    assert spec.loader
    library = importlib.util.module_from_spec(spec)
    sys.modules["library"] = library
    workshop.names.add("library")
    spec.loader.exec_module(library)
    code = "import library\n\nclass f(library.Plugin):\n    def {}(self):\n        return 1\n"
    assert workshop.digest(code.format("_hook")) != workshop.digest(code.format("_other"))
    assert workshop.digest(code.format("_one")) == workshop.digest(code.format("_other"))


def test_private_names_of_other_objects_are_kept(workshop: Workshop) -> None:
    code = "def f(point):\n    return point.{}()\n"
    assert workshop.digest(code.format("_asdict")) != workshop.digest(code.format("_replace"))


def test_two_private_methods_are_not_exchanged(workshop: Workshop) -> None:
    code = """
        class f:
            def _one(self, x):
                return x + 1

            def _two(self, x):
                return x * 2

            def apply(self, x):
                return self.{}(self.{}(x))
    """
    assert workshop.digest(code.format("_one", "_two")) != workshop.digest(
        code.format("_two", "_one")
    )


# Any names


NAMES = st.lists(
    st.from_regex(r"[a-z]{3,8}", fullmatch=True).map(lambda name: f"n{name}"),
    min_size=6,
    max_size=6,
    unique=True,
)


@trials(25)
@given(names=NAMES, number=st.integers(1, 5), apart=st.booleans())
def test_a_digest_depends_on_the_numbers_not_on_the_names_or_files(
    workshop: Workshop, names: list[str], number: int, apart: bool
) -> None:
    constant, helper, cls, private, local, module = names
    tools = f"""
{constant} = {number}

def {helper}(x):
    {local} = x * {constant}
    return {local}
"""
    if apart:
        workshop.module(tools, module)
        tools = f"from {module} import {helper}\n"
    code = f"""{tools}
class {cls}:
    def _{private}(self, x):
        return [{local} + 1 for {local} in x]

    def apply(self, x):
        return self._{private}(x)

def f(x):
    return {cls}().apply({helper}(x))
"""
    expected = f"""
def first(x):
    a = x * {number}
    return a

class Second:
    def _third(self, x):
        return [y + 1 for y in x]

    def apply(self, x):
        return self._third(x)

def f(x):
    return Second().apply(first(x))
"""
    assert workshop.digest(code) == workshop.digest(expected)
    assert workshop.digest(code) != workshop.digest(
        expected.replace(f"x * {number}", f"x * {number + 1}")
    )
