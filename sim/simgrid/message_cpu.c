/* What a message costs both guests and the one that serves them, from the channel's curves. */
#include "sim/simgrid/message_cpu.h"

/* The place of a guest among those that the channel joins. */
static size_t place_of(const IvcScenario *scenario, unsigned guest)
{
    const IvcChannelSpec *channel = scenario->channel;
    size_t at = 0;
    while (at + 1 < channel->n_between && channel->between[at] != guest)
        at++;
    return at;
}

static double between(double share, IvcTime low, IvcTime high)
{
    return (double)low + share * ((double)high - (double)low);
}

static IvcMessageCpu cpu_at(const IvcCurve *curve, double bytes)
{
    const IvcCurvePoint *points = (const IvcCurvePoint *)(void *)curve->points->data;
    guint n = curve->points->len, at = 1;
    if (n == 0)
        return (IvcMessageCpu){0};
    while (at + 1 < n && (double)points[at].bytes < bytes)
        at++;
    const IvcCurvePoint *low = &points[n > 1 ? at - 1 : 0], *high = &points[n > 1 ? at : 0];
    double span = (double)(high->bytes - low->bytes);
    double share = span > 0 ? MAX(bytes - (double)low->bytes, 0) / span : 0;
    return (IvcMessageCpu){
        .sender_ps = MAX(0, between(share, low->sender_ps, high->sender_ps)),
        .receiver_ps = MAX(0, between(share, low->receiver_ps, high->receiver_ps)),
        .server_ps = MAX(0, between(share, low->server_ps, high->server_ps)),
    };
}

IvcMessageCpu ivc_message_cpu(const IvcScenario *scenario, const IvcCurves *curves,
                              const IvcPlatformHost *from, const IvcPlatformHost *to, double bytes)
{
    bool near = from->machine == to->machine;
    size_t sender = place_of(scenario, from->guest), receiver = place_of(scenario, to->guest);
    /* To another machine as to another guest. */
    size_t at = near ? sender * curves->n_guests + receiver : MIN(1, curves->n_guests - 1);
    unsigned class_ = curves->classes[at];
    if (class_ >= curves->curves->len)
        return (IvcMessageCpu){0};
    IvcMessageCpu cpu = cpu_at(curves->curves->pdata[class_], bytes);
    if (!near || curves->server == NULL)
        cpu.server_ps = 0;
    return cpu;
}
