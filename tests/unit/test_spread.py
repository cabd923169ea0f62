"""The order of the tests among workers: nothing is lost, and each worker begins with what takes long."""

import pytest
from spread import spread, workers


def order(files, number):
    """Tests in order, of files with (name, number of tests, whether one of them is slow)."""
    tests = [(name, place, slow and place == 0) for name, count, slow in files for place in range(count)]
    found = spread(tests, lambda test: test[0], lambda test: test[2], number)
    assert sorted(found) == sorted(tests)
    return found


FILES = [("a", 3, True), ("b", 40, False), ("c", 5, True), ("d", 40, False), ("e", 4, True), ("f", 8, False)]


def test_each_worker_begins_with_long_tests():
    found = order(FILES, 2)
    assert [test[0] for test in (found[0], found[50])] == ["a", "c"]
    assert [test[0] for test in found[:7]] == ["a"] * 3 + ["e"] * 4


def test_no_stretch_ends_with_long_tests_while_there_are_others():
    found = order(FILES, 2)
    assert not {test[0] for test in (*found[7:50], *found[55:])} & {"a", "c", "e"}


def test_long_tests_that_fill_more_than_a_stretch_are_all_run():
    assert len(order([("a", 90, True), ("b", 10, False)], 4)) == 100


def test_one_worker_has_the_long_ones_first():
    assert [test[0] for test in order([("a", 1, False), ("b", 1, True)], 1)] == ["b", "a"]


def test_each_worker_of_this_run_begins_with_long_tests(request):
    items, number = request.session.items, workers()
    long_ones = {item.path for item in items if item.get_closest_marker("slow")}
    if not 1 < number <= len(long_ones):
        pytest.skip("nothing to share, or too few long tests")
    begins = [items[len(items) * worker // number] for worker in range(number)]
    assert {item.path for item in begins} <= long_ones
