/* The guest operating system as far as every path needs it: a process goes to sleep and is woken.
 * A wake-up that comes while the process is on its way to sleep is not lost: it returns at once. */
#include "sim/model/platform.h"

IvcStep ivc_os_sleep(IvcPlatform *platform, IvcAgent *agent, IvcSleeper *sleeper,
                     IvcSleepFrame *frame)
{
    IVC_BEGIN(frame);
    if (!sleeper->pending) {
        sleeper->asleep = true;
        IVC_AWAIT(frame, ivc_spend(agent, platform->t.block, IVC_STAGE_BLOCK));
        while (!sleeper->pending) {
            IVC_AWAIT(frame, ivc_wait(agent, &sleeper->signal, IVC_TIME_NEVER));
        }
        IVC_AWAIT(frame, ivc_spend(agent, platform->t.resume, IVC_STAGE_RESUME));
    }
    sleeper->pending = false;
    IVC_END(frame);
}

bool ivc_os_notify(IvcPlatform *platform, IvcSleeper *sleeper)
{
    bool was_asleep = sleeper->asleep;
    sleeper->pending = true;
    sleeper->asleep = false;
    ivc_signal(&platform->sim, &sleeper->signal);
    return was_asleep;
}

void ivc_sleeper_digest(const IvcSleeper *sleeper, IvcDigest *digest)
{
    ivc_signal_digest(&sleeper->signal, digest);
    ivc_digest_u64(digest, sleeper->pending);
    ivc_digest_u64(digest, sleeper->asleep);
}
