/* How netback gets at guests' pages: one row for each value of `variant`. */
#include "models/net/netfront_private.h"

enum { MAP_COPY, COPY_2_6_18, FLIP_2_6_18, PERSISTENT, STAGING };

const char *const ivc_netfront_variant_names[] = {
    [MAP_COPY] = "map-copy",     [COPY_2_6_18] = "copy-2.6.18", [FLIP_2_6_18] = "flip-2.6.18",
    [PERSISTENT] = "persistent", [STAGING] = "staging",         NULL,
};

const NetfrontVariant ivc_netfront_variants[] = {
    /* Linux since 3.x. */
    [MAP_COPY] = {.back = &ivc_netback_threads, .give = GIVE_COPY},
    /* Linux 2.6.18 as Xen 3.x brought it, with guests that ask for copies or for pages. A page
     * that is mapped from one guest is nobody's to give to another: it is copied first. */
    [COPY_2_6_18] = {.back = &ivc_netback_tasklets,
                     .give = GIVE_COPY,
                     .tasklets = true,
                     .maps_head = true},
    [FLIP_2_6_18] = {.back = &ivc_netback_tasklets,
                     .give = GIVE_PAGES,
                     .tasklets = true,
                     .maps_head = true},
    /* As blkfront and blkback: pages stay mapped, and each side copies into pages of its own. */
    [PERSISTENT] = {.back = &ivc_netback_threads,
                    .give = GIVE_STAGED,
                    .staged = true,
                    .copies_in = true},
    /* Xen's netif staging grants: netback passes on the guest's staging pages themselves. */
    [STAGING] = {.back = &ivc_netback_threads, .give = GIVE_STAGED, .staged = true},
};
