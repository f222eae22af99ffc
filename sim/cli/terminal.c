/*
 * Looks at the streams that the program was given. Decides about colour and width, nothing else.
 */
#include "sim/cli/terminal.h"

#include <glib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool wants_colour(bool is_tty, IvcColour colour)
{
    if (colour != IVC_COLOUR_AUTO)
        return colour == IVC_COLOUR_ALWAYS;
    const char *no = g_getenv("NO_COLOR");
    if (no != NULL && *no != '\0')
        return false;
    const char *force = g_getenv("CLICOLOR_FORCE");
    if (force != NULL && *force != '\0' && strcmp(force, "0") != 0)
        return true;
    const char *term = g_getenv("TERM");
    return is_tty && term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
}

static unsigned find_width(int descriptor, bool is_tty)
{
    struct winsize size = {0};
    if (is_tty && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    guint64 columns = 0;
    const char *text = g_getenv("COLUMNS");
    if (is_tty && text != NULL && g_ascii_string_to_unsigned(text, 10, 20, 10000, &columns, NULL))
        return (unsigned)columns;
    return 80;
}

IvcTerminal ivc_terminal_probe(FILE *stream, IvcColour colour)
{
    int descriptor = fileno(stream); /* -1 for a stream in memory */
    bool is_tty = descriptor >= 0 && isatty(descriptor) == 1;
    return (IvcTerminal){
        .is_tty = is_tty,
        .colour = wants_colour(is_tty, colour),
        .width = find_width(descriptor, is_tty),
    };
}

const char *ivc_terminal_on(const IvcTerminal *terminal, IvcStyle style)
{
    static const char *const sequences[] = {
        [IVC_STYLE_BOLD] = "\033[1m",     [IVC_STYLE_FAINT] = "\033[2m",
        [IVC_STYLE_ERROR] = "\033[1;31m", [IVC_STYLE_WARNING] = "\033[1;33m",
        [IVC_STYLE_GOOD] = "\033[32m",
    };
    return terminal->colour ? sequences[style] : "";
}

const char *ivc_terminal_off(const IvcTerminal *terminal)
{
    return terminal->colour ? "\033[0m" : "";
}
