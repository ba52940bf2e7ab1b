"""What operators do shows in the daemon's log, whichever process they did it in."""

from datetime import timedelta
from pathlib import Path

from structlog.testing import capture_logs

from monitor.alerts.interventions import Act, Via
from monitor.engine.accounts import log_tick
from monitor.store.interventions import Interventions
from tests.support.scene import Scene, scene

ACT = Act(by="Ariane", why="works; call 418 555-0199", via=Via.CLI)


def logged(played: Scene) -> list[dict[str, object]]:
    with capture_logs() as lines:
        log_tick(played.station.tick())
    return [dict(line) for line in lines if line["event"] == "operator_acted"]


def test_each_act_is_one_event_and_why_is_left_to_the_audit_log(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-23 09:00") as played:
        now = played.clock.now()
        acts = Interventions(played.station.database)
        rule = {"starts_at": now, "ends_at": now + timedelta(hours=1), "at": now}
        number = acts.silence({"provider": ["telus"]}, ACT, **rule)
        acts.end_silence(number, ACT, at=now)
        begun, ended = logged(played)
        assert (begun["act"], begun["by"], begun["via"]) == ("silence", "Ariane", "cli")
        assert begun["details"] == {
            "silence": number,
            "matchers": {"provider": ["telus"]},
            "starts_at": now.isoformat(),
            "ends_at": (now + timedelta(hours=1)).isoformat(),
        }
        assert (ended["act"], ended["audit_line"]) == ("end silence", 2)
        assert "418" not in repr([begun, ended])
        assert logged(played) == []
