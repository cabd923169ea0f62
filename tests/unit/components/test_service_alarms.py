"""Alarms on what users feel."""

import pytest

from workbench.emulator.behaviour.metrics import metric_math

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


@pytest.fixture(params=["dev", "prod"])
def whole(graph, request):
    return graph(request.param)


@pytest.mark.parametrize("fleet", ["stable", "canary"])
def test_p95_over_200_ms_for_five_minutes_raises_an_alarm(whole, one, fleet):
    alarm = one(whole, ALARM, f"plant-slo-p95-{fleet}")
    assert alarm.get("extendedStatistic") == "p95"
    assert alarm.get("metricName") == "TargetResponseTime"
    assert alarm.get("threshold") == 0.2
    assert alarm.get("comparisonOperator") == "GreaterThanThreshold"
    assert alarm.get("period") * alarm.get("evaluationPeriods") == 300


def test_percentile_of_few_requests_raises_nothing(whole):
    for alarm in whole.of_type(ALARM):
        if alarm.get("extendedStatistic"):
            assert alarm.get("evaluateLowSampleCountPercentiles") == "ignore", alarm.name


@pytest.mark.parametrize("fleet", ["stable", "canary"])
def test_error_alarm_is_a_ratio(whole, one, fleet):
    alarm = one(whole, ALARM, f"plant-slo-errors-{fleet}")
    queries = {query["id"]: query for query in alarm.get("metricQueries")}
    expression = queries["ratio"]["expression"]
    assert queries["errors"]["metric"]["metricName"] == "HTTPCode_Target_5XX_Count"
    assert [key for key, query in queries.items() if query.get("returnData")] == ["ratio"]
    answered = {"requests": 50.0, "answers": 50.0}
    assert metric_math(expression, {**answered, "errors": 1.0}) == 2
    assert metric_math(expression, {**answered, "errors": None}) == 0
    assert metric_math(expression, {"requests": None, "answers": None, "errors": None}) is None


@pytest.mark.parametrize("fleet", ["stable", "canary"])
@pytest.mark.parametrize("stack", ["dev", "prod", "k8s"])
def test_requests_that_a_fleet_does_not_answer_are_errors_of_it(graph, one, stack, fleet):
    queries = {
        query["id"]: query for query in one(graph(stack), ALARM, f"plant-slo-errors-{fleet}").get("metricQueries")
    }
    answers = queries["answers"]["metric"]
    assert (answers["metricName"], answers["stat"]) == ("TargetResponseTime", "SampleCount")
    assert set(answers["dimensions"]) == {"TargetGroup", "LoadBalancer"}
    expression = queries["ratio"]["expression"]
    assert metric_math(expression, {"requests": 50.0, "answers": 40.0, "errors": None}) == 20
    assert metric_math(expression, {"requests": 50.0, "answers": 40.0, "errors": 5.0}) == 30
    assert metric_math(expression, {"requests": 50.0, "answers": None, "errors": None}) == 100
    assert metric_math(expression, {"requests": 50.0, "answers": 48.0, "errors": None}) == 0  # who hung up
    assert metric_math(expression, {"requests": 50.0, "answers": 60.0, "errors": None}) == 0  # late answers


@pytest.mark.parametrize("stack", ["dev", "prod", "k8s"])
def test_no_expression_makes_datapoints_where_a_metric_has_none(graph, stack):
    whole = graph(stack)
    told = [str(alarm.get("metricQueries")) for alarm in whole.of_type(ALARM)]
    told += [str(machine.get("definition")) for machine in whole.of_type("aws:sfn/stateMachine:StateMachine")]
    assert told
    assert not [text for text in told if "FILL(" in text]


def test_what_the_load_balancer_answers_in_place_of_a_target_is_watched_where_it_is_the_stacks_own(graph, one):
    dev = graph("dev")
    alarm = one(dev, ALARM, "plant-slo-errors-edge")
    queries = {query["id"]: query for query in alarm.get("metricQueries")}
    assert queries["errors"]["metric"]["metricName"] == "HTTPCode_ELB_5XX_Count"
    assert list(queries["errors"]["metric"]["dimensions"]) == ["LoadBalancer"]
    expression = queries["ratio"]["expression"]
    assert metric_math(expression, {"errors": 5.0, "requests": 95.0}) == 5
    assert metric_math(expression, {"errors": 5.0, "requests": None}) == 100  # no target at all
    assert metric_math(expression, {"errors": None, "requests": 95.0}) is None
    assert f'"{alarm.get("name")}"' in one(dev, "aws:cloudwatch/compositeAlarm:CompositeAlarm").get("alarmRule")
    assert "plant-slo-errors-edge" not in {found.name for found in graph("prod").of_type(ALARM)}


def test_database_time_is_held_to_the_contract(whole, one):
    assert one(whole, ALARM, "plant-slo-database-latency").get("threshold") == 30


def test_composite_sums_up_whichever_fleet_serves(whole, one):
    rule = one(whole, "aws:cloudwatch/compositeAlarm:CompositeAlarm").get("alarmRule")
    for fleet in ("stable", "canary"):
        for check in ("p95", "errors", "unhealthy"):
            assert f'"{one(whole, ALARM, f"plant-slo-{check}-{fleet}").get("name")}"' in rule


def test_a_canary_that_rests_or_starts_calls_nobody(whole, one):
    alarm = one(whole, ALARM, "plant-slo-unhealthy-canary")
    assert alarm.get("treatMissingData") == "notBreaching"
    assert alarm.get("evaluationPeriods") * alarm.get("period") >= 90 + 180  # warm-up, and three minutes more


def test_fleet_without_any_instance_raises_an_alarm_that_calls_people(whole, one):
    # Elastic Load Balancing reports the counts of hosts only if there are registered targets.
    alarm = one(whole, ALARM, "plant-slo-unhealthy-stable")
    assert alarm.get("metricName") == "HealthyHostCount"
    assert alarm.get("treatMissingData") == "breaching"
    assert alarm.get("name") in one(whole, "aws:cloudwatch/compositeAlarm:CompositeAlarm").get("alarmRule")


def test_every_alarm_acts_and_says_what_missing_data_means(whole):
    for alarm in whole.of_type(ALARM):
        assert whole.referenced(alarm, "alarmActions", "aws:sns/topic:Topic"), alarm.name
        assert alarm.get("treatMissingData"), alarm.name
