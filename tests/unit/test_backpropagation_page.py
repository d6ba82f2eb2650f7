r"""The page about backpropagation: every equation has its code and its test, and renders.

The form of the page: an equation is `$$ ... \tag{7} $$` below `<a id="eq-7"></a>`, and the next
paragraph is `Code: [`Class.method`](../src/file.py). Test: [`test_name`](../tests/file.py).`
"""

import ast
import importlib.util
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from experiments.configuration import PROJECT

PAGE = (PROJECT / "docs" / "backpropagation.md").read_text(encoding="utf-8")
EQUATION = re.compile(r"\$\$\n(?:(?!\$\$).)*\\tag\{(\d+)\}\n\$\$\n\n(.*?)\n\n", re.DOTALL)
"""The number of an equation, and the paragraph below it."""
EQUATIONS = {int(number): paragraph for number, paragraph in EQUATION.findall(PAGE)}
LINK = re.compile(r"\[`([^`]+)`\]\(\.\./([^)#]+\.py)\)")
"""A name of code, and its file."""
CORRECTIONS = re.findall(r"^- (.*)\n(.*)", PAGE.partition("\n## 12. ")[2], re.MULTILINE)
"""What is printed and right, and the line with the test."""
DISPLAYED = re.findall(r"\$\$\n(.*?)\n\$\$", PAGE, re.DOTALL)
INLINE = re.findall(r"\$([^$]*)\$", re.sub(r"\$\$\n.*?\n\$\$", "", PAGE, flags=re.DOTALL))


def is_abstract(method: ast.FunctionDef) -> bool:
    """Return whether a method computes nothing, because each subclass has its own."""
    return any(ast.unparse(each) == "abstractmethod" for each in method.decorator_list)


@cache
def names(file: Path) -> frozenset[str]:
    """Return the functions, classes and methods that a file defines, except abstract methods."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            inner = (each for each in node.body if isinstance(each, ast.FunctionDef))
            found |= {f"{node.name}.{each.name}" for each in inner if not is_abstract(each)}
    return frozenset(found)


def dangling(text: str) -> list[str]:
    """Return the links of ``text`` whose file or name does not exist."""
    return [
        f"{name} in {file}"
        for name, file in LINK.findall(text)
        if not (PROJECT / file).is_file() or name not in names(PROJECT / file)
    ]


def test_equations_are_numbered_in_order_and_can_be_linked_to() -> None:
    numbers = [int(number) for number in re.findall(r"\\tag\{(\d+)\}", PAGE)]
    assert numbers == list(EQUATIONS) == list(range(1, len(numbers) + 1))
    anchors = re.findall(
        r'<a id="eq-(\d+)"></a>\n\n\$\$\n(?:(?!\$\$).)*\\tag\{\1\}', PAGE, re.DOTALL
    )
    assert [int(number) for number in anchors] == numbers
    assert len(numbers) > 50


@pytest.mark.parametrize("number", EQUATIONS)
def test_an_equation_has_its_code_and_its_test(number: int) -> None:
    code, test, tests = EQUATIONS[number].partition("Test:")
    assert code.startswith("Code:")
    assert test
    assert dangling(EQUATIONS[number]) == []
    assert [file for _, file in LINK.findall(code) if file.startswith("src/")]
    named = LINK.findall(tests)
    assert named
    assert all(name.startswith("test_") and file.startswith("tests/") for name, file in named)
    assert len(LINK.findall(EQUATIONS[number])) == EQUATIONS[number].count("](")


@pytest.mark.parametrize(("mistake", "test"), CORRECTIONS)
def test_a_mistake_has_its_correction_and_its_test(mistake: str, test: str) -> None:
    assert re.fullmatch(r"[A-Z0-9].*: .*\. \*Right:\* .*\.", mistake)
    assert test.startswith("  Test: ")
    ((name, file),) = LINK.findall(test)
    assert name.startswith("test_")
    assert file.startswith("tests/")


def test_no_link_of_the_page_dangles() -> None:
    assert dangling(PAGE) == []
    assert len(CORRECTIONS) > 30


def test_a_link_dangles_without_its_file_or_its_name() -> None:
    there = "[`Network.backward`](../src/nn/network.py)"
    assert dangling(there) == []
    for wrong in ("Network.backwards", "backward", "Network.parameters"):
        assert dangling(there.replace("Network.backward", wrong)) == [
            f"{wrong} in src/nn/network.py"
        ]
    assert dangling(there.replace("network.py", "net.py"))
    assert dangling("[`Loss.value`](../src/nn/losses.py)") == ["Loss.value in src/nn/losses.py"]


def test_references_name_equations_and_sections_that_exist() -> None:
    shown = re.findall(r"\[\((\d+)\)\]\(#eq-(\d+)\)", PAGE)
    assert len(shown) > 30
    assert all(number == target for number, target in shown)
    text = re.sub(r"\$\$\n.*?\n\$\$|\$[^$]*\$", "", PAGE, flags=re.DOTALL)
    assert re.findall(r"(?<!\[)\(\d{1,2}\)", text) == []  # every number of an equation is a link
    headings = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    known = {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}
    for target in re.findall(r"\]\(#([^)]+)\)", PAGE):
        assert target in known | {f"eq-{number}" for number in EQUATIONS}


# GitHub reads math as Markdown first, and gives the rest to MathJax; others use KaTeX

COMMANDS = frozenset(
    re.findall(
        r"\w+",
        """Delta Rightarrow alpha approx beta begin bmatrix cases cdot cdots circ cosh cr delta dots
        end eta frac gt hat infty kappa lVert lambda le left ln lt lvert mathbb mathbf max min mu
        nabla odot omega overline partial qquad quad rVert rho right rvert sigma sinh sqrt sum tag
        tanh tau text theta thinspace times varepsilon varphi zeta""",
    )
)
"""Commands that MathJax and KaTeX have."""


@pytest.mark.parametrize("math", sorted({*DISPLAYED, *INLINE}))
def test_math_renders_on_github_and_elsewhere(math: str) -> None:
    assert set(re.findall(r"\\([a-zA-Z]+)", math)) <= COMMANDS
    assert not re.search(r"\\[^a-zA-Z]", math)  # Markdown takes the backslash away
    assert not re.search(r"(?<![\w])_", math)  # Markdown could take it for emphasis
    assert not re.search(r"[*<>`|]|\]\(", math)
    assert math.count("{") == math.count("}")
    assert math.count(r"\left") == math.count(r"\right") - math.count(r"\rightarrow")
    assert math.count(r"\begin") == math.count(r"\end")


def test_no_displayed_math_begins_like_a_list_or_a_heading() -> None:
    lines = "\n".join(DISPLAYED)
    assert not re.search(r"^\s*([-+>#=]|\d+[.)])\s", lines, re.MULTILINE)


def test_math_in_a_line_is_delimited_as_github_wants_it() -> None:
    text = re.sub(r"\$\$\n.*?\n\$\$", "", PAGE, flags=re.DOTALL)
    for line in text.splitlines():
        assert line.count("$") % 2 == 0, line
        for math in re.finditer(r"(.?)\$([^$]*)\$(.?)", line):
            before, inner, after = math.groups()
            assert before in " (", line
            assert inner == inner.strip(), line
            assert not re.match(r"[\w$-]", after), line
        assert not re.search(r"\*\*[^*]*\$[^*]*\*\*", line), line


# The measured figure


@pytest.fixture(scope="module")
def slow_learning() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "slow_learning", PROJECT / "docs" / "slow_learning.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


def test_the_table_of_neurons_is_what_the_command_prints(slow_learning: ModuleType) -> None:
    assert "\n".join(slow_learning.neuron_table(slow_learning.neurons())) in PAGE


@pytest.mark.stress
def test_the_table_of_runs_is_what_the_command_prints(slow_learning: ModuleType) -> None:
    assert "\n".join(slow_learning.run_table(slow_learning.history())) in PAGE
