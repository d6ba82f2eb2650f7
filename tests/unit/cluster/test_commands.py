"""Commands and answers: what an empty one means."""

import pickle

from experiments.cluster.commands import STOP, Answer, Command
from experiments.recording import Status


def test_an_answer_without_words_adds_nothing_to_the_journal() -> None:
    answer = Answer()
    assert (answer.refusal, answer.missing_data, answer.last.text) == ("", "", "")
    assert answer.last.status is Status.INTERRUPTED


def test_they_travel_between_processes() -> None:
    for each in (Command(job=b"1", outputs="o", worker="w", time_limit=1.5), Answer("no"), STOP):
        assert pickle.loads(pickle.dumps(each)) == each
