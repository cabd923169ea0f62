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


C_LOOP = """
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* M/M/3 at 0.8, first come first served: xorshift, inverted exponentials, the server that is free first. */
static uint64_t state = 88172645463325252ULL;

static inline double uniform(void) {
    state ^= state << 13; state ^= state >> 7; state ^= state << 17;
    return ((state >> 11) + 1) * (1.0 / 9007199254740993.0);
}

int main(int count, char **words) {
    long requests = atol(words[count - 1]);
    double free_at[3] = {0, 0, 0}, now = 0, waited = 0;
    for (long i = 0; i < requests; i++) {
        now += -log(uniform()) / 2.4;
        int server = 0;
        if (free_at[1] < free_at[server]) server = 1;
        if (free_at[2] < free_at[server]) server = 2;
        double begin = now > free_at[server] ? now : free_at[server];
        waited += begin - now;
        free_at[server] = begin - log(uniform());
    }
    printf("%.6f %.6f\\n", waited / requests, (double)clock() / CLOCKS_PER_SEC);
}
"""
"""The same queue as a tight loop in C: nothing but draws, a comparison and a sum."""
