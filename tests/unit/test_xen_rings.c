/* Rings of slots and of bytes between guests: exactly the notifications that the rule asks for, and
 * no wake-up lost whatever the order of steps. */
#include "models/xen/byte_ring.h"
#include "models/xen/ring.h"
#include "tests/harness/points.h"

/* ---- of slots ---- */

START_TEST(test_a_push_notifies_when_it_contains_the_entry)
{
    for (uint32_t start = UINT32_MAX - 40; start != 40; start++) /* across the wrap */
        for (uint32_t n = 1; n <= 16; n++)
            for (uint32_t ahead = 0; ahead <= 20; ahead++) {
                IvcXenRing ring = {.size = 32, .req_prod = start, .rsp_prod = start};
                ring.req_event = ring.rsp_event = start + ahead;
                bool expected = ahead >= 1 && ahead <= n;
                ck_assert_int_eq(ivc_xen_ring_push_requests(&ring, n), expected);
                ck_assert_int_eq(ivc_xen_ring_push_responses(&ring, n), expected);
                ck_assert_uint_eq(ring.req_prod, start + n);
                ck_assert_uint_eq(ring.rsp_prod, start + n);
            }
}
END_TEST

START_TEST(test_the_first_entry_of_a_ring_notifies)
{
    IvcXenRing ring;
    ivc_xen_ring_init(&ring, 8);
    ck_assert_uint_eq(ivc_xen_ring_free(&ring), 8);
    ck_assert(ivc_xen_ring_push_requests(&ring, 3));
    ck_assert(!ivc_xen_ring_push_requests(&ring, 1)); /* the backend has not asked again */
    ck_assert_uint_eq(ivc_xen_ring_free(&ring), 4);
    ck_assert(ivc_xen_ring_final_requests(&ring)); /* four are left: look again */
    ring.req_cons += 4;
    ck_assert(!ivc_xen_ring_final_requests(&ring));
    ck_assert(ivc_xen_ring_push_requests(&ring, 1));
    ck_assert(ivc_xen_ring_push_responses(&ring, 1));
    ck_assert_uint_eq(ivc_xen_ring_free(&ring), 3); /* until the frontend takes the response */
    ck_assert_uint_eq(ivc_xen_ring_collect(&ring), 1);
    ck_assert_uint_eq(ivc_xen_ring_free(&ring), 4);
    ck_assert(ivc_xen_ring_push_responses(&ring, 1)); /* the next one is waited for */
    ck_assert(!ivc_xen_ring_push_responses(&ring, 1));
}
END_TEST

/* Five are outstanding after one was collected: the third of them is waited for. */
START_TEST(test_collecting_waits_for_half)
{
    IvcXenRing ring;
    ivc_xen_ring_init(&ring, 8);
    (void)ivc_xen_ring_push_requests(&ring, 6);
    (void)ivc_xen_ring_push_responses(&ring, 1);
    ck_assert_uint_eq(ivc_xen_ring_collect_half(&ring), 1);
    ck_assert(!ivc_xen_ring_push_responses(&ring, 2));
    ck_assert(ivc_xen_ring_push_responses(&ring, 1));
    ck_assert(!ivc_xen_ring_push_responses(&ring, 2));
}
END_TEST

START_TEST(test_waiting_for_more_requests)
{
    IvcXenRing ring;
    ivc_xen_ring_init(&ring, 8);
    (void)ivc_xen_ring_push_requests(&ring, 2);
    ivc_xen_ring_want_requests(&ring); /* two are not enough */
    ck_assert(ivc_xen_ring_push_requests(&ring, 1));
    ck_assert(!ivc_xen_ring_push_requests(&ring, 1));
}
END_TEST

/* A frontend and a backend in random steps: who sleeps while there is something for it, and nobody
 * will tell, sleeps for ever. */
START_TEST(test_no_wakeup_is_lost)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(points_seed("test_xen_rings", 20131103));
    IvcXenRing ring;
    bool front_awake = true, back_awake = true;
    uint32_t told = 0;
    ivc_xen_ring_init(&ring, 4);
    ring.req_prod = ring.rsp_prod = ring.req_cons = ring.rsp_cons = UINT32_MAX - 1000;
    ring.req_event = ring.rsp_event = ring.req_prod + 1;
    for (uint32_t step = 0; step < 100000; step++) {
        uint32_t n = 1 + (uint32_t)g_rand_int_range(rand, 0, 3);
        switch (g_rand_int_range(rand, 0, 4)) {
        case 0: /* the frontend sends, whether or not it waits for answers */
            if (ivc_xen_ring_free(&ring) >= n && ivc_xen_ring_push_requests(&ring, n)) {
                ck_assert(!back_awake || ring.req_cons != ring.req_prod);
                back_awake = true;
                told++;
            }
            break;
        case 1:
            if (front_awake) {
                ring.rsp_cons += MIN(n, ivc_xen_ring_responses(&ring));
                front_awake = ivc_xen_ring_final_responses(&ring);
            }
            break;
        case 2:
            if (back_awake) {
                uint32_t taken = MIN(n, ivc_xen_ring_requests(&ring));
                ring.req_cons += taken;
                if (taken && ivc_xen_ring_push_responses(&ring, taken)) {
                    front_awake = true;
                    told++;
                }
            }
            break;
        default:
            if (back_awake)
                back_awake = ivc_xen_ring_final_requests(&ring);
            break;
        }
        ck_assert(back_awake || ivc_xen_ring_requests(&ring) == 0);
        ck_assert(front_awake || ivc_xen_ring_responses(&ring) == 0);
        ck_assert_uint_le(ivc_xen_ring_free(&ring), ring.size);
    }
    ck_assert_uint_gt(told, 1000);
}
END_TEST

/* ---- of bytes ---- */

START_TEST(test_bytes_lie_one_after_the_other)
{
    static const uint32_t sizes[] = {1024, 4096, 65536};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        IvcXenByteRing ring;
        ivc_xen_byte_ring_init(&ring, sizes[s]);
        ck_assert_uint_eq(ring.page, MIN(sizes[s], 4096));
        ring.prod = ring.cons = 0u - 3 * sizes[s] / 2; /* across the wrap of positions */
        uint32_t place = sizes[s] / 2;
        for (uint32_t moved = 0; moved < 3 * sizes[s];) {
            uint32_t piece = ivc_xen_byte_ring_piece(&ring, ring.prod, 1000);
            uint32_t page = ivc_xen_byte_ring_page(&ring, ring.prod);
            uint32_t at = ivc_xen_byte_ring_at(&ring, ring.prod);
            ck_assert_uint_eq(page * ring.page + at, place);
            ck_assert_uint_eq(piece, MIN(1000, ring.page - at));
            ivc_xen_byte_ring_produce(&ring, piece);
            ck_assert_uint_eq(ivc_xen_byte_ring_ready(&ring), piece);
            ck_assert_uint_eq(ivc_xen_byte_ring_room(&ring), sizes[s] - piece);
            ivc_xen_byte_ring_consume(&ring, piece);
            place = (place + piece) % sizes[s];
            moved += piece;
        }
    }
}
END_TEST

START_TEST(test_the_first_write_is_told)
{
    IvcXenByteRing ring;
    ivc_xen_byte_ring_init(&ring, 1024);
    ck_assert(!ivc_xen_byte_ring_take(&ring.room_asked));
    ck_assert(ivc_xen_byte_ring_take(&ring.data_asked));
    ck_assert(!ivc_xen_byte_ring_take(&ring.data_asked)); /* nobody has asked again */
}
END_TEST

/* One side of a byte ring, in its steps: it looks, asks, looks again, and then moves bytes or
 * sleeps until an event comes, or has come; having moved, it takes the request of the other side.
 */
typedef struct {
    enum { LOOKS, ASKS, LOOKS_AGAIN, TELLS, SLEEPS } step;
    uint32_t wants;
    bool told; /* an event is pending */
} Side;

static void side_step(Side *side, Side *other, IvcXenByteRing *ring, bool writes, GRand *rand)
{
    uint32_t there = writes ? ivc_xen_byte_ring_room(ring) : ivc_xen_byte_ring_ready(ring);
    switch (side->step) {
    case LOOKS:
        side->wants = 1 + (uint32_t)g_rand_int_range(rand, 0, 12);
        side->step = there >= side->wants ? LOOKS_AGAIN : ASKS;
        break;
    case ASKS:
        *(writes ? &ring->room_asked : &ring->data_asked) = true;
        side->step = LOOKS_AGAIN;
        break;
    case LOOKS_AGAIN:
        if (there == 0) {
            side->step = SLEEPS;
            break;
        }
        if (writes)
            ivc_xen_byte_ring_produce(ring, MIN(there, side->wants));
        else
            ivc_xen_byte_ring_consume(ring, MIN(there, side->wants));
        side->step = TELLS;
        break;
    case TELLS:
        if (ivc_xen_byte_ring_take(writes ? &ring->data_asked : &ring->room_asked))
            other->told = true;
        side->step = LOOKS;
        break;
    case SLEEPS:
        side->step = side->told ? LOOKS : SLEEPS;
        side->told = false;
        break;
    }
}

/* In any order of steps: who sleeps though there is something for it will be told. */
START_TEST(test_no_byte_waits_for_ever)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(points_seed("test_xen_rings", 20141121));
    IvcXenByteRing ring = {.size = 8, .page = 8, .data_asked = true};
    Side writer = {.step = LOOKS}, reader = {.step = LOOKS};
    uint32_t slept = 0;
    ring.prod = ring.cons = 0u - 5000;
    for (uint32_t step = 0; step < 200000; step++) {
        if (g_rand_int_range(rand, 0, 2))
            side_step(&writer, &reader, &ring, true, rand);
        else
            side_step(&reader, &writer, &ring, false, rand);
        ck_assert_uint_le(ivc_xen_byte_ring_ready(&ring), ring.size);
        bool write_waits = writer.step == SLEEPS && !writer.told;
        bool read_waits = reader.step == SLEEPS && !reader.told;
        ck_assert(!write_waits || ivc_xen_byte_ring_room(&ring) == 0 ||
                  (reader.step == TELLS && ring.room_asked));
        ck_assert(!read_waits || ivc_xen_byte_ring_ready(&ring) == 0 ||
                  (writer.step == TELLS && ring.data_asked));
        ck_assert(!write_waits || !read_waits);
        slept += write_waits || read_waits;
    }
    ck_assert_uint_gt(slept, 1000);
    ck_assert_uint_gt(ring.prod + 5000, 100000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xen_rings");
    TCase *tests = tcase_create("xen_rings");
    tcase_add_test(tests, test_a_push_notifies_when_it_contains_the_entry);
    tcase_add_test(tests, test_the_first_entry_of_a_ring_notifies);
    tcase_add_test(tests, test_collecting_waits_for_half);
    tcase_add_test(tests, test_waiting_for_more_requests);
    tcase_add_test(tests, test_no_wakeup_is_lost);
    tcase_add_test(tests, test_bytes_lie_one_after_the_other);
    tcase_add_test(tests, test_the_first_write_is_told);
    tcase_add_test(tests, test_no_byte_waits_for_ever);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
