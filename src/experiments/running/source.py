"""Digest source code by what it computes, so that tidying up does not change the digest.

The digest covers the given functions and classes, and every function, class and constant of the
project's or the user's source that they reach through global names and attributes of modules. Each
function and class is written in the normal form of `experiments.running.syntax` and stands for
itself by a number, in the order of first visit: its name, its file and the way it is imported do
not count. Private attributes (`_x`) are numbered, too. Constants are written as their values;
functions and classes of Python and of installed packages by their full names, as `numpy.dot`.

The code that a program looks up at run time, by `getattr`, `eval` or `functools.singledispatch`, is
not found.
"""

import ast
import builtins
import copyreg
import dataclasses
import hashlib
import inspect
import re
import sys
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import EllipsisType, FunctionType, MethodType, ModuleType, NoneType
from typing import Any, TypeGuard

from experiments.errors import UserError
from experiments.running.syntax import Definition, NormalForm

OWN = {"experiments", "nn"}
"""The packages of this project: source code even if they are installed."""
PRIMITIVES = {bool, int, float, complex, str, bytes, NoneType, EllipsisType}
PRIVATE = re.compile(r"_[^_](.*[^_])?|__.*[^_]")


@lru_cache(maxsize=256)
def digest(*roots: Any) -> str:
    """Return a digest, 16 hexadecimal digits, of the computations of functions and classes.

    Raise UserError if they use something that has no normal form, for example a lock.
    """
    return hashlib.sha256(_Walk().text(roots).encode()).hexdigest()[:16]


class _Walk:
    """Visits functions, classes and values, each once, and names them."""

    def __init__(self) -> None:
        self.visited: list[tuple[Any, str]] = []  # objects, and the name that first led to each
        self.numbers: dict[int, int] = {}  # by the id of the object
        self.private: set[str] = set()  # the private names that the visited code defines

    def text(self, roots: Iterable[Any]) -> str:
        """Return the text of everything that the roots reach."""
        lines = [", ".join(self.reference(root, root.__qualname__) for root in roots)]
        for obj, name in self.visited:  # the list grows in the loop
            try:
                lines.append(self._visit(obj, name))
            except (ImportError, OSError, RecursionError, TypeError, ValueError) as error:
                raise UserError(f"{name}: cannot be part of a run's identity: {error}") from None
        return self._number_private("\n".join(lines))

    def reference(self, obj: Any, name: str) -> str:
        """Return the text for an object: its value, its full name, or its number."""
        if type(obj) in PRIMITIVES:
            return f"{type(obj).__name__} {obj!r}"
        if type(obj) in (tuple, frozenset):
            return f"{type(obj).__name__}({self._references(_ordered(obj), name)})"
        if isinstance(obj, Enum):
            return f"{self.reference(type(obj), name)}({self.reference(obj.value, name)})"
        if isinstance(obj, ModuleType) and is_source(obj.__name__):
            raise UserError(
                f"{name}: it refers to a whole module; use a function of the module instead"
            )
        if not _is_definition(obj):
            inner = inspect.unwrap(obj) if callable(obj) else obj
            if inner is not obj and _is_definition(inner):
                wrapper = obj.__code__.co_qualname if isinstance(obj, FunctionType) else type(obj)
                return f"{wrapper}({self.reference(inner, name)})"
            if full_name := _full_name(obj):
                return full_name
        if id(obj) not in self.numbers:
            self.numbers[id(obj)] = len(self.visited)
            self.visited.append((obj, name))
        return f"#{self.numbers[id(obj)]}"

    def attribute(self, name: str, *, defines: bool = False) -> str:
        """Return the text for the name of an attribute, marked if it is private."""
        if not PRIVATE.fullmatch(name):
            return name
        if defines:
            self.private.add(name)
        return f"\0{name}\0"

    def _references(self, objects: Iterable[Any], name: str) -> str:
        return ", ".join(self.reference(each, name) for each in objects)

    def _number_private(self, text: str) -> str:
        """Replace the marked names that the visited code defines by numbers."""
        numbers: dict[str, int] = {}

        def number(match: re.Match[str]) -> str:
            if match[1] not in self.private:
                return match[1]
            return f"_{numbers.setdefault(match[1], len(numbers))}"

        return re.sub("\0(.*?)\0", number, text)

    def _visit(self, obj: Any, name: str) -> str:
        if isinstance(obj, type) and issubclass(obj, BaseException):
            return f"exception({self._references(obj.__bases__, name)})"
        if _is_definition(obj):
            return self._definition(obj)
        if type(obj) in (list, set):
            return f"{type(obj).__name__}({self._references(_ordered(obj), name)})"
        if type(obj) is dict:
            return f"dict({self._references(obj.items(), name)})"
        reduce = copyreg.dispatch_table.get(type(obj))  # how pickle takes an object apart
        parts = reduce(obj) if reduce else obj.__reduce_ex__(4)
        if isinstance(parts, str):
            return f"{type(obj).__qualname__} {parts}"
        return f"instance({self._references(map(_listed, parts), name)})"

    def _definition(self, obj: FunctionType | type) -> str:
        form = NormalForm(_module(obj), _visible_names(obj), self, hooks=_hooks(obj))
        text = form.text(_node(obj))
        if not dataclasses.is_dataclass(obj):
            return text
        fields = inspect.signature(obj).parameters.values()  # annotations decide what is a field
        return f"{text} {', '.join(f'{self.attribute(p.name)}:{p.kind.name}' for p in fields)}"


def is_source(name: str) -> bool:
    """Return whether a module is the project's or the user's, not Python's or a package's."""
    top = name.partition(".")[0]
    if top in OWN:
        return True
    if top in sys.stdlib_module_names:
        return False
    module = sys.modules.get(name, sys.modules.get(top))
    file = getattr(module, "__file__", None) or ""
    return file.endswith(".py") and not {"site-packages", "dist-packages"} & {*Path(file).parts}


def _is_definition(obj: Any) -> TypeGuard[FunctionType | type]:
    """Return whether an object is a function or class whose source code counts."""
    if isinstance(obj, FunctionType):
        return is_source(obj.__globals__["__name__"])
    return isinstance(obj, type) and is_source(obj.__module__)


def _module(obj: FunctionType | type) -> ModuleType:
    # functools.wraps changes the name and module of a function, but not its globals and code
    name = obj.__globals__["__name__"] if isinstance(obj, FunctionType) else obj.__module__
    return sys.modules[name]


def _node(obj: FunctionType | type) -> Definition:
    """Return the syntax tree of a function or class. Raise UserError if there is not just one."""
    name = obj.__code__.co_qualname if isinstance(obj, FunctionType) else obj.__qualname__
    found = _nodes(_module(obj)).get(name, [])
    if len(found) > 1 and isinstance(obj, FunctionType):
        found = [node for node in found if _first_line(node) == obj.__code__.co_firstlineno]
    if len(found) != 1:
        raise UserError(
            f"{_module(obj).__name__}.{name}: {len(found)} definitions found in its module,"
            " expected one `def`, `class` or `lambda`, on a line of its own"
        )
    return found[0]


@lru_cache(maxsize=256)
def _nodes(module: ModuleType) -> dict[str, list[Definition]]:
    """Return the syntax trees of all definitions in a module by their qualified names."""
    found: dict[str, list[Definition]] = {}

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, Definition):
                name = prefix + getattr(child, "name", "<lambda>")
                found.setdefault(name, []).append(child)
                inner = f"{name}." if isinstance(child, ast.ClassDef) else f"{name}.<locals>."
            visit(child, inner)

    visit(ast.parse(inspect.getsource(module)), "")
    return found


def _first_line(node: Definition) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min(each.lineno for each in [node, *decorators])


def _visible_names(obj: FunctionType | type) -> Mapping[str, Any]:
    """Return the objects of the names that a definition can use, local ones excepted."""
    functions = [obj] if isinstance(obj, FunctionType) else _own_methods(obj)
    enclosing: dict[str, Any] = {}
    for function in functions:
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        enclosing |= {name: cell.cell_contents for name, cell in cells if name != "__class__"}
    return ChainMap(enclosing, vars(_module(obj)), vars(builtins))


def _own_methods(cls: type) -> list[FunctionType]:
    methods = [each for each in vars(cls).values() if isinstance(each, FunctionType)]
    return [x for x in methods if x.__code__.co_qualname.startswith(f"{cls.__qualname__}.")]


def _hooks(obj: FunctionType | type) -> set[str]:
    """Return the attributes that a class inherits from Python and packages, which may call them."""
    bases = obj.__mro__ if isinstance(obj, type) else ()
    return {name for base in bases if not is_source(base.__module__) for name in vars(base)}


def _full_name(obj: Any) -> str:
    """Return the name of a function, class or module of Python or a package, else nothing."""
    if isinstance(obj, ModuleType):
        return obj.__name__
    names = getattr(obj, "__module__", None), getattr(obj, "__qualname__", None)
    if isinstance(obj, MethodType) or not all(isinstance(name, str) for name in names):
        return ""
    return f"{names[0]}.{names[1]}"


def _ordered(items: Iterable[Any]) -> Iterable[Any]:
    if isinstance(items, set | frozenset):
        return sorted(items, key=lambda each: getattr(each, "__qualname__", repr(each)))
    return items


def _listed(part: Any) -> Any:
    return list(part) if isinstance(part, Iterator) else part
