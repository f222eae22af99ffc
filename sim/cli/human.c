/*
 * Numbers for people: few digits and a fitting unit. Never for files that programs read.
 */
#include <string.h>

#include "sim/cli/table.h"

char *ivc_human_bytes(uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    unsigned unit = 0;
    uint64_t scale = 1;
    while (unit + 1 < G_N_ELEMENTS(units) && bytes / scale >= 1024) {
        scale *= 1024;
        unit++;
    }
    if (bytes % scale == 0)
        return g_strdup_printf("%" G_GUINT64_FORMAT " %s", bytes / scale, units[unit]);
    return g_strdup_printf("%.2f %s", (double)bytes / (double)scale, units[unit]);
}

/* Three significant digits, but never an exponent. */
static char *scale_decimal(double value, const char *const *units, size_t n, double step)
{
    size_t unit = 0;
    while (unit + 1 < n && value >= step * 0.9995) {
        value /= step;
        unit++;
    }
    int decimals = value >= 100.0 ? 0 : value >= 10.0 ? 1 : 2;
    const char *space = *units[unit] != '\0' ? " " : "";
    return g_strdup_printf("%.*f%s%s", decimals, value, space, units[unit]);
}

char *ivc_human_rate(double bytes_per_s)
{
    static const char *const units[] = {"B/s", "kB/s", "MB/s", "GB/s", "TB/s"};
    return scale_decimal(bytes_per_s, units, G_N_ELEMENTS(units), 1000.0);
}

char *ivc_human_time(uint64_t ps)
{
    static const char *const units[] = {"ps", "ns", "us", "ms", "s"};
    if (ps < 1000)
        return g_strdup_printf("%" G_GUINT64_FORMAT " ps", ps);
    return scale_decimal((double)ps, units, G_N_ELEMENTS(units), 1000.0);
}

char *ivc_human_count(double value)
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    if (value < 1000.0 && value == (double)(int)value)
        return g_strdup_printf("%d", (int)value);
    return scale_decimal(value, units, G_N_ELEMENTS(units), 1000.0);
}

char *ivc_human_list(const char *text)
{
    if (text == NULL || text[0] != '[') {
        return g_strdup(text != NULL ? text : "-");
    }
    guint64 first = 0;
    guint64 n = 0;
    for (const char *at = text; *at == '[' || *at == ','; n++) {
        char *end = NULL;
        at += strspn(at, "[, ");
        guint64 value = g_ascii_strtoull(at, &end, 10);
        first = n == 0 ? value : first;
        if (end == at || value != first + n) {
            return g_strdup(text);
        }
        at = end;
    }
    return n == 1
               ? g_strdup_printf("%" G_GUINT64_FORMAT, first)
               : g_strdup_printf("%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, first, first + n - 1);
}

char *ivc_human_axis(const GPtrArray *axes, guint i)
{
    const char *path = axes->pdata[i];
    const char *end = strrchr(path, '.');
    for (guint k = 0; k < axes->len && end; k++)
        while (k != i && end &&
               (g_str_has_suffix(axes->pdata[k], end) || strcmp(axes->pdata[k], end + 1) == 0))
            end = g_strrstr_len(path, end - path, ".");
    return g_strdup(end ? end + 1 : path);
}
