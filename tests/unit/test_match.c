/* The queue of arrivals against a plain list, at random; and what a Recv matches. */
#include "models/mpi/match.h"
#include "tests/harness/points.h"

static IvcMpiCall call_for(int source, int tag, uint32_t comm)
{
    return (IvcMpiCall){.peer = source, .tag = tag, .comm = comm};
}

START_TEST(test_what_matches)
{
    IvcEnvelope envelope = {.source = 3, .comm = IVC_MPI_COMM_WORLD, .tag = 7};
    static const struct {
        int source, tag;
        uint32_t comm;
        bool matches;
    } cases[] = {
        {3, 7, 0, true},
        {IVC_MPI_ANY_SOURCE, 7, 0, true},
        {3, IVC_MPI_ANY_TAG, 0, true},
        {IVC_MPI_ANY_SOURCE, IVC_MPI_ANY_TAG, 0, true},
        {2, 7, 0, false},
        {3, 6, 0, false},
        {3, 7, IVC_MPI_COMM_INTERNAL, false},
        {IVC_MPI_ANY_SOURCE, IVC_MPI_ANY_TAG, IVC_MPI_COMM_INTERNAL, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        IvcMpiCall call = call_for(cases[i].source, cases[i].tag, cases[i].comm);
        ck_assert_msg(ivc_mpi_matches(&call, &envelope) == cases[i].matches, "case %zu", i);
    }
}
END_TEST

static int64_t find_plain(const GArray *list, const IvcMpiCall *call)
{
    for (guint i = 0; i < list->len; i++)
        if (ivc_mpi_matches(call, &g_array_index(list, IvcArrival, i).envelope))
            return i;
    return -1;
}

static void check_same(const IvcArrivals *arrivals, const GArray *list)
{
    ck_assert_uint_eq(arrivals->n, list->len);
    for (guint i = 0; i < list->len; i++) {
        const IvcArrival *a = ivc_arrivals_at(arrivals, i);
        const IvcArrival *b = &g_array_index(list, IvcArrival, i);
        ck_assert_uint_eq(a->envelope.sequence, b->envelope.sequence);
        ck_assert_uint_eq(a->index, b->index);
    }
}

/* Who takes each message before the next one comes keeps one place in the caches, not all. */
START_TEST(test_an_empty_queue_begins_anew)
{
    IvcArrivals arrivals;
    IvcEnvelope envelope = {.source = 1};
    ivc_arrivals_init(&arrivals, 4);
    const IvcArrival *first = ivc_arrivals_push(&arrivals, &envelope, 0, 0);
    for (uint32_t i = 1; i < 10; i++) {
        ivc_arrivals_drop(&arrivals, 0);
        ck_assert_ptr_eq(ivc_arrivals_push(&arrivals, &envelope, 0, i), first);
    }
    ck_assert_ptr_ne(ivc_arrivals_push(&arrivals, &envelope, 0, 10), first);
    ck_assert_uint_eq(ivc_arrivals_at(&arrivals, 1)->index, 10);
    ivc_arrivals_clear(&arrivals);
}
END_TEST

START_TEST(test_random_use_against_a_list)
{
    uint32_t seed = points_seed("test_match", 4);
    GRand *rand = g_rand_new_with_seed(seed);
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(IvcArrival));
    IvcArrivals arrivals;
    ivc_arrivals_init(&arrivals, 1);
    for (uint32_t i = 0; i < 40000; i++) {
        bool grow = i % 2000 < 1000;
        if (g_rand_int_range(rand, 0, 10) < (grow ? 6 : 4)) {
            IvcArrival fresh = {.envelope = {.source = (uint32_t)g_rand_int_range(rand, 0, 4),
                                             .tag = g_rand_int_range(rand, 0, 4),
                                             .sequence = i},
                                .kind = i % 3,
                                .index = i};
            IvcArrival *pushed = ivc_arrivals_push(&arrivals, &fresh.envelope, fresh.kind, i);
            ck_assert_uint_eq(pushed->envelope.sequence, i);
            ck_assert_uint_eq(pushed->have, 0);
            g_array_append_val(list, fresh);
        } else {
            IvcMpiCall call =
                call_for(g_rand_int_range(rand, -1, 4), g_rand_int_range(rand, -1, 4), 0);
            int64_t found = ivc_arrivals_find(&arrivals, &call);
            ck_assert_int_eq(found, find_plain(list, &call));
            if (found < 0)
                continue;
            IvcArrival taken = ivc_arrivals_take(&arrivals, (uint32_t)found);
            ck_assert_uint_eq(taken.index, g_array_index(list, IvcArrival, found).index);
            g_array_remove_index(list, (guint)found);
        }
        if (i % 64 == 0)
            check_same(&arrivals, list);
    }
    check_same(&arrivals, list);
    ivc_arrivals_clear(&arrivals);
    g_rand_free(rand);
}
END_TEST

static void hash_of(const IvcArrivals *arrivals, uint64_t hash[2])
{
    IvcDigest digest;
    ivc_digest_init(&digest, 0, NULL);
    static const uint64_t received_from[8];
    ivc_arrivals_digest(arrivals, received_from, &digest);
    memcpy(hash, digest.hash, sizeof digest.hash);
}

START_TEST(test_digest_is_of_the_content)
{
    IvcArrivals a, b;
    uint64_t first[2], second[2];
    ivc_arrivals_init(&a, 2);
    ivc_arrivals_init(&b, 16);
    IvcEnvelope envelope = {.source = 1, .tag = 5, .bytes = 9};
    for (uint32_t i = 0; i < 3; i++)
        ivc_arrivals_push(&a, &envelope, 1, i);
    (void)ivc_arrivals_take(&a, 0);         /* the ring begins elsewhere */
    ivc_arrivals_push(&b, &envelope, 1, 7); /* an index is only a name */
    ivc_arrivals_push(&b, &envelope, 1, 2);
    hash_of(&a, first);
    hash_of(&b, second);
    ck_assert_mem_eq(first, second, sizeof first);
    IvcArrival *last = ivc_arrivals_at(&b, 1);
    uint64_t *const numbers[] = {&last->envelope.bytes, &last->envelope.sequence,
                                 &last->envelope.sent_ps, &last->have};
    uint32_t *const words[] = {&last->envelope.source, &last->envelope.comm, &last->kind,
                               (uint32_t *)&last->envelope.tag, &b.n};
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        *numbers[i] ^= 1;
        hash_of(&b, second);
        *numbers[i] ^= 1;
        ck_assert_mem_ne(first, second, sizeof first);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        *words[i] ^= 1;
        hash_of(&b, second);
        *words[i] ^= 1;
        ck_assert_mem_ne(first, second, sizeof first);
    }
    ivc_arrivals_clear(&a);
    ivc_arrivals_clear(&b);
}
END_TEST

/* What matches is asked by mechanisms; each offers what a Send and a Recv need. */
START_TEST(test_mechanisms_are_complete)
{
    for (size_t i = 0; ivc_registry.mechanisms[i]; i++) {
        const IvcMechanism *mechanism = ivc_registry.mechanisms[i];
        const IvcMechanismOps *ops =
            mechanism->no_messages ? mechanism->socket_ops : mechanism->ops;
        if (mechanism->no_messages)
            ck_assert(mechanism->carries && !mechanism->ops);
        ck_assert(ops->create && ops->free && ops->setup && ops->send && ops->recv);
        ck_assert(ops->message_bytes_max && ops->digest && ops->in_flight);
    }
    for (int e = IVC_MPI_SUCCESS; e <= IVC_MPI_ERR_UNSUPPORTED; e++)
        ck_assert(g_str_has_prefix(ivc_mpi_error_name((IvcMpiError)e), "MPI_"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("match");
    TCase *tests = tcase_create("match");
    tcase_add_test(tests, test_what_matches);
    tcase_add_test(tests, test_an_empty_queue_begins_anew);
    tcase_add_test(tests, test_random_use_against_a_list);
    tcase_add_test(tests, test_digest_is_of_the_content);
    tcase_add_test(tests, test_mechanisms_are_complete);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
