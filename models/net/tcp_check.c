/* What can never work about the parameters of TCP. */
#include "models/net/tcp.h"

/* What cannot work about a spec: static text, or NULL. */
static const char *spec_problem(const IvcTcpSpec *spec, const char **ret_key)
{
    *ret_key = "sndbuf";
    if (spec->sndbuf.n < 2 * ivc_tcp_mss(spec))
        return "a socket send buffer holds at least two segments of the MTU";
    return NULL;
}

void ivc_tcp_check(const IvcTcpSpec *spec, const IvcScenario *scenario, const char *path,
                   IvcDiags *diags)
{
    const char *key = NULL;
    const char *problem = spec_problem(spec, &key);
    if (!problem)
        return;
    ivc_scenario_conflict(scenario, path, key, NULL, problem, diags);
}
