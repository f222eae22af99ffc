/** @file
 *  What the nodes of a machine share: each node's port (its bus or crossbar), its memory, and the
 *  links between nodes. Which of them a copy asks for how much, and how much is asked in all.
 *  Pure. A machine of one node has none of this: see models/cpu/sharing.h.
 */
#pragma once

#include "models/cpu/topology.h"
#include "sim/model/core.h"

/** One resource that a copy asks for, and by which of its paths. */
typedef struct {
    uint32_t resource;
    uint32_t path; /**< IvcPath */
} IvcUse;

/** How much is asked of a resource: looked at together, so it lies together, in one cache line. */
typedef struct {
    uint64_t capacity; /**< bytes per second; 0: unlimited */
    uint64_t asked;    /**< sum of the active moves' demands at full speed */
    uint64_t over_at;  /**< its place in `over`, from 1 on; 0: no more is asked than there is */
    uint64_t unused;
} IvcLinkLoad;

typedef struct {
    IvcTopology topology;
    uint32_t n; /**< resources: ports, memories, links */
    IvcLinkLoad *loads;
    IvcU128 *rising; /**< scratch of the sharing-out: weights of those who still rise */
    IvcU128 *used;   /**< scratch of the sharing-out: by those whose level is fixed, scaled */
    uint32_t *over;  /**< resources of which more is asked than there is */
    uint32_t n_over;
    uint32_t *route; /**< scratch: links of a route */
    IvcUse *uses;    /**< scratch: what a move asks for */
    uint32_t n_uses;
    uint32_t uses_max;
    uint64_t uses_key[2]; /**< of the route that `uses` is of */
} IvcLinks;

/** What the members of a class ask for by their paths. */
typedef struct {
    IvcMoveRoute route;
    uint64_t weight[IVC_PATHS]; /**< bytes of the path per byte of volume, scaled; if weighed */
    IvcUse *uses;               /**< of the route */
    uint32_t n_uses;
    uint32_t at;  /**< place among the classes */
    bool weighed; /**< the weights are those of the route */
} IvcClassLinks;

/** The rates of a machine, in bytes per second; 0: unlimited. */
typedef struct {
    uint64_t port;
    uint64_t memory;
    uint64_t link;
} IvcLinkRates;

/** @return transfer full */
IvcLinks *ivc_links_new(const IvcTopology *topology, const IvcLinkRates *rates);
void ivc_links_free(IvcLinks *links);

/** Makes room for what a class will ask for. @return transfer full */
IvcClassLinks *ivc_links_class_new(const IvcLinks *links);
void ivc_links_class_free(IvcClassLinks *class);

/** The class is from now on that of such moves; it is not weighed. */
void ivc_links_class_set(IvcLinks *links, IvcClassLinks *class, const IvcMoveRoute *route);

/** Whether there is room for such a move beside the active ones. */
bool ivc_links_has_room(IvcLinks *links, const IvcMoveRoute *route);

/** Orders routes; 0: they are the same. */
int ivc_links_compare(const IvcMoveRoute *a, const IvcMoveRoute *b);

/** A member of a class comes or goes. */
void ivc_links_account(IvcLinks *links, const IvcClassLinks *class, bool joins);

/* ---- sharing out, see sharing_linked.c; only resources in `over` can limit anybody ---- */

/** Nothing is handed out yet, and nobody rises. */
void ivc_links_begin(IvcLinks *links);

/** Whether a class asks for anything of which there is too little. */
bool ivc_links_is_pressed(const IvcLinks *links, const IvcClassLinks *class);

/** A class of `n` members rises; its weights must be set. */
void ivc_links_rise(IvcLinks *links, const IvcClassLinks *class, uint32_t n);

/** Whether a class asks for anything of a resource; its weights must be set. */
bool ivc_links_asks(const IvcClassLinks *class, uint32_t resource);

/** A class of `n` members gets so much volume each. */
void ivc_links_fix(IvcLinks *links, const IvcClassLinks *class, uint32_t n, uint64_t level);

/** The common level to which those who rise can rise; UINT64_MAX: any. Sets the limiting resource:
 *  the lowest of those that do. */
uint64_t ivc_links_level(const IvcLinks *links, unsigned weight_shift, uint32_t *ret_limit);

extern const IvcStateTable ivc_links_state_tables[];
extern const size_t ivc_links_state_tables_n;
