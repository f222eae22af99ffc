#!/usr/bin/env python3
"""Peer: PHOLD and ping-pong on SimPy 3, as processes. Prints "MODEL,SimPy,SIZE,NS".

Usage: simpy_peer.py phold|pingpong PROCESSES EVENTS
"""
import random
import sys
import time

import simpy

done = 0
start = 0


def token(env, source, steps, warm, last):
    global done, start
    n = len(steps)
    while True:
        yield env.timeout(0.1 + source.expovariate(1 / 0.9))
        if done == warm:
            start = time.process_time_ns()
        steps[int(source.random() * n)] += 1
        done += 1
        if done == last:
            env.stop_now.succeed()


def player(env, balls, me, last):
    global done
    while True:
        yield balls[me]
        balls[me] = env.event()
        yield env.timeout(0.001)
        done += 1
        if done == last:
            env.stop_now.succeed()
        balls[1 - me].succeed()


def main():
    global start
    model, size, events = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    env = simpy.Environment()
    env.stop_now = env.event()
    if model == "phold":
        source = random.Random(42)
        warm = min(events // 4, 4 * size)
        steps = [0] * size
        for _ in range(size):
            env.process(token(env, source, steps, warm, warm + events))
    else:
        balls = [env.event(), env.event()]
        for me in range(2):
            env.process(player(env, balls, me, events))
        balls[0].succeed()
        start = time.process_time_ns()
    env.run(until=env.stop_now)
    print(f"{model},SimPy,{size},{(time.process_time_ns() - start) / events:.2f}")


main()
