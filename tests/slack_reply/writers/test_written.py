from slack_reply.writers.written import Written


def test_written_knows_the_messages_of_a_channel() -> None:
    written = Written()
    written.add("T1/abc", "C1", "1.1")
    assert written.knows("T1/abc", "C1", "1.1")
    assert not written.knows("T1/abc", "C2", "1.1")
    assert not written.knows("T1/def", "C1", "1.1")
    assert not written.knows("T1/abc", "C1", "1.2")


def test_written_forgets_the_oldest_message() -> None:
    written = Written(remembered=2)
    for ts in ("1.1", "1.2", "1.3"):
        written.add("T1/abc", "C1", ts)
    assert [written.knows("T1/abc", "C1", ts) for ts in ("1.1", "1.2", "1.3")] == [False, True, True]
