/* Quantities: exact decimal text to integers and back.
 *
 * A text is a plain decimal number, at most one space, and a unit. The number is multiplied by the
 * unit digit by digit, so nothing is rounded: what is not a whole number of base units is refused.
 * Not here: arithmetic on quantities, and cycles as time (clock.c).
 */
#include "sim/base/units.h"

#include <string.h>

#include "sim/base/diag.h"

typedef struct {
    IvcQuantity what;
    const char *name;
    uint64_t scale; /* base units in one of these */
} Unit;

/* In rising order within a quantity. One spelling each. */
static const Unit units[] = {
    {IVC_QUANTITY_TIME, "ps", 1},
    {IVC_QUANTITY_TIME, "ns", 1000},
    {IVC_QUANTITY_TIME, "us", 1000000},
    {IVC_QUANTITY_TIME, "ms", 1000000000},
    {IVC_QUANTITY_TIME, "s", 1000000000000},
    {IVC_QUANTITY_CYCLES, "cycles", 1},
    {IVC_QUANTITY_SIZE, "B", 1},
    {IVC_QUANTITY_SIZE, "KiB", (uint64_t)1 << 10},
    {IVC_QUANTITY_SIZE, "MiB", (uint64_t)1 << 20},
    {IVC_QUANTITY_SIZE, "GiB", (uint64_t)1 << 30},
    {IVC_QUANTITY_SIZE, "TiB", (uint64_t)1 << 40},
    {IVC_QUANTITY_RATE, "bit/s", 1},
    {IVC_QUANTITY_RATE, "B/s", 8},
    {IVC_QUANTITY_RATE, "kbit/s", 1000},
    {IVC_QUANTITY_RATE, "kB/s", 8000},
    {IVC_QUANTITY_RATE, "Mbit/s", 1000000},
    {IVC_QUANTITY_RATE, "MB/s", 8000000},
    {IVC_QUANTITY_RATE, "Gbit/s", 1000000000},
    {IVC_QUANTITY_RATE, "GB/s", 8000000000},
    {IVC_QUANTITY_RATE, "Tbit/s", 1000000000000},
    {IVC_QUANTITY_RATE, "TB/s", 8000000000000},
    {IVC_QUANTITY_CLOCK, "Hz", 1},
    {IVC_QUANTITY_CLOCK, "kHz", 1000},
    {IVC_QUANTITY_CLOCK, "MHz", 1000000},
    {IVC_QUANTITY_CLOCK, "GHz", 1000000000},
    {IVC_QUANTITY_SHARE, "%", 10000},
};

/* Spellings that people try, and the one that is meant. */
static const struct {
    IvcQuantity what;
    const char *wrong;
    const char *right;
} misspelt[] = {
    {IVC_QUANTITY_SIZE, "K", "KiB"},         {IVC_QUANTITY_SIZE, "k", "KiB"},
    {IVC_QUANTITY_SIZE, "KB", "KiB"},        {IVC_QUANTITY_SIZE, "kB", "KiB"},
    {IVC_QUANTITY_SIZE, "kb", "KiB"},        {IVC_QUANTITY_SIZE, "Ki", "KiB"},
    {IVC_QUANTITY_SIZE, "M", "MiB"},         {IVC_QUANTITY_SIZE, "MB", "MiB"},
    {IVC_QUANTITY_SIZE, "mb", "MiB"},        {IVC_QUANTITY_SIZE, "Mi", "MiB"},
    {IVC_QUANTITY_SIZE, "G", "GiB"},         {IVC_QUANTITY_SIZE, "GB", "GiB"},
    {IVC_QUANTITY_SIZE, "gb", "GiB"},        {IVC_QUANTITY_SIZE, "Gi", "GiB"},
    {IVC_QUANTITY_SIZE, "T", "TiB"},         {IVC_QUANTITY_SIZE, "TB", "TiB"},
    {IVC_QUANTITY_SIZE, "byte", "B"},        {IVC_QUANTITY_SIZE, "bytes", "B"},
    {IVC_QUANTITY_CYCLES, "cyc", "cycles"},  {IVC_QUANTITY_CYCLES, "cycle", "cycles"},
    {IVC_QUANTITY_CYCLES, "c", "cycles"},    {IVC_QUANTITY_CYCLES, "cc", "cycles"},
    {IVC_QUANTITY_CYCLES, "clk", "cycles"},  {IVC_QUANTITY_CYCLES, "clocks", "cycles"},
    {IVC_QUANTITY_TIME, "\u00b5s", "us"},    {IVC_QUANTITY_TIME, "\u03bcs", "us"},
    {IVC_QUANTITY_TIME, "usec", "us"},       {IVC_QUANTITY_TIME, "msec", "ms"},
    {IVC_QUANTITY_TIME, "nsec", "ns"},       {IVC_QUANTITY_TIME, "sec", "s"},
    {IVC_QUANTITY_RATE, "bps", "bit/s"},     {IVC_QUANTITY_RATE, "Bps", "B/s"},
    {IVC_QUANTITY_RATE, "kbps", "kbit/s"},   {IVC_QUANTITY_RATE, "kBps", "kB/s"},
    {IVC_QUANTITY_RATE, "Mbps", "Mbit/s"},   {IVC_QUANTITY_RATE, "MBps", "MB/s"},
    {IVC_QUANTITY_RATE, "Gbps", "Gbit/s"},   {IVC_QUANTITY_RATE, "GBps", "GB/s"},
    {IVC_QUANTITY_RATE, "Tbps", "Tbit/s"},   {IVC_QUANTITY_RATE, "TBps", "TB/s"},
    {IVC_QUANTITY_RATE, "Mb/s", "Mbit/s"},   {IVC_QUANTITY_RATE, "Gb/s", "Gbit/s"},
    {IVC_QUANTITY_RATE, "Kbit/s", "kbit/s"}, {IVC_QUANTITY_RATE, "KB/s", "kB/s"},
};

static const struct {
    const char *name;
    const char *example;
    const char *base; /* for "is not a whole number of ..." */
    const char *list; /* every unit */
} quantities[] = {
    [IVC_QUANTITY_COUNT] = {"a whole number", "'256'", "ones", "none"},
    [IVC_QUANTITY_TIME] = {"a time", "'48ns'", "picoseconds", "ps, ns, us, ms, s"},
    [IVC_QUANTITY_CYCLES] = {"cycles", "'120cycles'", "cycles", "cycles"},
    [IVC_QUANTITY_COST] = {"cycles or a time", "'120cycles' or '48ns'", "picoseconds",
                           "cycles, ps, ns, us, ms, s"},
    [IVC_QUANTITY_SIZE] = {"a size", "'64KiB'", "bytes", "B, KiB, MiB, GiB, TiB"},
    [IVC_QUANTITY_RATE] = {"a rate", "'9.5GB/s' or '941Mbit/s'", "bits per second",
                           "bit/s and B/s with the decimal prefixes k, M, G, T"},
    [IVC_QUANTITY_CLOCK] = {"a clock", "'800MHz'", "hertz", "Hz, kHz, MHz, GHz"},
    [IVC_QUANTITY_SHARE] = {"a share", "'5%'", "millionths", "%"},
};

/* The parts of "1.50 KiB": digits, fraction, unit. */
typedef struct {
    const char *whole;
    size_t n_whole;
    const char *fraction;
    size_t n_fraction;
    const char *unit;
} Parts;

/* Fractions longer than this cannot be exact: 2^-40 has 40 digits. */
#define FRACTION_MAX 64

void ivc_quantity_error_clear(IvcQuantityError *error)
{
    g_clear_pointer(&error->what, g_free);
    g_clear_pointer(&error->hint, g_free);
}

const char *ivc_quantity_name(IvcQuantity what)
{
    return quantities[what].name;
}

const char *ivc_quantity_example(IvcQuantity what)
{
    return quantities[what].example;
}

/* Fills the error; takes both texts over. */
static bool fail(IvcQuantityError *reterr, const char *code, char *what, char *hint)
{
    *reterr = (IvcQuantityError){.code = code, .what = what, .hint = hint};
    return false;
}

static char *example_hint(IvcQuantity what)
{
    return g_strdup_printf("write for example %s", ivc_quantity_example(what));
}

static bool fits(IvcQuantity what, IvcQuantity of_unit)
{
    return of_unit == what || (what == IVC_QUANTITY_COST &&
                               (of_unit == IVC_QUANTITY_TIME || of_unit == IVC_QUANTITY_CYCLES));
}

static bool fail_number(IvcQuantity what, const char *text, IvcQuantityError *reterr)
{
    g_autofree char *shown = ivc_text_escape(text, strlen(text), 40);
    if (text[0] == '\0')
        return fail(reterr, "config-type",
                    g_strdup_printf("expected %s, got nothing", ivc_quantity_name(what)),
                    example_hint(what));
    if (text[0] == '-' && g_ascii_isdigit(text[1]))
        return fail(
            reterr, "config-range",
            g_strdup_printf("expected %s, got the negative '%s'", ivc_quantity_name(what), shown),
            NULL);
    return fail(reterr, "config-type",
                g_strdup_printf("expected %s, got '%s'", ivc_quantity_name(what), shown),
                example_hint(what));
}

/* Numbers of other grammars: 0x10, 1e6, 1_000, 1,000, 007, 5. */
static bool fail_spelling(const char *text, const char *why, IvcQuantityError *reterr)
{
    g_autofree char *shown = ivc_text_escape(text, strlen(text), 40);
    return fail(reterr, "config-type", g_strdup_printf("'%s' is not a plain decimal number", shown),
                g_strdup(why));
}

static const char *spelling_problem(const Parts *parts)
{
    const char *unit = parts->unit;
    if (parts->n_whole == 1 && parts->whole[0] == '0' && (unit[0] == 'x' || unit[0] == 'X'))
        return "write the number in decimal, hexadecimal is not read";
    if (parts->n_whole > 1 && parts->whole[0] == '0')
        return "leave out the leading zeros";
    if (unit[0] == '_' || unit[0] == ',' || unit[0] == '\'')
        return "write the digits without separators, and fractions with a point";
    if (unit[0] == '.')
        return "a point stands between digits";
    if ((unit[0] == 'e' || unit[0] == 'E') &&
        (g_ascii_isdigit(unit[1]) || unit[1] == '-' || unit[1] == '+'))
        return "write the number out, exponents are not read";
    return NULL;
}

static bool split(IvcQuantity what, const char *text, Parts *ret, IvcQuantityError *reterr)
{
    Parts parts = {.whole = text};
    const char *at = text;
    while (g_ascii_isdigit(*at))
        at++;
    parts.n_whole = (size_t)(at - text);
    if (parts.n_whole == 0)
        return fail_number(what, text, reterr);
    if (at[0] == '.' && g_ascii_isdigit(at[1])) {
        parts.fraction = ++at;
        while (g_ascii_isdigit(*at))
            at++;
        parts.n_fraction = (size_t)(at - parts.fraction);
    }
    parts.unit = at;
    const char *problem = spelling_problem(&parts);
    if (problem)
        return fail_spelling(text, problem, reterr);
    if (at[0] == ' ' && at[1] != '\0')
        parts.unit++;
    *ret = parts;
    return true;
}

static const Unit *unit_find(IvcQuantity what, const char *name)
{
    const Unit *other = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (strcmp(units[i].name, name) != 0)
            continue;
        if (fits(what, units[i].what))
            return &units[i];
        other = &units[i];
    }
    return other;
}

/* The unit that was meant by a misspelt one, or NULL. */
static const char *unit_meant(IvcQuantity what, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(misspelt); i++) {
        if (fits(what, misspelt[i].what) && strcmp(misspelt[i].wrong, name) == 0)
            return misspelt[i].right;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        /* in rates the case tells bits from bytes: nothing is guessed there */
        if (fits(what, units[i].what) && units[i].what != IVC_QUANTITY_RATE &&
            g_ascii_strcasecmp(units[i].name, name) == 0)
            return units[i].name;
    }
    return NULL;
}

/* No unit, one of another quantity, or none that exists. */
static bool fail_unit(IvcQuantity what, const Parts *parts, const Unit *other,
                      IvcQuantityError *reterr)
{
    const char *unit = parts->unit;
    if (unit[0] == '\0')
        return fail(
            reterr, "config-unit",
            g_strdup_printf("expected %s, got a number without a unit", ivc_quantity_name(what)),
            what == IVC_QUANTITY_SHARE && parts->n_fraction == 0
                ? g_strdup_printf("write '%.24s%%'", parts->whole)
                : example_hint(what));
    size_t n_number = parts->n_whole + (parts->n_fraction ? 1 + parts->n_fraction : 0);
    g_autofree char *number = ivc_text_escape(parts->whole, n_number, 24);
    g_autofree char *shown = ivc_text_escape(unit, strlen(unit), 24);
    const char *meant = unit_meant(what, unit);
    if (what == IVC_QUANTITY_COUNT)
        return fail(reterr, "config-unit",
                    g_strdup_printf("expected a whole number, got the unit '%s'", shown),
                    g_strdup_printf("write '%s' alone", number));
    if (meant)
        return fail(reterr, "config-unit",
                    g_strdup_printf("expected %s, '%s' is not one of its units",
                                    ivc_quantity_name(what), shown),
                    g_strdup_printf("write '%s%s'; the units are %s", number, meant,
                                    quantities[what].list));
    if (other)
        return fail(reterr, "config-unit",
                    g_strdup_printf("expected %s, got %s", ivc_quantity_name(what),
                                    ivc_quantity_name(other->what)),
                    example_hint(what));
    return fail(reterr, "config-unit",
                g_strdup_printf("expected %s, '%s' is not one of its units",
                                ivc_quantity_name(what), shown),
                g_strdup_printf("the units are %s", quantities[what].list));
}

static bool fail_range(IvcQuantity what, const char *text, const char *why,
                       IvcQuantityError *reterr)
{
    g_autofree char *shown = ivc_text_escape(text, strlen(text), 40);
    return fail(reterr, "config-range", g_strdup_printf("'%s' %s", shown, why),
                what == IVC_QUANTITY_COUNT ? NULL : example_hint(what));
}

/* whole * scale; false when it does not fit. */
static bool scale_whole(const Parts *parts, uint64_t scale, uint64_t *ret)
{
    uint64_t n = 0;
    for (size_t i = 0; i < parts->n_whole; i++) {
        uint64_t digit = (uint64_t)(parts->whole[i] - '0');
        if (__builtin_mul_overflow(n, (uint64_t)10, &n) || __builtin_add_overflow(n, digit, &n))
            return false;
    }
    return !__builtin_mul_overflow(n, scale, ret);
}

/* fraction * scale, by long multiplication from the last digit; false when it is not whole. */
static bool scale_fraction(const Parts *parts, uint64_t scale, uint64_t *ret)
{
    size_t n = parts->n_fraction;
    while (n > 0 && parts->fraction[n - 1] == '0')
        n--;
    if (n > FRACTION_MAX)
        return false;
    uint64_t carry = 0;
    bool whole = true;
    for (size_t i = n; i-- > 0;) {
        uint64_t product = (uint64_t)(parts->fraction[i] - '0') * scale + carry;
        whole = whole && product % 10 == 0;
        carry = product / 10;
    }
    *ret = carry;
    return whole;
}

bool ivc_quantity_parse(IvcQuantity what, const char *text, IvcAmount *ret_amount,
                        IvcQuantityError *reterr)
{
    Parts parts = {0};
    Unit unit = {what, "", 1};
    if (!split(what, text, &parts, reterr))
        return false;
    bool bare_zero = parts.n_whole == 1 && text[0] == '0' && text[1] == '\0';
    if (what == IVC_QUANTITY_COUNT) {
        if (parts.unit[0] != '\0')
            return fail_unit(what, &parts, NULL, reterr);
        if (parts.n_fraction > 0)
            return fail_number(what, text, reterr);
    } else if (!bare_zero) {
        const Unit *found = unit_find(what, parts.unit);
        if (!found || !fits(what, found->what))
            return fail_unit(what, &parts, found, reterr);
        unit = *found;
    }
    uint64_t n;
    uint64_t rest;
    if (!scale_fraction(&parts, unit.scale, &rest)) {
        g_autofree char *why =
            g_strdup_printf("is not a whole number of %s", quantities[unit.what].base);
        return fail_range(what, text, why, reterr);
    }
    if (!scale_whole(&parts, unit.scale, &n) || __builtin_add_overflow(n, rest, &n))
        return fail_range(what, text, "is too large: it does not fit into 64 bits", reterr);
    if (what == IVC_QUANTITY_CLOCK && n == 0)
        return fail_range(what, text, "is not a clock: it never ticks", reterr);
    *ret_amount = (IvcAmount){.n = n, .is_time = unit.what == IVC_QUANTITY_TIME};
    return true;
}

/* n / scale as an exact decimal, or NULL when it has no end within FRACTION_MAX digits. */
static char *exact_decimal(uint64_t n, uint64_t scale)
{
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%" G_GUINT64_FORMAT, n / scale);
    uint64_t rest = n % scale;
    for (int i = 0; rest != 0; i++) {
        if (i == FRACTION_MAX) {
            g_string_free(text, TRUE);
            return NULL;
        }
        if (i == 0)
            g_string_append_c(text, '.');
        rest *= 10; /* scale < 2^43, so it fits */
        g_string_append_c(text, (char)('0' + rest / scale));
        rest %= scale;
    }
    return g_string_free(text, FALSE);
}

char *ivc_quantity_format(IvcQuantity what, IvcAmount amount)
{
    if (what == IVC_QUANTITY_COUNT)
        return g_strdup_printf("%" G_GUINT64_FORMAT, amount.n);
    if (what == IVC_QUANTITY_COST)
        what = amount.is_time ? IVC_QUANTITY_TIME : IVC_QUANTITY_CYCLES;
    char *best = NULL;
    bool best_whole = false;
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        const Unit *unit = &units[i];
        if (unit->what != what || (best && amount.n < unit->scale))
            continue;
        g_autofree char *number = exact_decimal(amount.n, unit->scale);
        if (!number)
            continue;
        g_autofree char *text = g_strconcat(number, unit->name, NULL);
        bool whole = amount.n % unit->scale == 0;
        /* shortest wins; among equals a whole number, then the larger unit */
        if (!best || strlen(text) < strlen(best) ||
            (strlen(text) == strlen(best) && whole >= best_whole)) {
            g_free(best);
            best = g_steal_pointer(&text);
            best_whole = whole;
        }
    }
    return best;
}
