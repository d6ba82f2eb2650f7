"""Write the syntax tree of a function or class in a normal form, as text.

Two definitions with the same normal form compute the same. Comments, layout, docstrings,
annotations and the messages of exceptions are left out. Local variables are numbered in the order
of their first use. Names of parameters are kept, because callers use them as keywords.
"""

import ast
import importlib
import itertools
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol, TypeAlias

from experiments.errors import UserError

IGNORED = {"annotation", "cause", "ctx", "kind", "msg", "returns", "type_comment", "type_params"}
"""The fields of syntax trees that cannot change the numbers that a program computes."""
LOCAL_NAMES = ("name", "rest")
"""The fields that hold a name that is bound: by definitions, `except ... as name`, patterns."""

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Naming(Protocol):
    """The texts that stand for what a definition uses."""

    def reference(self, obj: Any, name: str) -> str:
        """Return the text for a global object, which the definition calls ``name``."""

    def attribute(self, name: str, *, defines: bool = False) -> str:
        """Return the text for the name of an attribute; ``defines`` if this code assigns it."""


class Label(str):
    """The text for a local variable. The type tells it from a global string."""

    __slots__ = ()


@dataclass
class Scope:
    """The names that a function, comprehension or class body binds.

    The value of a name is its label, None before the first use, or the object that an import
    statement binds to it.
    """

    names: dict[str, Any]
    is_class: bool = False


class NormalForm:
    """Writes the normal form of definitions of one module.

    ``names`` are the objects of the names that are visible there: enclosing functions, module and
    builtins. ``hooks`` are the attributes that a class inherits from installed packages.
    """

    def __init__(
        self,
        module: ModuleType,
        names: Mapping[str, Any],
        naming: Naming,
        hooks: Iterable[str] = (),
    ) -> None:
        self.module = module
        self.names = names
        self.naming = naming
        self.hooks = frozenset(hooks)
        self.scopes: list[Scope] = []
        self.numbers = itertools.count()

    def text(self, node: Any) -> str:
        """Return the normal form of a node, of a list of nodes, or of another field of a node."""
        if isinstance(node, list):
            return f"[{' '.join(filter(None, map(self.text, node)))}]"
        if not isinstance(node, ast.AST):
            return repr(node)
        special = WRITERS.get(type(node))
        return special(self, node) if special else self.general(node)

    def general(self, node: ast.AST) -> str:
        """Return the type of a node and the normal forms of its fields."""
        parts = []
        for name, value in ast.iter_fields(node):
            if name in LOCAL_NAMES and isinstance(value, str):
                parts.append(f"{name}={self.label(value)}")
            elif name not in IGNORED and value is not None and value != []:
                parts.append(f"{name}={self.text(value)}")
        return f"{type(node).__name__}({' '.join(parts)})"

    # Names

    def lookup(self, name: str) -> Any:
        """Return the object of a global name, or the label of a local one.

        Raise UserError if the name is not defined.
        """
        if name.startswith("__") and name.endswith("__"):
            return Label(name)
        for depth, scope in enumerate(reversed(self.scopes)):
            if name in scope.names and not (scope.is_class and depth):
                if scope.names[name] is None:
                    scope.names[name] = Label(f"%{next(self.numbers)}")
                return scope.names[name]
        if name in self.names:
            return self.names[name]
        raise UserError(f"{self.module.__name__}: the name {name} is not defined")

    def label(self, name: str) -> str:
        """Return the text for a name that is assigned to."""
        found = self.lookup(name)
        return found if isinstance(found, Label) else f"global {name}"

    def resolve(self, node: ast.AST) -> Any:
        """Return the object of a global name or of an attribute of a module, else a label."""
        if isinstance(node, ast.Name):
            return self.lookup(node.id)
        if isinstance(node, ast.Attribute):
            base = self.resolve(node.value)
            if isinstance(base, ModuleType) and hasattr(base, node.attr):
                return getattr(base, node.attr)
        return Label()

    def reference(self, obj: Any, name: str) -> str:
        """Return the text for the object or label that a name stands for."""
        if isinstance(obj, Label):
            return obj
        return self.naming.reference(obj, f"{self.module.__name__}.{name}")

    def name(self, node: ast.Name) -> str:
        if isinstance(node.ctx, ast.Load):
            return self.reference(self.lookup(node.id), node.id)
        return self.label(node.id)

    def attribute(self, node: ast.Attribute) -> str:
        found = self.resolve(node)
        if not isinstance(found, Label):
            return self.reference(found, node.attr)
        defines = isinstance(node.ctx, ast.Store)
        return f"{self.text(node.value)}.{self.naming.attribute(node.attr, defines=defines)}"

    def constant(self, node: ast.Constant) -> str:
        return self.naming.reference(node.value, "")

    def keyword(self, node: ast.keyword) -> str:
        name = self.naming.attribute(node.arg) if node.arg else "**"
        return f"{name}={self.text(node.value)}"

    # Definitions

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        decorators = [each for each in node.decorator_list if not self._is_typing(each)]
        own_name = self.label(node.name) if self.scopes else ""
        return f"{self.text(decorators)}{own_name}{self._body(node, node.body)}"

    def lambda_(self, node: ast.Lambda) -> str:
        return self._body(node, [node.body])

    def _body(self, node: Any, body: list[Any]) -> str:
        defaults = self.text(node.args.defaults) + self.text(node.args.kw_defaults)
        parameters = dict(self._parameters(node.args))
        self.scopes.append(Scope({**dict.fromkeys(bound_names(body)), **parameters}))
        text = f"{type(node).__name__}({' '.join(parameters.values())}{defaults}){self.text(body)}"
        self.scopes.pop()
        return text

    def _parameters(self, arguments: ast.arguments) -> Iterable[tuple[str, Label]]:
        for kind, listed in (
            ("/", arguments.posonlyargs),
            ("", arguments.args),
            ("*args ", [arguments.vararg]),
            ("*", arguments.kwonlyargs),
            ("**", [arguments.kwarg]),
        ):
            for each in filter(None, listed):
                yield each.arg, Label(f"${kind}{self.naming.attribute(each.arg)}")

    def class_(self, node: ast.ClassDef) -> str:
        outside = self.text([*node.decorator_list, *node.bases, *node.keywords])
        own_name = self.label(node.name) if self.scopes else ""
        attributes = {
            name: Label(f".{self.naming.attribute(name, defines=name not in self.hooks)}")
            for name in bound_names(node.body)
        }
        self.scopes.append(Scope(attributes, is_class=True))
        text = f"{outside}{own_name}class{self.text(node.body)}"
        self.scopes.pop()
        return text

    def comprehension(self, node: Comprehension) -> str:
        first, *others = node.generators
        outside = self.text(first.iter)
        targets = [generator.target for generator in node.generators]
        self.scopes.append(Scope(dict.fromkeys(bound_names(targets))))
        elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        inside = self.text([first.target, *first.ifs, *others, *elements])
        self.scopes.pop()
        return f"{type(node).__name__}({outside} {first.is_async} {len(first.ifs)} {inside})"

    def _is_typing(self, decorator: ast.AST) -> bool:
        return getattr(self.resolve(decorator), "__module__", "") == "typing"

    # Statements

    def nothing(self, node: ast.AST) -> str:
        return ""

    def expression(self, node: ast.Expr) -> str:
        return "" if isinstance(node.value, ast.Constant) else self.general(node)

    def annotated(self, node: ast.AnnAssign) -> str:
        if node.value is not None:
            return self.text(ast.Assign([node.target], node.value))
        return self.text(node.target) if self.scopes[-1].is_class else ""

    def raise_(self, node: ast.Raise) -> str:
        raised = node.exc
        if isinstance(raised, ast.Call) and isinstance(self.resolve(raised.func), type):
            raised = raised.func
        return f"raise {self.text(raised)}"

    def import_(self, node: ast.Import) -> str:
        for alias in node.names:
            module = importlib.import_module(alias.name)
            top = sys.modules[alias.name.partition(".")[0]]
            self.scopes[-1].names[imported_name(alias)] = module if alias.asname else top
        return ""

    def import_from(self, node: ast.ImportFrom) -> str:
        path = f"{'.' * node.level}{node.module or ''}"
        module = importlib.import_module(path, self.module.__package__)
        for alias in node.names:
            if not hasattr(module, alias.name):
                importlib.import_module(f"{module.__name__}.{alias.name}")
            self.scopes[-1].names[imported_name(alias)] = getattr(module, alias.name)
        return ""


WRITERS: dict[type[ast.AST], Callable[[NormalForm, Any], str]] = {
    ast.AnnAssign: NormalForm.annotated,
    ast.AsyncFunctionDef: NormalForm.function,
    ast.Attribute: NormalForm.attribute,
    ast.ClassDef: NormalForm.class_,
    ast.Constant: NormalForm.constant,
    ast.DictComp: NormalForm.comprehension,
    ast.Expr: NormalForm.expression,
    ast.FunctionDef: NormalForm.function,
    ast.GeneratorExp: NormalForm.comprehension,
    ast.Global: NormalForm.nothing,
    ast.Import: NormalForm.import_,
    ast.ImportFrom: NormalForm.import_from,
    ast.Lambda: NormalForm.lambda_,
    ast.ListComp: NormalForm.comprehension,
    ast.Name: NormalForm.name,
    ast.Nonlocal: NormalForm.nothing,
    ast.Pass: NormalForm.nothing,
    ast.Raise: NormalForm.raise_,
    ast.SetComp: NormalForm.comprehension,
    ast.keyword: NormalForm.keyword,
}


def bound_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that statements bind in their own scope."""
    bound: set[str] = set()
    declared: set[str] = set()  # as belonging to another scope
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Global | ast.Nonlocal):
            declared.update(node.names)
        elif isinstance(node, ast.Name):
            bound.update([] if isinstance(node.ctx, ast.Load) else [node.id])
        elif isinstance(node, ast.alias):
            bound.add(imported_name(node))
        else:
            names = (getattr(node, field, None) for field in LOCAL_NAMES)
            bound.update(name for name in names if isinstance(name, str))
        if isinstance(node, Comprehension):
            assignments = [each for each in ast.walk(node) if isinstance(each, ast.NamedExpr)]
            pending.extend(each.target for each in assignments)
        elif not isinstance(node, Definition):
            pending.extend(ast.iter_child_nodes(node))
    return bound - declared


def imported_name(alias: ast.alias) -> str:
    """Return the name that an import statement binds."""
    return alias.asname or alias.name.partition(".")[0]
