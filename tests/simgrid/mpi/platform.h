/** @file
 *  A platform written by hand, whose times can be told by hand, for tests of sim/simgrid/mpi_run.h.
 */
#pragma once

#include <glib.h>

#define RANKS 4

/* 1 Gflop/s hosts, all on links of their own: 1 us and 1 GB/s each way. */
static const char platform_head[] =
    "<?xml version='1.0'?>\n"
    "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
    "<platform version=\"4.1\"><zone id=\"all\" routing=\"Full\">\n";

static const char *const config[] = {"network/model:SMPI",
                                     "network/crosstraffic:0",
                                     "network/TCP-gamma:0",
                                     "network/weight-S:0",
                                     "surf/precision:1e-12",
                                     "maxmin/precision:1e-9",
                                     "smpi/bw-factor:0:1",
                                     "smpi/lat-factor:0:1",
                                     "smpi/os:0:0:0",
                                     "smpi/ois:0:0:0",
                                     "smpi/or:0:0:0",
                                     "smpi/async-small-thresh:1000000",
                                     "smpi/send-is-detached-thresh:1000000",
                                     "smpi/wtime:0",
                                     NULL};

static const char *const hosts[RANKS] = {"h0", "h1", "h2", "h3"};
static char *platform(void)
{
    GString *xml = g_string_new(platform_head);
    for (int h = 0; h < RANKS; h++)
        g_string_append_printf(xml, "<host id=\"h%d\" speed=\"1Gf\"/>\n", h);
    for (int s = 0; s < RANKS; s++)
        for (int d = 0; d < RANKS; d++)
            g_string_append_printf(
                xml, "<link id=\"l%d%d\" bandwidth=\"1GBps\" latency=\"1us\"/>\n", s, d);
    for (int s = 0; s < RANKS; s++)
        for (int d = 0; d < RANKS; d++)
            g_string_append_printf(xml,
                                   "<route src=\"h%d\" dst=\"h%d\" symmetrical=\"NO\">"
                                   "<link_ctn id=\"l%d%d\"/></route>\n",
                                   s, d, s, d);
    g_string_append(xml, "</zone></platform>\n");
    return g_string_free(xml, FALSE);
}
