/* The engine's own benchmarks: PHOLD and ping-pong, straight on timers.
 *
 * PHOLD: N tokens hop among N processes; a hop takes 0.1 + Exp(0.9) units, so that N events are
 * pending at all times (the definition of ROSS, all hops remote). Ping-pong: two processes wake
 * each other, so that one event is pending. */
#include "sim/cli/bench_models.h"

#include "sim/engine/engine.h"
#include "tests/bench/phold.h"

typedef struct Phold Phold;

typedef struct {
    IvcTimer timer;
    Phold *phold;
    uint32_t at; /* the process that it visits */
} Token;

struct Phold {
    PholdRandom random;
    uint64_t left;
    uint64_t n;
    uint64_t visits; /* so that the hops cannot be optimised away */
    Token *tokens;
};

static void token_fire(IvcSim *sim, IvcTimer *timer)
{
    Token *token = (Token *)((char *)timer - offsetof(Token, timer));
    Phold *phold = token->phold;
    if (--phold->left == 0)
        ivc_sim_finish(sim);
    uint64_t bits = phold_next(&phold->random);
    token->at = (uint32_t)phold_choice(bits, phold->n);
    phold->visits += token->at;
    ivc_timer_arm(sim, timer, sim->now + phold_delay(&phold->random, bits), IVC_PHASE_ACT);
}

static const IvcSimLimits limits = {
    .horizon_ps = IVC_TIME_HORIZON,
    .events_per_instant = UINT64_MAX,
    .queue_max = 1u << 22,
};

IvcBenchTime ivc_bench_phold(uint64_t processes, uint64_t events)
{
    IvcSim sim;
    ivc_sim_init(&sim, &limits);
    g_autofree Phold *phold = g_new0(Phold, 1);
    phold_init(&phold->random, 42);
    phold->n = processes;
    phold->left = events;
    phold->tokens = g_aligned_alloc0(processes, sizeof(Token), 64); /* a cache line each */
    for (uint64_t i = 0; i < processes; i++) {
        phold->tokens[i].phold = phold;
        ivc_timer_init(&phold->tokens[i].timer, (uint32_t)i, token_fire);
        uint64_t bits = phold_next(&phold->random);
        ivc_timer_arm(&sim, &phold->tokens[i].timer, phold_delay(&phold->random, bits),
                      IVC_PHASE_ACT);
    }
    uint64_t began = phold_cpu_ns();
    (void)ivc_sim_run(&sim);
    IvcBenchTime time = {.events = sim.events, .cpu_ns = phold_cpu_ns() - began};
    g_aligned_free(phold->tokens);
    ivc_sim_clear(&sim);
    return time;
}

typedef struct Player {
    IvcTimer timer;
    struct Player *other;
    uint64_t left;
} Player;

static void player_fire(IvcSim *sim, IvcTimer *timer)
{
    Player *player = (Player *)((char *)timer - offsetof(Player, timer));
    if (player->left-- > 0)
        ivc_timer_arm(sim, &player->other->timer, sim->now + 1000, IVC_PHASE_ACT);
}

IvcBenchTime ivc_bench_pingpong(uint64_t events)
{
    IvcSim sim;
    ivc_sim_init(&sim, &limits);
    Player players[2] = {{.left = events / 2}, {.left = events / 2}};
    for (uint32_t i = 0; i < 2; i++) {
        players[i].other = &players[1 - i];
        ivc_timer_init(&players[i].timer, i, player_fire);
    }
    ivc_timer_arm(&sim, &players[0].timer, 0, IVC_PHASE_ACT);
    uint64_t began = phold_cpu_ns();
    (void)ivc_sim_run(&sim);
    IvcBenchTime time = {.events = sim.events, .cpu_ns = phold_cpu_ns() - began};
    ivc_sim_clear(&sim);
    return time;
}
