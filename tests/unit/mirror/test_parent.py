"""The process that started the mirror, as the two ends of its pipes."""

from mirror_parent import PlayedParent

from experiments.tracking import MirrorProgress, StoreWarning


def test_the_parent_has_ended_when_its_pipe_is_closed(process: PlayedParent) -> None:
    assert not process.parent.ended()
    process.end_signal.close()
    assert process.parent.ended()
    assert process.parent.ended(60)  # without a wait


def test_messages_reach_the_parent_at_once(process: PlayedParent) -> None:
    process.parent.send(StoreWarning("database is locked"))
    assert process.messages.read() == [StoreWarning("database is locked")]
    process.parent.send(MirrorProgress(1, 2))
    assert process.messages.read() == [MirrorProgress(1, 2)]


def test_a_message_to_a_dead_parent_is_dropped(process: PlayedParent) -> None:
    process.pipe.close()
    process.parent.send(MirrorProgress(1, 2))
