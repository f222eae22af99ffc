/*
 * list errors and columns: what messages and results can contain.
 */
#include <string.h>

#include "sim/cli/listing.h"
#include "sim/stats/columns.h"

const IvcErrorCode ivc_error_codes[] = {
    {"config-access", "a guest uses what the scenario does not let it use"},
    {"config-choice",
     "a value is none of the allowed words, or names something that does not exist"},
    {"config-conflict", "two parts of a scenario contradict each other"},
    {"config-data", "a row or a column of a data set cannot be read"},
    {"config-duplicate", "a key or a name occurs twice"},
    {"config-encoding", "the file is not UTF-8, or contains NUL bytes"},
    {"config-limit", "the file is too large, too deep, or has too many nodes"},
    {"config-missing", "a required key is missing"},
    {"config-provenance", "a number of a profile lacks its kind or source"},
    {"config-range", "a value is outside of its range, or cannot be represented exactly"},
    {"config-reference", "a name refers to something that the scenario does not define"},
    {"config-schema", "the key 'schema' is missing, not first, or of another version"},
    {"config-syntax", "the file is not YAML, or '--set' is not KEY=VALUE"},
    {"config-type", "a value is of the wrong type"},
    {"config-unit", "a unit is missing, unknown, or of the wrong quantity"},
    {"config-unknown-key", "a key means nothing here"},
    {"config-unsupported", "a part of YAML that scenarios do not use: aliases, tags, documents"},
    {"config-unused", "a part of the scenario has no effect"},
    {"export-channel", "a channel that cannot be exported: its mechanism, its guests"},
    {"internal", "a bug in the simulator: please report it"},
    {"interrupted", "a signal ended a sweep; it continues when it is started again"},
    {"io", "a file could not be read or written"},
    {"merge", "the shards of a sweep do not make a whole"},
    {"mpi-abort", "a rank of an MPI program called MPI_Abort"},
    {"mpi-compile", "the compiler of MPI programs could not do its work"},
    {"mpi-crash", "a signal ended an MPI program"},
    {"mpi-deadlock", "the ranks of an MPI program wait for each other, and none can go on"},
    {"mpi-exit", "a rank of an MPI program ended with another exit status than 0"},
    {"mpi-program", "a program is not there, or was not compiled with 'ivcsim mpicc'"},
    {"mpi-simgrid", "SimGrid could not run an MPI program"},
    {"mpi-unsupported", "an MPI program calls what SimGrid's MPI does not have"},
    {"plot", "a figure could not be drawn"},
    {"scenario", "a scenario has errors; each has its own diagnostic"},
    {"sim-conservation", "a bug: bytes or time were lost in a simulation"},
    {"sim-deadlock", "nothing can happen any more, and ranks still wait"},
    {"sim-events", "more events than limits.events_max, or more pending than the queue holds"},
    {"sim-horizon", "simulated time ran past limits.horizon"},
    {"sim-livelock", "too many events at one instant: a loop without delay"},
    {"sim-mpi", "a call of the message-passing interface failed"},
    {"sim-stopped", "a signal ended the simulation"},
    {"simgrid-missing", "a program of SimGrid is needed and not installed"},
    {"usage", "the command line is wrong"},
    {NULL, NULL},
};

int ivc_list_errors(IvcCli *cli, const char *name)
{
    static const char *const headers[] = {"code", "sentence", NULL};
    g_autoptr(IvcListing) listing = ivc_listing_new(headers);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IvcErrorCode *row = ivc_error_codes; row->code != NULL; row++) {
        g_ptr_array_add(names, (void *)row->code);
        if (name != NULL && strcmp(row->code, name) != 0)
            continue;
        ivc_listing_add(listing, row->code);
        ivc_listing_add(listing, row->sentence);
    }
    g_ptr_array_add(names, NULL);
    if (ivc_listing_rows(listing) == 0)
        return ivc_listing_fail(cli, "errors", name, (const char *const *)names->pdata);
    ivc_listing_print(cli, listing);
    return IVC_EXIT_OK;
}

int ivc_list_columns(IvcCli *cli, const char *name)
{
    static const char *const headers[] = {"column", "type", "unit", "csv", "sentence", NULL};
    g_autoptr(IvcListing) listing = ivc_listing_new(headers);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IvcColumn *row = ivc_columns; row->name != NULL; row++) {
        g_ptr_array_add(names, (void *)row->name);
        if (name != NULL && strcmp(row->name, name) != 0)
            continue;
        bool nested = row->type == IVC_COLUMN_BY_GUEST || row->type == IVC_COLUMN_BY_NAME ||
                      row->type == IVC_COLUMN_LIST;
        g_autofree char *csv =
            row->csv_prefix != NULL ? g_strconcat(row->csv_prefix, ".*", NULL) : NULL;
        ivc_listing_add(listing, row->name);
        ivc_listing_add(listing, ivc_column_type_name(row->type));
        ivc_listing_add(listing, row->unit);
        ivc_listing_add(listing, nested ? csv : row->name);
        ivc_listing_add(listing, row->sentence);
    }
    g_ptr_array_add(names, NULL);
    if (ivc_listing_rows(listing) == 0)
        return ivc_listing_fail(cli, "columns", name, (const char *const *)names->pdata);
    ivc_listing_print(cli, listing);
    return IVC_EXIT_OK;
}
