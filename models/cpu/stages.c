/* The stages of the machine and its operating system: what every mechanism spends time on. */
#include "sim/model/stages.h"

const IvcStage ivc_machine_stages[] = {
    [IVC_STAGE_SYSCALL] = {"syscall", "entering and leaving the kernel", false},
    [IVC_STAGE_INTERRUPT_ENTRY] = {"interrupt-entry",
                                   "from the asserted line to the handler's first instruction",
                                   false},
    [IVC_STAGE_INTERRUPT_EXIT] = {"interrupt-exit", "returning from an interrupt", false},
    [IVC_STAGE_REGISTER_STORE] = {"register-store", "uncached stores to inter-core registers",
                                  false},
    [IVC_STAGE_REGISTER_LOAD] = {"register-load", "uncached loads from inter-core registers",
                                 false},
    [IVC_STAGE_REGISTER_POLL] = {"register-poll",
                                 "polling a full register until its owner empties it", true},
    [IVC_STAGE_BLOCK] = {"block", "putting a process to sleep", false},
    [IVC_STAGE_WAKE] = {"wake", "making a sleeping process runnable", false},
    [IVC_STAGE_RESUME] = {"resume", "leaving the idle state and switching to the woken process",
                          false},
    [IVC_STAGE_ATOMIC] = {"atomic", "atomic updates of shared words", false},
    [IVC_STAGE_COMPUTE] = {"compute", "computing of the workload, between messages", false},
    [IVC_STAGES_MACHINE] = {NULL, NULL, false},
};

const IvcStage ivc_hypervisor_stages[] = {
    [IVC_STAGE_DOMAIN_SWITCH] = {"domain-switch",
                                 "putting a vCPU on a core: saving, restoring, filling the TLB",
                                 false},
    [IVC_STAGE_LOAD] = {"load", "computing that has nothing to do with messages", false},
    [IVC_STAGE_EXIT] = {"exit",
                        "leaving the guest for the hypervisor, handling, and entering it again",
                        false},
    [IVC_STAGE_WALK] = {"walk", "what walks of page tables in two stages cost more", false},
    [IVC_STAGES_HYPERVISOR] = {NULL, NULL, false},
};
