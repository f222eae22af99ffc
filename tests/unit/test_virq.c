/* The state machine of virtual interrupts, by trying everything: two virtual CPUs send each other
 * interrupts, mask and unmask, leave their guests and halt, a bounded number of times, and every
 * order in which their steps can fall is looked at. Nobody may be left asleep with something to do,
 * and no interrupt may vanish. Then each rule that prevents that is broken, and has to be missed.
 */
#include "models/ipi/virq.h"
#include "sim/base/units.h"
#include "tests/harness/check.h"

#include <string.h>

#define VECTOR 3

/* Where a core is in its guest's or its hypervisor's code. */
typedef enum {
    RUN,     /* guest: the idle loop, or code that sends */
    CHECKED, /* guest: has found no work, and will halt */
    HANDLER, /* guest: in the handler, which has two things to do */
    HANDLER_SECOND,
    HANDLER_END,
    REQUEST, /* sender: message written; in the guest or its hypervisor */
    OUTSTAND,
    NOTIFY,
    SENT,
    TRAPPED, /* hypervisor: the guest has halted */
    LOOKED,  /* hypervisor: nothing was there; only where the rule is broken */
    MARKED,
    ASLEEP,
    ENTER,
    ENTERED, /* senders think that it runs; it cannot take an interrupt yet */
    ENTER_SECOND,
    ENTER_LAST,
} Place;

typedef struct {
    IvcVirq v;
    uint8_t at;
    uint8_t sends;
    uint8_t masks;
    uint8_t exits;
    uint8_t back;  /* from the handler: RUN or CHECKED */
    uint8_t work;  /* messages for it that its handler has not seen */
    uint8_t found; /* that it has told the guest's process of */
} Core;

typedef struct {
    Core cores[2];
} World;

/* How often each core may do what. */
typedef struct {
    uint8_t sends;
    uint8_t masks;
    uint8_t exits;
} Bounds;

/* Together more orders than a test has time for. */
static const Bounds bounds[] = {{2, 0, 0}, {1, 1, 1}};
#ifdef IVC_SANITIZED
#define BOUNDS 1
#else
#define BOUNDS G_N_ELEMENTS(bounds)
#endif

typedef struct {
    const IvcVirqDelivery *delivery;
    IvcVirqRules rules;
    GHashTable *seen;
    GQueue *todo;
    uint64_t ends;
    uint64_t lost;
    uint64_t vanished;
} Search;

static void found(Search *search, const World *world)
{
    if (g_hash_table_contains(search->seen, world))
        return;
    World *kept = g_memdup2(world, sizeof *world);
    g_hash_table_add(search->seen, kept);
    g_queue_push_tail(search->todo, kept);
}

static guint hash_world(gconstpointer key)
{
    const uint64_t *words = key;
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof(World) / sizeof *words; i++)
        hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15), hash ^= hash >> 29;
    return (guint)hash;
}

static gboolean same_world(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(World)) == 0;
}

static bool in_send(const Core *core)
{
    return core->at >= REQUEST && core->at <= NOTIFY;
}

/* ---- the steps: each is tried on a copy of the world ---- */

static bool send_step(const Search *search, Core *core, Core *other)
{
    switch (core->at) {
    case REQUEST:
        if (search->delivery->bare) {
            ivc_virq_fly(&other->v);
            core->at = SENT;
        } else {
            core->at = ivc_virq_request(&other->v, VECTOR, &search->rules) ? OUTSTAND : SENT;
        }
        return true;
    case OUTSTAND:
        core->at = ivc_virq_outstand(&other->v, &search->rules) ? NOTIFY : SENT;
        return true;
    case NOTIFY:
        (void)ivc_virq_notify(&other->v);
        core->at = SENT;
        return true;
    case SENT:
        core->at = core->v.mode == IVC_VIRQ_GUEST ? RUN : ENTER;
        return true;
    default:
        return false;
    }
}

static bool begin_send(const Search *search, Core *core, Core *other)
{
    if (core->at != RUN || core->v.mode != IVC_VIRQ_GUEST || !core->sends)
        return false;
    core->sends--;
    other->work++;
    core->at = REQUEST;
    if (search->delivery->send != IVC_SEND_STORE)
        ivc_virq_exit(&core->v);
    return true;
}

static void handler_ack(Core *core)
{
    (void)ivc_virq_take(&core->v);
}

static void handler_look(Core *core)
{
    core->found = (uint8_t)(core->found + core->work);
    core->work = 0;
}

static bool handler_step(const Search *search, Core *core)
{
    bool first = search->rules.ack_first;
    switch (core->at) {
    case RUN:
    case CHECKED:
        if (!ivc_virq_is_due(&core->v, &search->rules))
            return false;
        core->back = core->at;
        core->at = HANDLER;
        return true;
    case HANDLER:
        first ? handler_ack(core) : handler_look(core);
        core->at = HANDLER_SECOND;
        return true;
    case HANDLER_SECOND:
        first ? handler_look(core) : handler_ack(core);
        core->at = HANDLER_END;
        return true;
    case HANDLER_END:
        ivc_virq_end(&core->v, VECTOR);
        core->at = core->back;
        core->back = 0;
        return true;
    default:
        return false;
    }
}

/* The process does what it was told of. */
static bool work_step(Core *core)
{
    if (core->at != RUN || core->v.mode != IVC_VIRQ_GUEST || !core->found)
        return false;
    core->found = 0;
    return true;
}

static bool mask_step(const Search *search, Core *core)
{
    if (core->at != RUN || core->v.mode != IVC_VIRQ_GUEST)
        return false;
    if (core->v.masked) {
        ivc_virq_unmask(&core->v, VECTOR, &search->rules);
        return true;
    }
    if (!core->masks)
        return false;
    core->masks--;
    ivc_virq_mask(&core->v, VECTOR);
    return true;
}

/* The guest is left for something else. */
static bool exit_step(Core *core)
{
    if (core->at != RUN || core->v.mode != IVC_VIRQ_GUEST || !core->exits)
        return false;
    core->exits--;
    ivc_virq_exit(&core->v);
    core->at = ENTER;
    return true;
}

static bool halt_step(const Search *search, Core *core)
{
    if (core->v.mode != IVC_VIRQ_GUEST)
        return false;
    if (core->at == RUN && !core->v.masked && !core->found) {
        core->at = CHECKED;
        core->v.disabled = search->rules.halt_at_once;
        return true;
    }
    if (core->at != CHECKED)
        return false;
    core->v.disabled = false;
    if (search->rules.halt_exits) {
        ivc_virq_exit(&core->v);
        core->at = TRAPPED;
    } else {
        ivc_virq_halt(&core->v);
        core->at = RUN;
    }
    return true;
}

static bool block_step(const Search *search, Core *core)
{
    switch (core->at) {
    case TRAPPED:
        if (!search->rules.mark_first) {
            core->at = ivc_virq_may_sleep(&core->v, &search->rules) ? LOOKED : ENTER;
            return true;
        }
        ivc_virq_block(&core->v);
        core->at = MARKED;
        return true;
    case LOOKED:
        ivc_virq_block(&core->v);
        core->at = ASLEEP;
        return true;
    case MARKED:
        core->at = ASLEEP;
        if (!ivc_virq_may_sleep(&core->v, &search->rules)) {
            ivc_virq_unblock(&core->v);
            core->at = ENTER;
        }
        return true;
    case ASLEEP:
        if (!core->v.woken)
            return false;
        ivc_virq_unblock(&core->v);
        core->at = ENTER;
        return true;
    default:
        return false;
    }
}

static bool enter_step(const Search *search, Core *core)
{
    const IvcVirqRules *rules = &search->rules;
    switch (core->at) {
    case ENTER:
        if (rules->enter_first)
            ivc_virq_enter(&core->v);
        core->at = ENTERED;
        return true;
    case ENTERED:
        rules->clear_first ? ivc_virq_clear(&core->v) : ivc_virq_sync(&core->v);
        core->at = ENTER_SECOND;
        return true;
    case ENTER_SECOND:
        rules->clear_first ? ivc_virq_sync(&core->v) : ivc_virq_clear(&core->v);
        core->at = ENTER_LAST;
        return true;
    case ENTER_LAST:
        if (!rules->enter_first)
            ivc_virq_enter(&core->v);
        core->at = RUN;
        return true;
    default:
        return false;
    }
}

/* A notification arrives; not while the hypervisor is on its way into the guest, where interrupts
 * are off. */
static bool arrive_step(const Search *search, Core *core)
{
    if (!core->v.flying || (core->at >= ENTER && core->at <= ENTER_LAST))
        return false;
    if (search->delivery->bare)
        ivc_virq_land(&core->v, VECTOR);
    else if (ivc_virq_arrive(&core->v, &search->rules) == IVC_VIRQ_EXITS) {
        ivc_virq_enter(&core->v); /* in one go: what lies between is tried by exit_step() */
        ivc_virq_look(&core->v, &search->rules);
    }
    return true;
}

enum { STEPS = 9 };

static bool step(const Search *search, World *world, unsigned core, unsigned which)
{
    Core *own = &world->cores[core];
    Core *other = &world->cores[1 - core];
    switch (which) {
    case 0:
        return begin_send(search, own, other);
    case 1:
        return send_step(search, own, other);
    case 2:
        return handler_step(search, own);
    case 3:
        return work_step(own);
    case 4:
        return mask_step(search, own);
    case 5:
        return exit_step(own);
    case 6:
        return halt_step(search, own);
    case 7:
        return block_step(search, own) || enter_step(search, own);
    default:
        return arrive_step(search, own);
    }
}

/* Nobody will ever tell this core of what is there for it. */
static bool is_lost(const Search *search, const World *world, unsigned core)
{
    const Core *own = &world->cores[core];
    const IvcVirq *v = &own->v;
    if (v->flying || in_send(&world->cores[1 - core]) || v->masked)
        return false;
    bool sleeps = (own->at == ASLEEP && !v->woken) || v->mode == IVC_VIRQ_HALTED;
    if (sleeps)
        return own->work || own->found || ivc_virq_is_waiting(v);
    bool runs = v->mode == IVC_VIRQ_GUEST && own->at == RUN && !v->in_service;
    return runs && (v->requested || (v->pending && !ivc_virq_is_due(v, &search->rules)));
}

/* Only what has not been taken matters from here on. */
static void forget(World *world)
{
    for (unsigned c = 0; c < 2; c++) {
        IvcVirq *v = &world->cores[c].v;
        v->sent -= v->merged + v->taken;
        v->merged = v->taken = 0;
    }
}

static void visit(Search *search, const World *world)
{
    bool ends = true;
    for (unsigned core = 0; core < 2; core++) {
        for (unsigned which = 0; which < STEPS; which++) {
            World next = *world;
            if (!step(search, &next, core, which))
                continue;
            ends = false;
            forget(&next);
            found(search, &next);
        }
        search->lost += is_lost(search, world, core);
        search->vanished += !ivc_virq_is_conserved(&world->cores[core].v, search->delivery->bare);
    }
    search->ends += ends;
}

static Search explore(const IvcVirqDelivery *delivery, IvcVirqRules rules, Bounds most)
{
    Search search = {.delivery = delivery,
                     .rules = rules,
                     .seen = g_hash_table_new_full(hash_world, same_world, g_free, NULL),
                     .todo = g_queue_new()};
    World start;
    memset(&start, 0, sizeof start);
    for (unsigned c = 0; c < 2; c++)
        start.cores[c] = (Core){.sends = most.sends, .masks = most.masks, .exits = most.exits};
    found(&search, &start);
    World *world;
    while (!search.lost && (world = g_queue_pop_head(search.todo)) != NULL)
        visit(&search, world);
    return search;
}

static void done(Search *search)
{
    g_hash_table_destroy(search->seen);
    g_queue_free(search->todo);
}

static size_t deliveries(void)
{
    size_t n = 0;
    while (ivc_virq_deliveries[n].name != NULL)
        n++;
    return n;
}

static const IvcVirqDelivery *delivery_of(const char *name)
{
    for (size_t i = 0; ivc_virq_deliveries[i].name != NULL; i++)
        if (g_str_equal(ivc_virq_deliveries[i].name, name))
            return &ivc_virq_deliveries[i];
    ck_abort_msg("no delivery '%s'", name);
}

/* Deliveries that differ in costs only have the same steps. */
static bool is_like_an_earlier_one(const IvcVirqDelivery *delivery)
{
    for (const IvcVirqDelivery *d = ivc_virq_deliveries; d < delivery; d++)
        if (d->bare == delivery->bare &&
            (d->send == IVC_SEND_STORE) == (delivery->send == IVC_SEND_STORE) &&
            memcmp(&d->rules, &delivery->rules, sizeof d->rules) == 0)
            return true;
    return false;
}

START_TEST(test_no_order_of_steps_loses_a_wake)
{
    const IvcVirqDelivery *delivery = &ivc_virq_deliveries[_i];
    for (size_t b = 0; !is_like_an_earlier_one(delivery) && b < BOUNDS; b++) {
        Search search = explore(delivery, delivery->rules, bounds[b]);
        guint states = g_hash_table_size(search.seen);
        ck_assert_msg(search.lost == 0, "%s: %" G_GUINT64_FORMAT " of %u states lose a wake",
                      delivery->name, search.lost, states);
        ck_assert_msg(search.vanished == 0, "%s: an interrupt vanished", delivery->name);
        ck_assert_msg(search.ends > 0 && states > 5000, "%s: %u states only", delivery->name,
                      states);
        done(&search);
    }
}
END_TEST

/* A rule that is broken, and a delivery that then loses a wake. */
typedef struct {
    const char *delivery;
    size_t rule; /* its place in IvcVirqRules */
    const char *name;
} Broken;

#define BROKEN(delivery, rule)                            \
    {                                                     \
        (delivery), offsetof(IvcVirqRules, rule), (#rule) \
    }

static const Broken broken[] = {
    BROKEN("emulated", mark_first),     BROKEN("posted", mark_first),
    BROKEN("loongson", mark_first),     BROKEN("imsic", mark_first),
    BROKEN("posted", block_heeds),      BROKEN("gic", block_heeds),
    BROKEN("emulated", enter_first),    BROKEN("posted", enter_first),
    BROKEN("direct", enter_first),      BROKEN("posted", clear_first),
    BROKEN("gic-v4.1", clear_first),    BROKEN("event-channel", unmask_looks),
    BROKEN("bare", halt_at_once),       BROKEN("direct", halt_at_once),
    BROKEN("loongson", halt_at_once),   BROKEN("loongson", ack_first),
    BROKEN("event-channel", ack_first),
};

START_TEST(test_a_broken_rule_loses_a_wake)
{
    const IvcVirqDelivery *delivery = delivery_of(broken[_i].delivery);
    IvcVirqRules rules = delivery->rules;
    bool *rule = (bool *)((char *)&rules + broken[_i].rule);
    ck_assert(*rule);
    *rule = false;
    uint64_t lost = 0;
    for (size_t b = 0; !lost && b < G_N_ELEMENTS(bounds); b++) {
        Search search = explore(delivery, rules, bounds[b]);
        lost = search.lost;
        ck_assert_uint_eq(search.vanished, 0);
        done(&search);
    }
    ck_assert_msg(lost > 0, "%s without %s: no wake is lost", delivery->name, broken[_i].name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("virq");
    TCase *tests = tcase_create("virq");
    tcase_add_loop_test(tests, test_no_order_of_steps_loses_a_wake, 0, (int)deliveries());
    tcase_add_loop_test(tests, test_a_broken_rule_loses_a_wake, 0, G_N_ELEMENTS(broken));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
