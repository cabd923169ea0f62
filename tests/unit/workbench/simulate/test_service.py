import numpy as np
import pytest

from deployment.errors import InputError
from workbench.simulate.cache import KeyPopularity, hit_ratio
from workbench.simulate.service import Database, Distribution, ServiceModel, Shape

COUNT = 400_000
NOW = np.zeros(COUNT)


@pytest.mark.parametrize(
    ("text", "cv2"),
    [("exponential", 1.0), ("deterministic", 0.0), ("lognormal:1.5", 2.25), ("gamma:0.5", 0.25), ("gamma", 1.0)],
)
def test_distributions_have_mean_one_and_their_variation(text, cv2):
    distribution = Distribution.parse(text)
    values = distribution.draw(np.random.default_rng(1), COUNT)
    assert values.mean() == pytest.approx(1.0, abs=4 * (max(cv2, 1e-12) / COUNT) ** 0.5 + 1e-12)
    assert values.var() == pytest.approx(cv2, rel=0.05, abs=1e-9)


def test_an_empirical_distribution_draws_what_was_recorded():
    recorded = np.array([0.01, 0.02, 0.03])
    values = Distribution.empirical(recorded).draw(np.random.default_rng(1), 1000)
    assert set(np.round(values * 0.02, 6)) == {0.01, 0.02, 0.03}


@pytest.mark.parametrize(
    "text", ["normal", "gamma:0", "gamma:-1", "lognormal:x", "exponential:2", "gamma:nan", "gamma:99"]
)
def test_a_wrong_distribution_says_what_is_allowed(text):
    with pytest.raises(InputError, match="allowed: exponential"):
        Distribution.parse(text)


def test_cpu_and_waiting_add_up_to_the_declared_mean():
    model = ServiceModel(mean_seconds=0.025, cpu_ratio=0.2)
    cpu, other, fails = model.draw(np.random.default_rng(1), NOW, lambda _: 5.0)
    assert (cpu + other).mean() == pytest.approx(0.025, rel=0.01)
    assert cpu.mean() == pytest.approx(0.005, rel=0.01)
    assert not fails.any()


@pytest.mark.parametrize("rate", [5.0, 0.05])
def test_with_a_cache_the_mean_is_as_declared_at_the_peak_and_higher_when_cold(rate):
    popularity = KeyPopularity(keys=100)
    model = ServiceModel(
        mean_seconds=0.025,
        database=Database(mean_seconds=0.01, limit_seconds=10.0),
        popularity=popularity,
        reference_rps=5.0,
    )
    cpu, other, _ = model.draw(np.random.default_rng(1), NOW, lambda _: rate)
    extra = (hit_ratio(5.0, 600.0, popularity) - hit_ratio(rate, 600.0, popularity)) * 0.01
    assert (cpu + other).mean() == pytest.approx(0.025 + extra, rel=0.01)


def test_queries_over_the_limit_fail_and_take_no_longer_than_the_limit():
    database = Database(mean_seconds=0.025, limit_seconds=0.03)
    model = ServiceModel(mean_seconds=0.1, cpu_ratio=1.0, database=database, ttl_seconds=0.0)
    _, other, fails = model.draw(np.random.default_rng(1), NOW, lambda _: 5.0)
    assert other.max() <= 0.03 + 1e-12
    assert 0.1 < fails.mean() < 0.5


def test_page_size_spreads_the_time_and_keeps_the_mean():
    plain = ServiceModel(mean_seconds=0.02, distribution=Distribution(Shape.DETERMINISTIC))
    paged = ServiceModel(mean_seconds=0.02, distribution=Distribution(Shape.DETERMINISTIC), page_ratio=0.5)
    one, two = (sum(model.draw(np.random.default_rng(1), NOW, lambda _: 5.0)[:2]) for model in (plain, paged))
    assert two.mean() == pytest.approx(one.mean(), rel=0.01)
    assert one.std() < 1e-12 < two.std()


def test_a_database_that_takes_longer_than_the_whole_service_is_refused():
    model = ServiceModel(mean_seconds=0.005, database=Database(mean_seconds=0.02, limit_seconds=0.03), ttl_seconds=0.0)
    with pytest.raises(InputError, match="lower the database time"):
        model.draw(np.random.default_rng(1), NOW[:1], lambda _: 1.0)


def test_errors_of_the_application():
    _, _, fails = ServiceModel(mean_seconds=0.02, error_ratio=0.05).draw(np.random.default_rng(1), NOW, lambda _: 1.0)
    assert fails.mean() == pytest.approx(0.05, abs=0.002)


def test_repeats_fail_as_often_as_first_tries_do():
    database = Database(mean_seconds=0.025, limit_seconds=0.03)
    model = ServiceModel(mean_seconds=0.1, error_ratio=0.05, database=database, ttl_seconds=0.0)
    _, _, fails = model.draw(np.random.default_rng(1), NOW, lambda _: 5.0)
    assert model.failing_ratio(5.0) == pytest.approx(fails.mean(), abs=0.01)
    assert ServiceModel(mean_seconds=0.1, error_ratio=1.0).failing_ratio(5.0) == 1.0


@pytest.mark.parametrize(("text", "cv2"), [("deterministic", 0.0), ("lognormal:1.5", 2.25), ("gamma:0.5", 0.25)])
def test_points_have_the_mean_and_nearly_the_variance(text, cv2):
    points = Distribution.parse(text).points()
    assert points.mean() == pytest.approx(1.0)
    assert points.var() == pytest.approx(cv2, rel=0.1)
