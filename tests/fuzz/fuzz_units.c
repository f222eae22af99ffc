/* Any text: a quantity is parsed or refused with a reason, and what was parsed is formatted to a
 * text that parses to the same amount. The first byte chooses the quantity.
 */
#include <string.h>

#include "sim/base/units.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    IvcQuantity what = (IvcQuantity)(data[0] % (IVC_QUANTITY_SHARE + 1));
    g_autofree char *text = g_strndup((const char *)data + 1, size - 1);
    IvcAmount amount;
    IvcQuantityError error = {0};
    if (!ivc_quantity_parse(what, text, &amount, &error)) {
        g_assert(error.code && error.what && g_utf8_validate(error.what, -1, NULL));
        ivc_quantity_error_clear(&error);
        return 0;
    }
    IvcAmount again;
    g_autofree char *formatted = ivc_quantity_format(what, amount);
    g_assert(ivc_quantity_parse(what, formatted, &again, &error));
    g_assert(again.n == amount.n && (again.is_time == amount.is_time));
    g_autofree char *twice = ivc_quantity_format(what, again);
    g_assert(strcmp(formatted, twice) == 0);
    return 0;
}
