/*
 * Where the interval of a stream jumps from size to size: a larger message takes less time than a
 * smaller one, and not only once, as where a mechanism changes its way.
 */
#include "sim/simgrid/curve_rough.h"

#define DROP 0.04        /* of an interval: a larger message takes so much less; */
#define APART 2          /* two such, with so large a part of the size between them, are rough */
#define MARGIN 4         /* of the size, beside the first and the last of them */
#define ROUGH_JOIN 4     /* of a size between two parts at most: they are one */
#define LEVEL_ERROR 0.02 /* of a value, beyond what its size asks for: no level piece */
#define DRAWN_FROM 16    /* shorter ones are simulated one by one */
#define AROUND_LEAST 16  /* of a size are drawn, where the part ends, */
#define AROUND 4         /* and so much in its midst */

double ivc_curve_value(const IvcCurvePoint *p, IvcCurveField field)
{
    return (double)(field == IVC_CURVE_LATENCY ? p->latency_ps : p->interval_ps);
}

static bool level(const IvcCurvePoint *a, const IvcCurvePoint *b, IvcCurveField field)
{
    double grown = (double)b->bytes / (double)a->bytes * (1 + LEVEL_ERROR);
    return ivc_curve_value(b, field) < ivc_curve_value(a, field) * grown &&
           ivc_curve_value(a, field) < ivc_curve_value(b, field) * (1 + LEVEL_ERROR);
}

bool ivc_curve_step_after(const GArray *points, guint i, IvcCurveField field)
{
    if (i == 0 || i + 2 >= points->len)
        return false;
    const IvcCurvePoint *p = &g_array_index(points, IvcCurvePoint, i);
    return level(p - 1, p, field) && level(p + 1, p + 2, field);
}

GArray *ivc_curve_common_points(const GArray *points)
{
    GArray *common = g_array_new(FALSE, FALSE, sizeof(IvcCurvePoint));
    for (guint i = 0; i < points->len; i++)
        if (!g_array_index(points, IvcCurvePoint, i).lone)
            g_array_append_val(common, g_array_index(points, IvcCurvePoint, i));
    return common;
}

uint64_t ivc_curve_around(const IvcCurve *curve, uint64_t bytes)
{
    for (guint i = 0; curve->rough && i < curve->rough->len; i++) {
        const IvcCurveRough *r = &g_array_index(curve->rough, IvcCurveRough, i);
        if (bytes >= DRAWN_FROM && r->above < bytes && bytes < r->below)
            return CLAMP(MIN(bytes - r->above, r->below - bytes), bytes / AROUND_LEAST,
                         bytes / AROUND);
    }
    return 0;
}

/* A point at least a quarter below a size, or above it; the first or the last one if there is none.
 */
static uint64_t below(const GArray *points, guint i, uint64_t bytes)
{
    while (i > 0 && g_array_index(points, IvcCurvePoint, i).bytes > bytes - bytes / MARGIN)
        i--;
    return g_array_index(points, IvcCurvePoint, i).bytes;
}

static uint64_t above(const GArray *points, guint i, uint64_t bytes)
{
    while (i + 1 < points->len &&
           g_array_index(points, IvcCurvePoint, i).bytes < bytes + bytes / MARGIN)
        i++;
    return g_array_index(points, IvcCurvePoint, i).bytes;
}

bool ivc_curve_drops_at(const GArray *points, guint i, bool refined)
{
    const IvcCurvePoint *p = &g_array_index(points, IvcCurvePoint, i);
    return p->bytes >= DRAWN_FROM && p->around == 0 && p[-1].around == 0 &&
           (double)p->interval_ps < (double)p[-1].interval_ps * (1 - DROP) &&
           !(ivc_curve_step_after(points, i - 1, IVC_CURVE_INTERVAL) &&
             (!refined || p->bytes == p[-1].bytes + 1));
}

/* Beside a part that is known. */
static bool is_near(const GArray *rough, guint known, uint64_t bytes)
{
    for (guint i = 0; i < known; i++) {
        const IvcCurveRough *part = &g_array_index(rough, IvcCurveRough, i);
        if (bytes + bytes / APART >= part->above && bytes <= part->below + part->below / APART)
            return true;
    }
    return false;
}

/* Parts in which a larger message takes less, again and again, or once more. */
static void find_drops(const GArray *points, bool refined, GArray *rough)
{
    uint64_t first = 0, last = 0;
    guint n = 0, from = 0, known = rough->len;
    for (guint i = 1; i < points->len; i++) {
        const IvcCurvePoint *p = &g_array_index(points, IvcCurvePoint, i);
        if (!ivc_curve_drops_at(points, i, refined))
            continue;
        if (n > 0 && p->bytes > last + last / APART)
            n = 0;
        if (n == 0) {
            first = p[-1].bytes;
            from = i - 1;
        }
        last = p->bytes;
        n++;
        if (n < 2 && !is_near(rough, known, last))
            continue;
        IvcCurveRough part = {below(points, from, first), above(points, i, last)};
        g_array_append_val(rough, part);
    }
}

static int by_size(gconstpointer a, gconstpointer b)
{
    const IvcCurveRough *x = a, *y = b;
    return (x->above > y->above) - (x->above < y->above);
}

/* Parts that are close to each other are one. */
static void join_parts(GArray *rough)
{
    guint n = 0;
    g_array_sort(rough, by_size);
    for (guint i = 0; i < rough->len; i++) {
        const IvcCurveRough *part = &g_array_index(rough, IvcCurveRough, i);
        IvcCurveRough *last = n ? &g_array_index(rough, IvcCurveRough, n - 1) : NULL;
        if (last && part->above <= last->below + last->below / ROUGH_JOIN)
            last->below = MAX(last->below, part->below);
        else
            g_array_index(rough, IvcCurveRough, n++) = *part;
    }
    g_array_set_size(rough, n);
}

/* Of all parts. */
static uint64_t covered(const GArray *rough)
{
    uint64_t sum = 0;
    for (guint i = 0; i < rough->len; i++) {
        const IvcCurveRough *part = &g_array_index(rough, IvcCurveRough, i);
        sum += part->below - part->above;
    }
    return sum;
}

bool ivc_curve_find_rough(IvcCurve *curve, bool refined)
{
    g_autoptr(GArray) points = ivc_curve_common_points(curve->points);
    if (!curve->rough)
        curve->rough = g_array_new(FALSE, FALSE, sizeof(IvcCurveRough));
    uint64_t before = covered(curve->rough);
    find_drops(points, refined, curve->rough);
    join_parts(curve->rough);
    return covered(curve->rough) > before;
}
