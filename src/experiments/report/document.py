"""The whole report: the answer first, a chapter for each thing that was swept, the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.charts import Figure, Key, keys
from experiments.comparison import ARM, named, own_question_first
from experiments.report.answers import Answer, answer
from experiments.report.blocks import Chapter, Chart
from experiments.report.chapter import chapter
from experiments.report.learning_rates import learning_rates
from experiments.report.methods import failures, methods, reproduction
from experiments.report.networks import networks
from experiments.report.single_arm import single_arm
from experiments.report.subject import Subject
from experiments.report.summary import summary
from experiments.report.swept import swept
from experiments.terminal import stage


@dataclass(frozen=True)
class Document:
    """A report: its title, the box with the answer, the chapters, and the answers themselves."""

    title: str
    answer: Chapter
    chapters: Sequence[Chapter]
    answers: Sequence[Answer]

    @property
    def figures(self) -> list[Figure]:
        """All figures, in their order."""
        blocks = [block for each in (self.answer, *self.chapters) for block in each.blocks]
        return [block.figure for block in blocks if isinstance(block, Chart)]


def document(subject: Subject) -> Document:
    """Return the report about runs. Raise UserError if none has finished or diverged."""
    with stage("Comparing the arms"):
        groups = own_question_first(swept(subject.tuned), subject.study)
        answers = [answer(subject, group) for group in groups]
        drawn = _keys(subject, groups)
    with stage("Drawing the figures"):
        of_groups = [chapter(subject, each, drawn) for each in answers]
        found = [
            *(of_groups or [single_arm(subject)]),
            learning_rates(subject, groups, drawn),
        ]
        first = summary(subject, answers, drawn)
    with stage("Looking at a trained network"):
        found.append(networks(subject, groups))
    found += [failures(subject), methods(subject, answers), reproduction(subject, answers)]
    return Document(subject.title, first, [each for each in found if each], answers)


def _keys(subject: Subject, groups: Sequence[str]) -> list[Key]:
    """Return how each arm of each group is drawn, the same in all figures."""
    arms = [arm for group in groups for arm in sorted(named(subject.tuned, group)[ARM].unique())]
    return keys(dict.fromkeys(arms))
