/*
 * list modes: which events of a guest its hypervisor takes part in, by mode of virtualisation, from
 * the modes' own tables. The costs are those of `machine.virtualisation`.
 */
#include <string.h>

#include "sim/cli/listing.h"
#include "sim/scenario/scenario.h"

static const char *name_of(IvcVirtCost cost)
{
    return cost == IVC_VIRT_COST_NONE ? NULL : ivc_virt_cost_names[cost];
}

/* "exit(interrupt+injection)", "in place(callout)" or "-": the way back goes without saying.
 * @return transfer full */
static char *row_text(const IvcVirtRow *row)
{
    const char *way = row->how == IVC_VIRT_TRAPS ? name_of(row->exit) : "in place";
    if (row->how == IVC_VIRT_NATIVE)
        return g_strdup("-");
    return g_strdup_printf("%s(%s%s%s)", way, name_of(row->handling),
                           row->also != IVC_VIRT_COST_NONE ? "+" : "",
                           row->also != IVC_VIRT_COST_NONE ? name_of(row->also) : "");
}

static void list_all(IvcCli *cli)
{
    const char *headers[IVC_MODES + 2] = {"event"};
    for (int m = 0; m < IVC_MODES; m++)
        headers[m + 1] = ivc_mode_names[m];
    g_autoptr(IvcListing) listing = ivc_listing_new(headers);
    for (int e = 0; e < IVC_VIRT_EVENTS; e++) {
        ivc_listing_add(listing, ivc_virt_event_names[e]);
        for (int m = 0; m < IVC_MODES; m++) {
            g_autofree char *text = row_text(ivc_virt_row((IvcMode)m, (IvcVirtEvent)e));
            ivc_listing_add(listing, text);
        }
    }
    ivc_listing_print(cli, listing);
}

/* One mode's rows, or those of one event. */
static void list_some(IvcCli *cli, int mode, int event)
{
    static const char *const headers[] = {"event",    "mode", "dealt with", "exit",
                                          "handling", "also", "entry",      NULL};
    static const char *const ways[] = {"by the processor", "by the hypervisor", "in place"};
    g_autoptr(IvcListing) listing = ivc_listing_new(headers);
    for (int e = 0; e < IVC_VIRT_EVENTS; e++)
        for (int m = 0; m < IVC_MODES; m++) {
            const IvcVirtRow *row = ivc_virt_row((IvcMode)m, (IvcVirtEvent)e);
            if (m != mode && e != event)
                continue;
            ivc_listing_add(listing, ivc_virt_event_names[e]);
            ivc_listing_add(listing, ivc_mode_names[m]);
            ivc_listing_add(listing, ways[row->how]);
            ivc_listing_add(listing, name_of(row->exit));
            ivc_listing_add(listing, name_of(row->handling));
            ivc_listing_add(listing, name_of(row->also));
            ivc_listing_add(listing, name_of(row->entry));
        }
    ivc_listing_print(cli, listing);
}

static int find(const char *const *names, const char *name)
{
    int i = 0;
    while (names[i] != NULL && strcmp(names[i], name) != 0)
        i++;
    return names[i] != NULL ? i : -1;
}

int ivc_list_modes(IvcCli *cli, const char *name)
{
    int mode = name != NULL ? find(ivc_mode_names, name) : -1;
    int event = name != NULL ? find(ivc_virt_event_names, name) : -1;
    if (name != NULL && mode < 0 && event < 0)
        return ivc_listing_fail(cli, "modes", name, ivc_mode_names);
    if (name == NULL)
        list_all(cli);
    else
        list_some(cli, mode, event);
    return IVC_EXIT_OK;
}
