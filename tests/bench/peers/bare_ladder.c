/*
 * Peer: PHOLD on a bare ladder queue, as fast as a loop can be: pop, call, push, in one
 * translation unit, no engine. Not a peer, but the least that such a queue costs.
 */
#include "tests/bench/candidates/ladder.h"

#define QUEUE Ladder
#define NAME bench_ladder = {"bare-ladder", run}
#define queue_new ladder_new
#define queue_free ladder_free
#define queue_push ladder_push
#define queue_pop ladder_pop
#include "tests/bench/loop.h"

#include "tests/bench/peers/peer.h"

int main(int argc, char **argv)
{
    PeerArguments arguments = peer_arguments(argc, argv);
    BenchResult result = bench_ladder.run(BENCH_PHOLD, arguments.size, arguments.n);
    peer_print("bare ladder", &arguments, result.ns);
    return 0;
}
