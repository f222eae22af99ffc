/** @file
 *  The mechanisms over inter-core registers, a shared region and message buffers.
 */
#pragma once

#include "sim/model/component.h"

extern const IvcMechanism ivc_mechanism_register_shmem;
extern const IvcMechanism ivc_mechanism_shmem;
extern const IvcMechanism ivc_mechanism_register;
extern const IvcMechanism ivc_mechanism_message_buffer;
extern const IvcMechanism ivc_mechanism_ipi_buffer;
