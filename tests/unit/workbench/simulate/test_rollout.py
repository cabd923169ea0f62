"""Rollouts in virtual time: each version meets the gate that is meant for it."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from deployment.errors import InputError
from workbench.simulate.declaration import FailureLimits, RolloutPlan, Sessions, Window
from workbench.simulate.options import SimulationOptions
from workbench.simulate.picture.canvas import Frame, log_time_axis
from workbench.simulate.picture.rollout import _weights, draw_rollouts
from workbench.simulate.rollout import CANARIES, GATES, HEALTH_LOOK_SECONDS, compare, roll, run_rollouts
from workbench.simulate.rollout_report import render, to_json, verdict
from workbench.simulate.scenario import Scenario, prepare

OWN, PEER = GATES
GOOD, SLOW, ERRORS, DEAD = CANARIES
HOUR = 3600.0
ENDING = frozenset(("plant-slo-p95-canary", "plant-slo-errors-canary"))
PLAN = RolloutPlan(
    steps=((10, HOUR), (50, 2 * HOUR), (100, 0.0)), poll_seconds=300.0, unclear_looks_max=6, alarms=ENDING
)
LIMITS = FailureLimits(percent_max=1, least=3, unanswered_percent_max=5, unanswered_least_requests=100)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def prepared(graph):
    def made(rate=3.0, seconds=6 * HOUR, plan=PLAN, options=SimulationOptions(start=MONDAY), **declared):  # noqa: B008
        scenario = Scenario(profiles=(f"steady:rate={rate}",), duration_seconds=seconds, options=options)
        found = prepare(graph("prod"), scenario)
        return replace(found, declared=replace(found.declared, rollout=plan, **declared))

    return made


def test_the_declared_rollout_is_read(graph):
    prod = graph("prod")
    plan = prepare(prod, Scenario()).declared.rollout
    assert plan.steps == ((10, 6 * HOUR), (50, 12 * HOUR), (100, 0.0))
    (basis,) = (each.outputs["costBasis"] for each in prod if "costBasis" in each.outputs)
    assert plan.poll_seconds == float(basis["rollout"]["pollSeconds"])


def test_a_good_version_takes_its_holds_and_gets_everything(prepared):
    found = roll(prepared(), GOOD, OWN, 1)
    assert (found.outcome, found.reason) == ("promoted", "")
    assert [step.percent for step in found.steps] == [10, 50, 100]
    first, second, _ = found.steps
    assert first.ended - first.began == HOUR
    assert second.ended - second.began == 2 * HOUR
    assert first.samples == pytest.approx(0.1 * 3 * HOUR, rel=0.15)
    assert second.samples == pytest.approx(0.5 * 3 * 2 * HOUR, rel=0.05)
    assert found.answered == pytest.approx(first.samples + second.samples, abs=60)
    told = dict(found.looks)
    assert [told[step.ended / 60] for step in (first, second)] == [first.p95_ms, second.p95_ms]


def test_the_canary_never_gets_more_than_its_weight(prepared):
    found = roll(prepared(), GOOD, OWN, 2)
    for step in found.steps[:-1]:
        share = found.minutes[int(step.began // 60) + 1 : int(step.ended // 60), 2]
        assert share.mean() == pytest.approx(step.percent, abs=1.5)
    assert (found.minutes[: int(found.steps[0].began // 60), 0] == 0).all()


def test_a_dead_version_is_rolled_back_at_the_first_look_that_its_alarm_is_on(prepared):
    found = roll(prepared(), DEAD, OWN, 1)
    assert (found.outcome, found.reason) == ("rolled back", "an alarm of the canary is on")
    # Three of five minutes, and one for the metrics to arrive: the first look, at five minutes, or the next.
    assert found.exposed_minutes in (5.0, 10.0)
    assert found.affected == found.answered == pytest.approx(0.1 * 3 * found.exposed_minutes * 60, rel=0.5)


def test_errors_are_found_and_most_of_the_users_are_spared(prepared):
    found = [roll(prepared(), ERRORS, OWN, seed) for seed in range(4)]
    assert all(each.outcome == "rolled back" for each in found)
    assert all(each.affected < 0.1 * each.answered for each in found)


def test_the_limits_of_failures_are_those_of_the_state_machine(graph):
    plan = prepare(graph("prod"), Scenario()).declared.rollout
    assert plan.failures == LIMITS
    (look,) = (
        text
        for each in graph("prod")
        if each.type == "aws:sfn/stateMachine:StateMachine" and "Read failures" in (text := str(each.get("definition")))
    )
    assert "IF((requests >= 100) && (" in look
    assert "IF((SUM([requests, errors, refused]) - requests) >= 3, " in look
    assert re.search(r"failures\.values\[0\]\W+NumericGreaterThan\W+1\D", look)


def test_the_alarms_that_end_a_rollout_are_those_of_the_state_machine(graph):
    found = graph("prod")
    assert prepare(found, Scenario()).declared.rollout.alarms == ENDING
    names = {each.get("name") for each in found if each.name in ENDING}
    (machine,) = (
        text
        for each in found
        if each.type == "aws:sfn/stateMachine:StateMachine"
        and "Canary rollout" in (text := str(each.get("definition")))
    )
    (asked,) = {tuple(sorted(json.loads(each))) for each in re.findall(r'"AlarmNames":\s*(\[[^]]*\])', machine)}
    assert asked == tuple(sorted(names))


def test_another_alarm_of_the_canary_is_no_reason(prepared):
    made = prepared()
    spike = "plant-canary-traffic-spike"
    ringing = tuple(
        replace(each, rule=replace(each.rule, threshold=0.0)) if each.rule.name == spike else each
        for each in made.declared.alarms
    )
    assert ringing != made.declared.alarms
    assert roll(prepared(alarms=ringing), GOOD, OWN, 1).outcome == "promoted"
    told = replace(PLAN, alarms=frozenset({spike}))
    assert roll(prepared(alarms=ringing, plan=told), GOOD, OWN, 1).reason == "an alarm of the canary is on"


def test_few_requests_are_enough_to_see_that_many_fail(prepared):
    # Too few for any alarm in its five minutes, and three that fail are enough.
    blind = replace(PLAN, unclear_looks_max=500)
    versions = [replace(ERRORS, errors=share) for share in (0.0, 0.3)]
    rate, seconds = 0.04, 40 * HOUR
    good, bad = (
        roll(prepared(rate, seconds, replace(blind, failures=LIMITS)), version, OWN, 3) for version in versions
    )
    assert good.outcome == "promoted"
    assert (bad.outcome, bad.reason) == ("rolled back", "too many requests to the canary fail")
    assert 3 <= bad.answered < 40
    assert roll(prepared(rate, seconds, blind), versions[1], OWN, 3).reason != bad.reason


def test_one_failure_is_no_reason_to_stop_a_good_version(prepared):
    good = replace(ERRORS, errors=0.002)
    plans = [replace(PLAN, unclear_looks_max=500, failures=replace(LIMITS, least=least)) for least in (1, LIMITS.least)]
    at_one, as_declared = (
        [roll(prepared(0.04, 40 * HOUR, plan), good, OWN, seed).outcome for seed in range(6)] for plan in plans
    )
    assert "rolled back" in at_one
    assert set(as_declared) == {"promoted"}


@pytest.mark.parametrize(("patience", "reason"), [(10.0, ""), (0.02, "too many requests to the canary fail")])
def test_requests_without_an_answer_count_as_failed_where_they_are_many(prepared, patience, reason):
    options = SimulationOptions(start=MONDAY, client_timeout_seconds=patience, max_attempts=1)
    plan = replace(PLAN, failures=LIMITS)
    found = roll(prepared(1.0, plan=plan, options=options, alarms=()), GOOD, OWN, 1)
    assert found.reason == reason
    assert found.answered >= LIMITS.unanswered_least_requests
    alarmed = roll(prepared(1.0, plan=plan, options=options), GOOD, OWN, 1)
    assert alarmed.reason == (reason and "an alarm of the canary is on")  # which counts them at this load, too


def test_a_version_slower_than_the_alarm_is_judged_by_all_of_its_step(prepared):
    slow = replace(SLOW, slowdown=4.0)  # p95 of 300 ms
    found = roll(prepared(), slow, OWN, 1)
    assert found.outcome == "rolled back"
    # 90 requests in five minutes are too few for the alarm, which is ignored then; the step's 1,080 are not.
    assert found.reason == "the p95 over the whole step is too high"
    assert found.steps[0].p95_ms > 200


def test_without_requests_enough_there_is_no_verdict_and_no_promotion(prepared):
    found = roll(prepared(rate=0.2), GOOD, OWN, 1)
    assert (found.outcome, found.reason) == ("rolled back", "too few requests for a verdict")
    # The hold, and one look more than may be unclear.
    assert found.steps[0].ended - found.steps[0].began == HOUR + 6 * 300


def test_the_peer_without_a_sample_gate_promotes_on_what_it_has(prepared):
    found = roll(prepared(rate=0.2), GOOD, PEER, 1)
    assert found.reason in ("", "measurements without data", "failed measurements")
    assert found.steps[0].samples < 200


def test_the_clock_stands_still_in_a_maintenance_window(prepared):
    window = Window(start=time(9, 30), minutes=60, time_zone="UTC", date=date(2026, 11, 23))
    plain, paused = (roll(prepared(windows=windows), GOOD, OWN, 1).steps[0] for windows in ((), (window,)))
    assert paused.ended - paused.began == plain.ended - plain.began + HOUR


@pytest.mark.parametrize("gate", GATES)
def test_a_rollout_that_is_started_in_a_maintenance_window_lets_it_pass(prepared, gate):
    window = Window(start=time(8, 50), minutes=40, time_zone="UTC", date=date(2026, 11, 23))
    began = roll(prepared(windows=(window,)), GOOD, gate, 1).steps[0].began
    assert (began >= 30 * 60) == (gate == OWN)
    assert began < 40 * 60


def test_a_window_between_two_steps_delays_the_next(prepared):
    plain = roll(prepared(), GOOD, OWN, 1).steps
    opens = MONDAY + timedelta(seconds=plain[0].ended)
    window = Window(start=opens.time(), minutes=30, time_zone="UTC", date=opens.date())
    assert plain[1].began == plain[0].ended + HEALTH_LOOK_SECONDS
    # It opens after the verdict on the first step: nothing is moved before it closes.
    just_after = replace(window, start=(opens + timedelta(seconds=15)).time())
    paused = roll(prepared(windows=(just_after,)), GOOD, OWN, 1).steps
    assert paused[0].ended == plain[0].ended
    assert paused[1].began >= plain[0].ended + 30 * 60


def test_a_version_whose_instances_fail_their_checks_is_rolled_back(prepared):
    jammed = replace(SLOW, slowdown=4000.0)  # a request takes 100 s, and a check waits for its turn
    found = roll(prepared(rate=20.0, plan=replace(PLAN, alarms=frozenset())), jammed, OWN, 1)
    assert (found.outcome, found.reason) == ("rolled back", "no canary is healthy")


def test_a_rollout_goes_on_in_the_next_session(prepared):
    sessions = Sessions(weekdays=frozenset({0, 1}), start=time(9, 0), hours=2.0, time_zone="UTC")
    options = SimulationOptions(start=MONDAY, real_clock=True)
    found = roll(prepared(options=options, sessions=sessions, seconds=27 * HOUR), GOOD, OWN, 1)
    assert [step.percent for step in found.steps] == [10, 50, 100]
    # An hour at 50 % was left, on Tuesday.
    assert found.steps[1].began < 2 * HOUR
    assert found.ended == pytest.approx(25 * HOUR, abs=900)


def test_few_pods_that_little_traffic_needs_do_not_stop_a_good_version(graph):
    # Stable had four pods when the rollout began, so each step waits for as many canaries; two would be enough.
    scenario = Scenario(profiles=("steady:rate=2",), duration_seconds=6 * HOUR)
    made = prepare(graph("k8s"), scenario)
    stable, canary = made.declared.fleets
    large = replace(made.declared, fleets=(replace(stable, desired_capacity=4, min_size=4), canary), rollout=PLAN)
    assert roll(replace(made, declared=large), GOOD, OWN, 1).outcome == "promoted"
    shrinks = replace(canary, pods=replace(canary.pods, down=stable.pods.down))
    found = roll(replace(made, declared=replace(large, fleets=(large.stable, shrinks))), GOOD, OWN, 1)
    assert (len(found.steps), found.reason) == (1, "the canaries did not become healthy")


def test_a_canary_that_never_becomes_healthy_gets_no_request(prepared):
    ready = SimulationOptions(start=MONDAY, fleet=replace(SimulationOptions().fleet, ready_seconds=1e5))
    found = roll(prepared(options=ready), GOOD, OWN, 1)
    assert (found.reason, found.answered) == ("the canaries did not become healthy", 0.0)


def test_a_window_that_began_yesterday_is_open():
    window = Window(start=time(23, 30), minutes=60, time_zone="Europe/Vilnius", weekday=0)
    assert window.is_open(datetime(2026, 11, 23, 22, 15, tzinfo=UTC))  # Tuesday 00:15 there
    assert not window.is_open(datetime(2026, 11, 23, 22, 45, tzinfo=UTC))


def test_a_monthly_window_is_open_on_its_day_alone():
    window = Window(start=time(23, 30), minutes=60, time_zone="UTC", weekday=6, week_of_month=1)
    assert window.is_open(datetime(2026, 12, 6, 23, 45, tzinfo=UTC))
    assert window.is_open(datetime(2026, 12, 7, 0, 15, tzinfo=UTC))
    assert not any(window.is_open(datetime(2026, 12, day, 23, 45, tzinfo=UTC)) for day in (13, 20, 27))


def test_gates_are_compared_on_the_same_seeds_and_the_same_bytes_come_every_time(prepared):
    one, other = (compare(prepared(seconds=4 * HOUR), "steady", 2) for _ in range(2))
    assert to_json(one) == to_json(other)
    assert set(one.rollouts) == {(gate, canary.name) for gate in GATES for canary in CANARIES}
    assert verdict(one) == "pass"
    text = render(one)
    assert "good" in text
    assert "Argo Rollouts" in text
    assert "verdict: pass" in text
    pictures = [draw_rollouts(each, Frame("png", "dark", 400)) for each in (one, other)]
    assert pictures[0] == pictures[1]
    assert pictures[0].startswith(b"\x89PNG")


def test_what_rollouts_did_is_a_mean_over_the_seeds_in_json_as_in_the_table(prepared):
    found = to_json(compare(prepared(seconds=4 * HOUR), "steady", 2))
    for each in found["rollouts"]:
        for key in ("lastedSeconds", "exposedMinutes", "requestsToCanary", "requestsAffected"):
            one, other = (run[key] for run in each["runs"])
            assert each[key]["mean"] == pytest.approx((one + other) / 2, abs=0.001)
            assert each[key]["halfWidth95"] == pytest.approx(12.706 * abs(one - other) / 2, abs=0.01)


def test_the_time_that_users_met_a_version_is_told_where_the_stack_was_parked_meanwhile(prepared):
    found = compare(prepared(seconds=4 * HOUR), "steady", 1)
    assert "users met it" not in render(found)
    (good,) = found.rollouts[OWN, GOOD.name]
    parked = replace(good, exposed_minutes=90.0)
    told = render(replace(found, rollouts={**found.rollouts, (OWN, GOOD.name): [parked]}))
    assert "  good         1 promoted; users met it for 1 h 30 min, sessions alone\n" in told


def test_a_step_that_goes_on_at_the_end_has_no_end(prepared):
    found = compare(prepared(seconds=2 * HOUR, rate=1.0), "steady", 1)
    (good,) = found.rollouts[OWN, GOOD.name]
    assert (good.outcome, [step.percent for step in good.steps]) == ("under way", [10, 50])
    (_, last) = to_json(found)["rollouts"][0]["runs"][0]["steps"]
    assert (last["endedSeconds"], last["samples"] > 100) == (None, True)
    assert re.search(r"good +10 % until 1 h .*; 50 % after 1 h .* \(1,\d{3} samples, p95 \d+ ms\)", render(found))


def test_each_outcome_is_told_with_its_number_and_its_usual_reason(prepared):
    found = compare(prepared(seconds=4 * HOUR), "steady", 1)
    (dead,) = found.rollouts[OWN, DEAD.name]
    (good,) = found.rollouts[OWN, GOOD.name]
    runs = [good, dead, dead, replace(dead, reason="something else")]
    told = render(replace(found, rollouts={**found.rollouts, (OWN, DEAD.name): runs}))
    assert f"  dead         3 rolled back ({dead.reason}, or others), 1 promoted\n" in told


def test_the_tables_of_rollouts_fit_a_narrow_terminal(prepared):
    lines = render(compare(prepared(seconds=4 * HOUR), "steady", 1)).splitlines()
    heads = [index for index, line in enumerate(lines) if line.split()[:2] == ["version", "after"]]
    assert len(heads) == len(GATES)
    for head in heads:
        table = lines[head : head + 1 + len(CANARIES)]
        assert {len(line) for line in table} == {58}


def test_large_figures_of_rollouts_do_not_run_together(prepared):
    found = compare(prepared(seconds=4 * HOUR), "steady", 1)
    (good,) = found.rollouts[OWN, GOOD.name]
    runs = [replace(good, answered=many, affected=many / 2) for many in (7e7, 6e7, 3e7)]
    lines = render(replace(found, rollouts={**found.rollouts, (OWN, GOOD.name): runs})).splitlines()
    head = next(index for index, line in enumerate(lines) if line.split()[:2] == ["version", "after"])
    assert "1 seed, means" not in lines[0]
    assert re.search(r"  good .* 53,333,333 ± 51,\d{3},\d{3} +26,666,667 ± 25,\d{3},\d{3} +0/3$", lines[head + 1])
    assert len({len(line) for line in lines[head : head + 1 + len(CANARIES)]}) == 1


def test_the_picture_of_a_rollout_ends_with_all_requests_or_none(prepared):
    found = compare(prepared(seconds=4 * HOUR), "steady", 1)
    shown = {}
    for version in (GOOD, DEAD):
        one = found.rollouts[OWN, version.name][0]
        weights = _weights(one.steps, one.outcome, one.ended, len(one.minutes) + 1)
        shown[version] = [weight for weight, _ in groupby(weights)]
    assert shown == {GOOD: [0, 10, 50, 100], DEAD: [0, 10, 0]}


def test_no_number_in_the_title_of_a_rollout_is_torn_from_its_unit(prepared, monkeypatch):
    monkeypatch.setattr("workbench.simulate.picture.rollout.paint", lambda frame, title, *_: title)
    title = draw_rollouts(compare(prepared(seconds=HOUR), "steady", 2), Frame("png", "light", 400))
    assert re.findall("\\d+\u00a0(?:ms|seeds)", title) == ["2\u00a0seeds", "100\u00a0ms"]


@pytest.mark.parametrize("width", [400, 1200])
def test_minutes_and_weeks_of_rollouts_are_both_seen(width):
    figure = Figure(figsize=(width / 100, 3), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    log_time_axis(axes, 73_457.0)
    boxes = [each.get_window_extent(figure.canvas.get_renderer()) for each in axes.get_xticklabels()]
    assert [each.get_text() for each in axes.get_xticklabels()] == [
        "1 min",
        "10 min",
        "1 h",
        "6 h",
        "1 d",
        "7 d",
        "28 d",
    ]
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))


def test_a_rollout_of_a_stack_of_sessions_is_simulated_to_its_end(graph):
    found = run_rollouts(graph("dev"), Scenario(replications=1))
    assert verdict(found) == "pass"
    (good,), (dead,) = (found.rollouts[OWN, version.name] for version in (GOOD, DEAD))
    assert [step.percent for step in good.steps] == [10, 50, 100]
    held = sum(hold for _, hold in found.plan.steps)
    assert good.ended > held / 1.25 / 2 * 7 * 24  # an hour and a quarter, twice a week
    # 60,000 requests in ten sessions of a month; the clock stops in Thursday's window, the requests do not.
    assert 1 < good.answered / ((0.1 * 6 + 0.5 * 12) * 60_000 / 10 / 1.25) < 1.4
    assert (dead.outcome, dead.exposed_minutes) == ("rolled back", pytest.approx(5, abs=2))
    # Nobody is exposed to a version while the stack is parked.
    assert held <= 60 * good.exposed_minutes < 1.4 * held < good.lasted_seconds / 10


def test_rollouts_say_what_is_left_out_and_what_could_not_be_read(graph, tmp_path):
    file = tmp_path / "counts.csv"
    file.write_text("timestamp,requests\n2026-11-23T09:00Z,60\n2026-11-23T09:01Z,60\nyesterday,60\n")
    found = run_rollouts(graph("prod"), Scenario(files=(file,), replications=1, duration_seconds=10.0))
    told, as_json = render(found), to_json(found)
    assert "1 of 3 rows were left out" in told
    assert (as_json["inputs"][0]["rows"], as_json["inputs"][0]["badRows"]) == (2, 1)
    for note in ("not simulated: TLS handshakes", "not simulated: the stable fleet", "a client gives up after 10 s"):
        assert f"note: {note}" in told
        assert any(each.startswith(note) for each in as_json["assumptions"])
    assert "  good         no step began\n" in told


def test_a_stack_without_a_rollout_is_refused(small_graph):
    with pytest.raises(InputError, match="declares no canary rollout"):
        run_rollouts(small_graph(), Scenario())


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
@pytest.mark.parametrize("begin", [time(1, 30), time(3, 30), time(23, 0)])
def test_a_window_is_as_long_as_it_says_when_the_clock_is_changed(day, begin):
    window = Window(start=begin, minutes=180, time_zone="Europe/Vilnius", weekday=6)
    first = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    minutes = (first + timedelta(minutes=each) for each in range(3 * 1440))
    assert sum(window.is_open(each) for each in minutes) == 180
