"""The search on the declared dev stack, in a space small enough to know the answer."""

import json
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from cost import estimate
from deployment.errors import InputError
from deployment.reader import graph_from_json
from infra.settings import load
from workbench.preview.stackfile import read_stack
from workbench.preview.synthesis import REPOSITORY, synthesize
from workbench.simulate.judge import Objective
from workbench.simulate.optimize.candidates import Candidate, Space, on_demand_prices, space_for
from workbench.simulate.optimize.patching import patched, tracked_requests
from workbench.simulate.optimize.report import render, to_json
from workbench.simulate.optimize.search import Limits, frontier, optimize
from workbench.simulate.predict import predict
from workbench.simulate.reading import read
from workbench.simulate.scenario import Scenario, prepare, run_scenario
from workbench.simulate.traffic.counts import read_csv

NANO, MICRO, PLAIN = ("t4g.nano", "t4g.micro"), ("t4g.micro", "t4g.small"), ("m7g.medium", "m7g.large")
CAPS = on_demand_prices((NANO, MICRO, PLAIN), "us-east-1")
HOURS = (Decimal(2), Decimal(3))
SPACE = Space(
    instance_types=(NANO, MICRO),
    min_sizes=(1, 2),
    max_sizes=(2, 3),
    warm_pools=(0,),
    caches=(None,),
    hours=HOURS,
    spot_caps=CAPS,
)
# 78 requests/s: three nanos or two micros sustain it, two nanos do not (20 requests/s each at full speed).
HARD = Scenario(profiles=("spike:factor=26",), duration_seconds=3600.0, replications=2)
LIMITS = Limits(objective=Objective(), budget_usd=Decimal("20.00"))


@pytest.fixture(scope="module")
def settings():
    return load(read_stack(REPOSITORY, "dev", {}).config, "Pulumi.dev.yaml")


@cache
def declared(overrides):
    return graph_from_json(synthesize("dev", overrides=dict(overrides)), "the program")


def declare(overrides):
    return declared(tuple(sorted(overrides.items())))


@pytest.fixture(scope="module")
def found(settings):
    return optimize(declare, settings, HARD, LIMITS, space=SPACE)


def test_every_combination_is_tried_and_each_fleet_is_simulated_once(found):
    assert len(found.tried) == len(list(SPACE.candidates())) == 12
    assert found.simulations == 6


def test_the_best_is_the_cheapest_of_those_that_hold(found):
    holding = [each for each in found.tried if each.holds]
    assert found.best is not None
    assert found.best.expected_usd == min(each.expected_usd for each in holding)
    assert found.confirmed.mean > 0.95
    told = to_json(found, LIMITS, "spike")
    assert told["confirmed"] == found.confirmed.to_json(6)
    assert told["confirmed"]["mean"] == told["best"]["attainmentRatio"]


def test_a_longer_session_is_found_where_the_recorded_traffic_outlasts_the_declared_one(settings, tmp_path):
    file = tmp_path / "counts.csv"
    # A Tuesday; the session begins at 09:00 in Vilnius, 07:00 UTC.
    times = [f"2026-11-24T{7 + minute // 60:02}:{minute % 60:02}Z" for minute in range(150)]
    file.write_text("timestamp,requests\n" + "".join(f"{each},120\n" for each in times) + "tomorrow,120\n")
    scenario = Scenario(files=(file,), replications=2)
    found = optimize(declare, settings, scenario, LIMITS, space=replace(SPACE, instance_types=(NANO,), min_sizes=(1,)))
    assert found.best is not None
    assert found.best.candidate.hours_per_session == Decimal(3)
    ((name, shorter),) = [each for each in found.neighbours if each[0] == "hours_per_session"]
    assert any("found the stack parked" in reason for reason in shorter.binds), name
    assert found.simulations == 4
    # What could not be read is told, as simulate does.
    assert "1 of 151 rows were left out" in render(found, LIMITS, "counts")
    (told,) = to_json(found, LIMITS, "counts")["inputs"]
    assert (told["rows"], told["badRows"]) == (150, 1)


def test_files_are_read_once_however_many_fleets_are_simulated_under_them(settings, tmp_path, monkeypatch):
    file, read = tmp_path / "counts.csv", []
    file.write_text("timestamp,requests\n2026-11-24T07:00Z,120\n2026-11-24T07:01Z,120\n")
    monkeypatch.setattr("workbench.simulate.scenario.read_csv", lambda path: read.append(path) or read_csv(path))
    found = optimize(declare, settings, Scenario(files=(file,), replications=2), LIMITS, space=SPACE)
    assert found.simulations == 12
    assert read == [file]


def test_the_neighbour_that_is_a_step_cheaper_fails(found):
    assert found.neighbours
    for name, each in found.neighbours:
        assert not each.holds, name
        assert (each.expected_usd, each.worst_usd) < (found.best.expected_usd, found.best.worst_usd)
    assert any("within budget" in reason for _, each in found.neighbours for reason in each.binds)


def test_the_frontier_trades_cost_for_p95(found):
    costs = [each.expected_usd for each in found.frontier]
    p95 = [each.performance.p95_ms for each in found.frontier]
    assert costs == sorted(costs)
    assert p95 == sorted(p95, reverse=True)
    assert found.frontier == frontier(found.tried)
    for each in found.tried:
        beaten = [
            other
            for other in found.frontier
            if other.expected_usd <= each.expected_usd and other.performance.p95_ms <= each.performance.p95_ms * 1.005
        ]
        assert beaten, each


def test_a_budget_that_nothing_fits_into_is_blocked_and_says_what_binds(settings):
    limits = replace(LIMITS, budget_usd=Decimal("0.50"))
    found = optimize(declare, settings, HARD, limits, space=SPACE)
    assert found.best is None
    text = render(found, limits, "spike")
    assert "nothing holds" in text
    assert "verdict: blocked" in text
    assert to_json(found, limits, "spike")["verdict"] == "blocked"


def test_the_same_search_gives_the_same_bytes(settings, found):
    again = optimize(declare, settings, HARD, LIMITS, space=SPACE)
    one, other = (json.dumps(to_json(each, LIMITS, "spike")) for each in (found, again))
    assert one == other


def test_what_is_left_out_is_told_as_simulate_tells_it(found):
    told = [note for note in to_json(found, LIMITS, "spike")["assumptions"] if note.startswith("not simulated: TLS")]
    assert len(told) == 1
    assert f"note: {told[0]}" in render(found, LIMITS, "spike")


def test_the_report_names_best_neighbours_and_floors(found):
    text = render(found, LIMITS, "spike:factor=26")
    assert "cheapest that holds" in text
    assert "one step cheaper" in text
    assert "fails:" in text
    assert "not considered" in text
    assert "verdict: pass" in text


def candidate(types, low, high, pool=0, hours=HOURS[0]):
    return Candidate(
        instance_types=types,
        min_size=low,
        max_size=high,
        warm_pool_size=pool,
        cache_node_type=None,
        hours_per_session=hours,
        spot_max_usd_per_hour=CAPS[types],
    )


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_what_the_stack_declares_is_a_candidate_at_its_own_price(stack):
    settings = load(read_stack(REPOSITORY, stack, {}).config, f"Pulumi.{stack}.yaml")
    fleet, uptime = settings.fleet, settings.uptime
    (same,) = (
        each
        for each in space_for(settings).candidates()
        if (each.instance_types, each.min_size, each.max_size) == (fleet.instance_types, fleet.min_size, fleet.max_size)
        and (each.warm_pool_size, each.cache_node_type) == (fleet.warm_pool_size, settings.cache.node_type)
        and each.hours_per_session == (uptime.hours_per_session if uptime.schedule == "sessions" else None)
    )
    assert ("a session" in str(same)) == ("plant:uptime" in same.settings()) == (uptime.schedule == "sessions")
    graph = graph_from_json(synthesize(stack), "the program")
    ours, theirs = estimate(patched(graph, same, settings)), estimate(graph)
    assert (ours.expected_usd, ours.worst_case_usd) == (theirs.expected_usd, theirs.worst_case_usd)


def test_a_stack_whose_service_runs_in_pods_is_refused_before_anything_is_tried():
    settings = load(read_stack(REPOSITORY, "k8s", {}).config, "Pulumi.k8s.yaml")
    with pytest.raises(InputError, match="pods run the service here"):
        optimize(pytest.fail, settings, HARD, LIMITS)


def test_the_worst_case_is_the_one_that_the_budget_rule_holds_against_the_budget():
    settings = load(read_stack(REPOSITORY, "prod", {}).config, "Pulumi.prod.yaml")
    graph = graph_from_json(synthesize("prod"), "the program")
    month = estimate(graph)
    assert month.expected_usd < month.bounded_usd < month.worst_case_usd  # prod has a spend brake
    easy = replace(HARD, profiles=("steady",), duration_seconds=600.0)
    space = replace(space_for(settings), instance_types=(NANO,), min_sizes=(1,), max_sizes=(2,), warm_pools=(0,))
    space = replace(space, caches=(None,))
    plain = replace(LIMITS, objective=Objective(attainment_ratio=0.5))
    holds, over = (
        optimize(lambda _: graph, settings, easy, replace(plain, budget_usd=usd), space=space)
        for usd in (month.bounded_usd, month.bounded_usd - Decimal("0.01"))
    )
    assert holds.best.worst_usd == month.bounded_usd
    assert over.best is None


def test_where_only_the_worst_case_is_over_the_way_to_leave_it_out_is_told(settings):
    least = estimate(declare({}))
    between = (least.expected_usd + least.worst_case_usd) / 2
    limits = replace(LIMITS, budget_usd=between)
    easy = replace(HARD, profiles=("steady",), duration_seconds=600.0)
    tight = replace(SPACE, instance_types=(NANO,), min_sizes=(1,), max_sizes=(2,), hours=HOURS[:1])
    found = optimize(declare, settings, easy, limits, space=tight)
    assert found.best is None
    assert "--ignore-worst-case" in render(found, limits, "steady")


CANDIDATES = [candidate(NANO, 1, 3), candidate(MICRO, 2, 4, hours=HOURS[1]), candidate(PLAIN, 1, 2)]


@pytest.mark.parametrize("candidate", CANDIDATES, ids=str)
def test_a_patched_graph_costs_and_scales_as_the_program_would_declare_it(settings, candidate):
    mine = patched(declare(candidate.frame_overrides()), candidate, settings)
    real = declare(candidate.overrides())
    ours, theirs = estimate(mine), estimate(real)
    assert (ours.expected_usd, ours.worst_case_usd) == (theirs.expected_usd, theirs.worst_case_usd)
    assert read(mine) == read(real)
    assert predict(mine) == predict(real)


def test_the_best_is_what_simulate_says_of_the_settings_that_are_written(found):
    graph = declare(found.best.candidate.overrides())
    report = run_scenario(graph, HARD, estimate(graph))
    assert report.verdict == "pass"
    assert report.attainment == found.confirmed
    assert report.estimate.expected_usd == found.best.expected_usd


def test_what_simulate_blocks_is_not_recommended(settings):
    # A promise between what one run shows and what the interval over the runs shows.
    strict = replace(LIMITS, objective=Objective(attainment_ratio=0.9803))
    found = optimize(declare, settings, HARD, strict, space=SPACE)
    for each in found.tried:
        if each.holds:
            assert each.performance.judgement.verdict == "pass"
    if found.best is not None:
        graph = declare(found.best.candidate.overrides())
        assert run_scenario(graph, replace(HARD, objective=strict.objective), None).verdict == "pass"


def test_without_traffic_nothing_is_recommended(settings):
    nothing = Scenario(profiles=("steady:rate=0",), duration_seconds=600.0, replications=2)
    found = optimize(declare, settings, nothing, LIMITS, space=SPACE)
    assert found.best is None
    assert found.verdict == run_scenario(declare({}), nothing, None).verdict == "inconclusive"
    assert "nan%" not in render(found, LIMITS, "steady")
    poor = optimize(declare, settings, nothing, replace(LIMITS, budget_usd=Decimal("0.50")), space=SPACE)
    assert poor.verdict == "blocked"


def test_what_the_first_run_misses_and_all_runs_hold_is_recommended(settings):
    runs, tight = 20, replace(SPACE, instance_types=(NANO,), min_sizes=(1,), max_sizes=(2,), hours=HOURS[:1])
    easy = replace(HARD, profiles=("steady:rate=5",), duration_seconds=600.0, replications=runs)
    (only,) = tight.candidates()
    graph = declare(only.overrides())
    of = {seed: prepare(graph, seeded(easy, seed)).replicate(1)[0].attainment_ratio for seed in range(40)}
    unlucky = seeded(easy, min(range(20), key=lambda seed: of[seed]))
    low = run_scenario(graph, unlucky, None).attainment.low
    first = of[unlucky.options.seed]
    assert first < low
    for wanted, verdict in (((first + low) / 2, "pass"), (low - 1e-9, "pass"), (low + 1e-9, "blocked")):
        objective = Objective(attainment_ratio=wanted)
        assert run_scenario(graph, replace(unlucky, objective=objective), None).verdict == verdict
        found = optimize(declare, settings, unlucky, replace(LIMITS, objective=objective), space=tight)
        assert found.verdict == verdict


def seeded(scenario, seed):
    return replace(scenario, options=replace(scenario.options, seed=seed))


def test_the_target_value_is_the_lower_of_queue_and_credits(settings):
    nano, micro, plain = (tracked_requests(candidate, settings) for candidate in CANDIDATES)
    assert 0.9 < nano / 1200 < 1  # 0.1 vCPU at 5 ms of CPU a request, with room for the balance to leave zero
    assert 0.9 < micro / 2400 < 1
    assert plain == 2571  # what keeps p95 within 100 ms on 2 workers of 25 ms


def test_the_space_holds_hundreds_of_candidates_and_only_fleets_that_can_grow(settings):
    candidates = list(space_for(settings).candidates())
    assert len(candidates) >= 100
    assert all(candidate.max_size > candidate.min_size for candidate in candidates)
    assert len(set(candidates)) == len(candidates)
