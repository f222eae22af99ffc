/*
 * How well `export simgrid` has done, for programs: a row a pair of guests, errors as fractions.
 */
#include <math.h>
#include <string.h>

#include "sim/cli/export_simgrid.h"
#include "sim/stats/export.h"

static void set_real(json_t *row, const char *key, double value)
{
    json_object_set_new(row, key, isfinite(value) ? json_real(value) : json_null());
}

static json_t *make_row(const IvcExport *export, unsigned class_)
{
    const IvcFitClass *links = &g_array_index(export->fit->classes, IvcFitClass, class_);
    const IvcCurve *curve = export->curves->curves->pdata[class_];
    g_autofree char *pair = ivc_export_pair(export, class_);
    json_t *row = json_object();
    json_object_set_new(row, "pair", json_string(pair));
    json_object_set_new(row, "pairs", json_integer((json_int_t)curve->n_pairs));
    json_object_set_new(row, "sizes", json_integer(curve->points->len));
    set_real(row, "link_latency_s", links->latency_s);
    set_real(row, "link_bytes_per_s", links->bytes_per_s);
    set_real(row, "fit_error_max", links->error_max);
    set_real(row, "fit_error_median", links->error_median);
    set_real(row, "between_error_max", links->check_max);
    set_real(row, "between_error_median", links->check_median);
    if (export->trips) {
        IvcExportErrors fit = ivc_export_errors(export, class_, IVC_POINT_FIT);
        IvcExportErrors between = ivc_export_errors(export, class_, IVC_POINT_CHECK);
        set_real(row, "simgrid_fit_error_max", fit.worst);
        set_real(row, "simgrid_fit_error_median", fit.median);
        set_real(row, "simgrid_between_error_max", between.worst);
        set_real(row, "simgrid_between_error_median", between.median);
    }
    return row;
}

static char *make_json(const IvcExport *export, const json_t *rows, bool good)
{
    json_t *document = json_object();
    json_object_set_new(document, "schema", json_string("ivcsim-export/1"));
    json_object_set_new(document, "status", json_string(good ? "ok" : "inaccurate"));
    json_object_set_new(document, "pieces", json_integer(export->fit->segments->len));
    json_object_set_new(document, "eager_below_bytes",
                        json_integer((json_int_t) export->fit->eager_below));
    json_object_set_new(document, "pairs", json_incref((json_t *)rows));
    g_autofree char *line = ivc_export_line(document);
    json_decref(document);
    return g_strconcat(line, "\n", NULL);
}

char *ivc_export_results(const IvcExport *export, const char *format, bool good)
{
    json_t *rows = json_array();
    for (unsigned c = 0; c < export->curves->curves->len; c++)
        json_array_append_new(rows, make_row(export, c));
    char *text = strcmp(format, "csv") == 0     ? ivc_export_csv(rows)
                 : strcmp(format, "jsonl") == 0 ? ivc_export_jsonl(rows)
                                                : make_json(export, rows, good);
    json_decref(rows);
    return text;
}
