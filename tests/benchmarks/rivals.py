"""The same M/M/c queue in the simulators that people would compare ours with."""

from __future__ import annotations

import random


def ciw_mean_wait(servers: int, rate: float, service_seconds: float, customers: int, seed: int) -> float:
    """Mean wait in seconds of the first `customers` customers, simulated by Ciw."""
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate)],
        service_distributions=[ciw.dists.Exponential(1 / service_seconds)],
        number_of_servers=[servers],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers, method="Finish")
    waits = [record.waiting_time for record in simulation.get_all_records()]
    return sum(waits) / len(waits)


def simpy_mean_wait(servers: int, rate: float, service_seconds: float, customers: int, seed: int) -> float:
    """Mean wait in seconds of `customers` customers, simulated by SimPy."""
    import simpy

    rng = random.Random(seed)  # noqa: S311 - a simulation, and SimPy's own examples draw this way
    environment = simpy.Environment()
    station = simpy.Resource(environment, capacity=servers)
    waits: list[float] = []

    def customer():
        arrived = environment.now
        with station.request() as turn:
            yield turn
            waits.append(environment.now - arrived)
            yield environment.timeout(rng.expovariate(1 / service_seconds))

    def source():
        for _ in range(customers):
            yield environment.timeout(rng.expovariate(rate))
            environment.process(customer())

    environment.process(source())
    environment.run()
    return sum(waits) / len(waits)
