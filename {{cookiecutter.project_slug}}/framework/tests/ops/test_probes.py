"""Probes that answer, raise, or never come back."""

import threading

from qapla.ops.probes import Finding, Probes, Unfit


def test_findings_are_in_order() -> None:
    """One that answers, one that is not ready, and one whose error only the log may have."""
    failed = OSError("at host worf")

    def unfit(seconds: float) -> str:
        raise Unfit("revision a, head b")

    def fail(seconds: float) -> str:
        raise failed

    assert Probes({"a": lambda _: "fine", "b": unfit, "c": fail}, 5).run() == {
        "a": Finding(True, "fine"),
        "b": Finding(False, "revision a, head b"),
        "c": Finding(False, "unreachable (OSError)", failed),
    }


def test_a_hanging_probe_has_one_thread() -> None:
    """However often it runs: and it is ready again when it answers."""
    go_on = threading.Event()
    started: list[int] = []

    def hang(seconds: float) -> str:
        started.append(threading.get_ident())
        go_on.wait()
        return "fine"

    probes = Probes({"main": hang, "other": lambda _: "fine"}, 0.05)
    for _ in range(5):
        assert probes.run() == {
            "main": Finding(False, "no answer within 0.05 seconds"),
            "other": Finding(True, "fine"),
        }
    assert len(started) == 1
    go_on.set()
    assert Probes.run(probes)["main"] == Finding(True, "fine")


def test_a_probe_knows_its_time() -> None:
    """It is given the seconds of the run, for its connection."""
    assert Probes({"main": str}, 5).run() == {"main": Finding(True, "5")}
