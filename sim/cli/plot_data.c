/*
 * Sorts the points of a result into the series of a figure. Takes points as they are: derives no
 * figure of its own and drops nothing but points that failed, which it counts.
 */
#include "sim/cli/plot_data.h"

#include <math.h>
#include <string.h>

#include "sim/base/units.h"
#include "sim/cli/plot_text.h"
#include "sim/cli/table.h"

/* What may tell points apart, besides the axes that the points name; the first that varies is x. */
static const char *const KEYS[] = {"workload.program", "message_bytes", "ranks", "workload",
                                   "profile",          "mode",          "seed",  NULL};

/* In the picture longer names would leave no room for it. */
#define LABEL_MAX 48 /* of a series: as many fit below the picture */
#define X_NAME_MAX 34

GQuark ivc_plot_error_quark(void)
{
    return g_quark_from_static_string("ivc-plot-error-quark");
}

const IvcPlotSeries *ivc_plot_series(const IvcPlotData *data, size_t i)
{
    return g_ptr_array_index(data->series, i);
}

const IvcPlotPoint *ivc_plot_point(const IvcPlotSeries *series, size_t i)
{
    return &g_array_index(series->points, IvcPlotPoint, i);
}

size_t ivc_plot_position(const IvcPlotData *data, double x)
{
    size_t i = 0;
    while (i + 1 < data->xs->len && g_array_index(data->xs, double, i) < x) {
        i++;
    }
    return i;
}

void ivc_plot_append_row(GString *table, const IvcPlotData *data, double x, const double *values,
                         size_t n)
{
    g_string_append_printf(table, "%zu ", ivc_plot_position(data, x));
    ivc_plot_append_number(table, x);
    for (size_t i = 0; i < n; i++) {
        g_string_append_c(table, ' ');
        ivc_plot_append_number(table, values[i]);
    }
    g_string_append_c(table, '\n');
}

/* A scalar of a point as text, NULL when there is none. */
static char *point_text(const json_t *point, const char *key)
{
    const json_t *value = json_object_get(point, key);
    if (json_is_string(value)) {
        return g_strdup(json_string_value(value));
    }
    if (json_is_integer(value)) {
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    }
    if (json_is_real(value)) {
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        return g_strdup(g_ascii_formatd(number, sizeof number, "%.9g", json_real_value(value)));
    }
    return json_is_boolean(value) ? g_strdup(json_is_true(value) ? "true" : "false") : NULL;
}

static bool is_drawable(const json_t *point)
{
    return json_is_object(point) && json_is_string(json_object_get(point, "channel")) &&
           json_is_number(json_object_get(point, "bandwidth_bytes_per_s"));
}

/* Does the key tell apart points of one channel? What goes with the channel (its mode) does not. */
static bool varies(const json_t *points, const char *key)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    size_t i;
    const json_t *point;
    json_array_foreach(points, i, point)
    {
        if (!is_drawable(point)) {
            continue;
        }
        const char *channel = json_string_value(json_object_get(point, "channel"));
        g_autofree char *text = point_text(point, key);
        char *first = NULL;
        if (!g_hash_table_lookup_extended(seen, channel, NULL, (void **)&first)) {
            g_hash_table_insert(seen, (char *)channel, g_steal_pointer(&text));
        } else if (g_strcmp0(first, text) != 0) {
            return true;
        }
    }
    return false;
}

/* Is there more than one channel? */
static bool has_channels(const json_t *points)
{
    const char *first = NULL;
    size_t i;
    const json_t *point;
    json_array_foreach(points, i, point)
    {
        const char *channel = json_string_value(json_object_get(point, "channel"));
        if (is_drawable(point) && first != NULL && strcmp(first, channel) != 0) {
            return true;
        }
        first = is_drawable(point) ? channel : first;
    }
    return false;
}

/* Has every point with the same value of `known` the same value of `key`? */
static bool follows(const json_t *points, const char *key, const char *known)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    size_t i;
    const json_t *point;
    json_array_foreach(points, i, point)
    {
        g_autofree char *given = is_drawable(point) ? point_text(point, known) : NULL;
        g_autofree char *text = point_text(point, key);
        char *first = NULL;
        if (given == NULL) {
            continue;
        }
        if (!g_hash_table_lookup_extended(seen, given, NULL, (void **)&first)) {
            g_hash_table_insert(seen, g_steal_pointer(&given), g_steal_pointer(&text));
        } else if (g_strcmp0(first, text) != 0) {
            return false;
        }
    }
    return true;
}

/* Does one of the keys found so far say already what this one says, as in a lock-step axis? */
static bool is_said(const json_t *points, const char *key, const GPtrArray *found)
{
    for (guint i = 0; i < found->len; i++) {
        if (follows(points, key, g_ptr_array_index(found, i))) {
            return true;
        }
    }
    return false;
}

/* Is the buffer size only what each kind of workload takes by itself? */
static bool size_is_workload(const json_t *points)
{
    return varies(points, "workload") && follows(points, "message_bytes", "workload");
}

/* The keys in which the points differ: KEYS first, then axes, which have a dot in their path.
 * An axis that sets what a column shows (workload.message) says the same twice and is left out; of
 * those in lock-step the first one names the points. */
static GPtrArray *dimensions(const json_t *points)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; KEYS[i] != NULL; i++) {
        bool size = strcmp(KEYS[i], "message_bytes") == 0;
        if (varies(points, KEYS[i]) && !(size && size_is_workload(points))) {
            g_ptr_array_add(found, g_strdup(KEYS[i]));
        }
    }
    size_t i;
    const json_t *point;
    json_array_foreach(points, i, point)
    {
        const char *key;
        const json_t *value;
        json_object_foreach((json_t *)point, key, value)
        {
            bool scalar = !json_is_object(value) && !json_is_array(value);
            bool known = strcmp(key, "workload.message") == 0 ||
                         strcmp(key, "workload.ranks") == 0 ||
                         g_ptr_array_find_with_equal_func(found, key, g_str_equal, NULL);
            if (strchr(key, '.') != NULL && scalar && !known && varies(points, key) &&
                !is_said(points, key, found)) {
                g_ptr_array_add(found, g_strdup(key));
            }
        }
    }
    return found;
}

/* The values of x as numbers when all of them are quantities of one kind. */
static bool quantity_of(const json_t *points, const char *key, IvcQuantity *ret_what)
{
    for (IvcQuantity what = IVC_QUANTITY_COUNT; what <= IVC_QUANTITY_CLOCK; what++) {
        bool all = true;
        size_t i;
        const json_t *point;
        json_array_foreach(points, i, point)
        {
            g_autofree char *text = is_drawable(point) ? point_text(point, key) : NULL;
            IvcAmount amount = {0};
            IvcQuantityError wrong = {0};
            all = all && (!is_drawable(point) ||
                          (text != NULL && ivc_quantity_parse(what, text, &amount, &wrong)));
            ivc_quantity_error_clear(&wrong);
        }
        if (all && what != IVC_QUANTITY_COST) {
            *ret_what = what;
            return true;
        }
    }
    return false;
}

static int compare_points(const void *a, const void *b)
{
    const IvcPlotPoint *left = a;
    const IvcPlotPoint *right = b;
    return (left->x > right->x) - (left->x < right->x);
}

static void series_free(void *item)
{
    IvcPlotSeries *series = item;
    g_free(series->name);
    g_free(series->label);
    g_free(series->apart);
    g_array_free(series->points, TRUE);
    g_free(series);
}

static bool is_word(const char *text)
{
    return g_ascii_isalpha(text[0]) && strcmp(text, "true") != 0 && strcmp(text, "false") != 0 &&
           strcmp(text, "none") != 0;
}

/* How a series is called, in full: the channel, and all else that varies. */
static char *series_name(const json_t *point, const GPtrArray *dims, const char *x_key,
                         bool channels)
{
    GString *label = g_string_new(NULL);
    if (channels || dims->len == 0 || (dims->len == 1 && x_key != NULL)) {
        g_string_append(label, json_string_value(json_object_get(point, "channel")));
    }
    for (guint i = 0; i < dims->len; i++) {
        const char *key = g_ptr_array_index(dims, i);
        if (g_strcmp0(key, x_key) == 0) {
            continue;
        }
        g_autofree char *whole = point_text(point, key);
        g_autofree char *text = ivc_human_list(whole);
        g_autofree char *axis = ivc_human_axis(dims, i);
        bool only = strchr(key, '.') != NULL && strchr(axis, '.') == NULL;
        if (is_word(text) && (strcmp(key, "workload") == 0 || (label->len == 0 && only))) {
            /* 'credit2' needs no 'scheduler' before it, 'osu-latency' no 'workload' */
            g_string_append_printf(label, "%s%s", label->len > 0 ? ", " : "", text);
            continue;
        }
        g_string_append_printf(label, "%s%s %s", label->len > 0 ? ", " : "", axis, text);
    }
    return g_string_free(label, FALSE);
}

/* What the scenario names, and what the guests would use without any of this: MPICH2. */
static bool is_baseline(const IvcPlotData *data, const json_t *point)
{
    const char *channel = json_string_value(json_object_get(point, "channel"));
    const char *mechanism = json_string_value(json_object_get(point, "mechanism"));
    return g_strcmp0(data->baseline, channel) == 0 || g_strcmp0(mechanism, "nemesis") == 0 ||
           g_strcmp0(mechanism, "sock") == 0;
}

static IvcPlotSeries *find_series(IvcPlotData *data, const char *name, const char *apart)
{
    for (guint i = 0; i < data->series->len; i++) {
        IvcPlotSeries *series = g_ptr_array_index(data->series, i);
        if (strcmp(series->name, name) == 0) {
            return series;
        }
    }
    IvcPlotSeries *series = g_new0(IvcPlotSeries, 1);
    series->name = g_strdup(name);
    series->apart = ivc_plot_clean(apart, SIZE_MAX);
    series->points = g_array_new(FALSE, FALSE, sizeof(IvcPlotPoint));
    g_ptr_array_add(data->series, series);
    return series;
}

/* "../mpi/halo.c": halo */
static char *program_name(const char *path)
{
    char *name = g_path_get_basename(path != NULL ? path : "");
    if (g_str_has_suffix(name, ".c")) {
        name[strlen(name) - 2] = '\0';
    }
    return name;
}

/* The point at its place on the axis. */
static IvcPlotPoint place(IvcPlotData *data, const json_t *point, const char *key, IvcQuantity what)
{
    g_autofree char *text = point_text(point, key);
    if (data->axis != IVC_PLOT_CATEGORIES) {
        IvcAmount amount = {0};
        IvcQuantityError wrong = {0};
        bool ok = text != NULL && ivc_quantity_parse(what, text, &amount, &wrong);
        ivc_quantity_error_clear(&wrong);
        return ok ? (IvcPlotPoint){point, (double)amount.n, amount.n}
                  : (IvcPlotPoint){.json = point};
    }
    guint position = 0;
    const char *whole = text != NULL ? text : "-";
    if (!g_ptr_array_find_with_equal_func(data->x_texts, whole, g_str_equal, &position)) {
        position = data->x_texts->len;
        bool path = strcmp(key, "workload.program") == 0;
        g_autofree char *brief = path ? program_name(whole) : ivc_human_list(whole);
        bool taken = g_ptr_array_find_with_equal_func(data->x_names, brief, g_str_equal, NULL);
        g_ptr_array_add(data->x_texts, g_strdup(whole));
        g_ptr_array_add(data->x_names, g_strdup(taken ? whole : brief));
    }
    return (IvcPlotPoint){.json = point, .x = position};
}

static void collect_guests(IvcPlotData *data, const json_t *point)
{
    const char *guest;
    json_t *value;
    json_object_foreach(json_object_get(point, "cpu_running_share"), guest, value)
    {
        if (!g_ptr_array_find_with_equal_func(data->guests, guest, g_str_equal, NULL)) {
            g_ptr_array_add(data->guests, (void *)guest);
        }
    }
}

static void collect_interval(IvcPlotData *data, const json_t *point)
{
    const json_t *confidence = json_object_get(point, "confidence");
    if (json_is_number(confidence)) {
        data->n_intervals++;
        data->confidence = json_number_value(confidence);
    }
    data->n_estimated += json_is_true(json_object_get(point, "estimated")) ? 1 : 0;
}

/* From here on names are for people: until now they told series and categories apart. */
static void make_labels(IvcPlotData *data)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < data->series->len; i++) {
        g_ptr_array_add(names, ivc_plot_series(data, i)->name);
    }
    g_autoptr(GPtrArray) labels = ivc_plot_cut_apart(names, LABEL_MAX);
    for (guint i = 0; i < data->series->len; i++) {
        IvcPlotSeries *series = g_ptr_array_index(data->series, i);
        g_autofree char *raw = series->name;
        series->name = ivc_plot_clean(raw, SIZE_MAX);
        series->label = g_strdup(g_ptr_array_index(labels, i));
    }
    g_autoptr(GPtrArray) whole = data->x_names;
    data->x_names = ivc_plot_cut_apart(whole, X_NAME_MAX);
}

static void collect_xs(IvcPlotData *data, IvcQuantity what)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(IvcPlotPoint));
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        g_array_sort(series->points, compare_points);
        g_array_append_vals(all, series->points->data, series->points->len);
    }
    g_array_sort(all, compare_points);
    for (guint i = 0; i < all->len; i++) {
        const IvcPlotPoint *point = &g_array_index(all, IvcPlotPoint, i);
        if (i > 0 && point->x <= g_array_index(data->xs, double, data->xs->len - 1)) {
            continue;
        }
        g_array_append_val(data->xs, point->x);
        if (data->axis != IVC_PLOT_CATEGORIES) {
            IvcAmount amount = {.n = point->amount};
            g_ptr_array_add(data->x_names, data->axis == IVC_PLOT_SIZES
                                               ? ivc_plot_size_text(point->x)
                                               : ivc_quantity_format(what, amount));
        }
    }
}

/* The scenario's name and sentence stand at the top, in the manifest, or in its resolved text. */
static void read_head(IvcPlotData *data)
{
    const json_t *manifest = json_object_get(data->document, "manifest");
    const json_t *first = json_array_get(json_object_get(data->document, "points"), 0);
    const json_t *places[] = {data->document, manifest, first};
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        const char *name = json_string_value(json_object_get(places[i], "scenario"));
        const char *about = json_string_value(json_object_get(places[i], "about"));
        const char *version = json_string_value(json_object_get(places[i], "version"));
        data->name = data->name == NULL ? g_strdup(name) : data->name;
        data->about = data->about == NULL ? g_strdup(about) : data->about;
        data->version = data->version == NULL ? g_strdup(version) : data->version;
    }
    const char *resolved = json_string_value(json_object_get(manifest, "resolved"));
    data->baseline = g_strdup(json_string_value(json_object_get(data->document, "baseline")));
    if (resolved != NULL) {
        g_autofree char *title = ivc_plot_yaml_value(resolved, "report", "title");
        g_autofree char *about = ivc_plot_yaml_value(resolved, NULL, "about");
        char *headline = g_strdup(title != NULL ? title : about);
        if (headline != NULL) {
            g_free(data->about);
            data->about = headline;
        }
        if (data->baseline == NULL) {
            data->baseline = ivc_plot_yaml_value(resolved, "report", "baseline");
        }
        g_autofree char *figures = ivc_plot_yaml_value(resolved, "report", "figures");
        if (figures != NULL) {
            data->figures = g_strsplit_set(figures, "[], ", -1);
        }
    }
    if (data->name == NULL) {
        data->name = g_strdup("results");
    }
}

static void sort_points(IvcPlotData *data, const json_t *points)
{
    g_autoptr(GPtrArray) dims = dimensions(points);
    const char *x_key = dims->len > 0 ? g_ptr_array_index(dims, 0) : "message_bytes";
    bool channels = has_channels(points);
    IvcQuantity what = IVC_QUANTITY_COUNT;
    bool sizes = strcmp(x_key, "message_bytes") == 0;
    if (!quantity_of(points, x_key, &what)) {
        data->axis = IVC_PLOT_CATEGORIES;
    } else {
        data->axis = sizes || what == IVC_QUANTITY_SIZE ? IVC_PLOT_SIZES : IVC_PLOT_NUMBERS;
    }
    data->x_label = sizes ? g_strdup("buffer size") : ivc_plot_clean(x_key, X_NAME_MAX);
    size_t i;
    const json_t *point;
    json_array_foreach(points, i, point)
    {
        if (!is_drawable(point)) {
            data->n_failed++;
            continue;
        }
        g_autofree char *name = series_name(point, dims, x_key, channels);
        g_autofree char *apart =
            dims->len > 1 ? series_name(point, dims, x_key, false) : g_strdup("");
        IvcPlotSeries *series = find_series(data, name, apart);
        IvcPlotPoint item = place(data, point, x_key, what);
        g_array_append_val(series->points, item);
        series->baseline = series->baseline || is_baseline(data, point);
        data->n_capped += json_is_true(json_object_get(point, "capped")) ? 1 : 0;
        collect_interval(data, point);
        collect_guests(data, point);
    }
    make_labels(data);
    collect_xs(data, what);
}

IvcPlotData *ivc_plot_data_new(json_t *document, GError **error)
{
    const json_t *points = json_object_get(document, "points");
    if (!json_is_array(points)) {
        g_set_error(error, IVC_PLOT_ERROR, IVC_PLOT_ERROR_INPUT,
                    "no results of a sweep: there is no array 'points'");
        return NULL;
    }
    g_autoptr(IvcPlotData) data = g_new0(IvcPlotData, 1);
    data->document = json_incref(document);
    data->xs = g_array_new(FALSE, FALSE, sizeof(double));
    data->x_texts = g_ptr_array_new_with_free_func(g_free);
    data->x_names = g_ptr_array_new_with_free_func(g_free);
    data->series = g_ptr_array_new_with_free_func(series_free);
    data->guests = g_ptr_array_new();
    read_head(data);
    sort_points(data, points);
    if (data->series->len == 0) {
        g_set_error(error, IVC_PLOT_ERROR, IVC_PLOT_ERROR_INPUT,
                    "nothing to draw: none of the %zu points has a result", data->n_failed);
        return NULL;
    }
    return g_steal_pointer(&data);
}

void ivc_plot_data_free(IvcPlotData *data)
{
    if (data == NULL) {
        return;
    }
    json_decref(data->document);
    g_free(data->name);
    g_free(data->about);
    g_free(data->version);
    g_free(data->baseline);
    g_strfreev(data->figures);
    g_free(data->x_label);
    g_array_free(data->xs, TRUE);
    g_ptr_array_free(data->x_texts, TRUE);
    g_ptr_array_free(data->x_names, TRUE);
    g_ptr_array_free(data->series, TRUE);
    g_ptr_array_free(data->guests, TRUE);
    g_free(data);
}
