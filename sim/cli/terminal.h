/** @file
 *  What a stream is connected to: terminal or not, how wide, and whether colour is wanted.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

typedef struct {
    bool is_tty;
    bool colour;
    unsigned width; /**< columns; 80 when unknown */
} IvcTerminal;

typedef enum { IVC_COLOUR_AUTO, IVC_COLOUR_ALWAYS, IVC_COLOUR_NEVER } IvcColour;

/**
 * Looks at a stream. IVC_COLOUR_AUTO: colour on a terminal unless TERM is `dumb`; the environment
 * variable NO_COLOR (not empty) switches it off, CLICOLOR_FORCE (neither empty nor 0) on.
 */
IvcTerminal ivc_terminal_probe(FILE *stream, IvcColour colour);

typedef enum {
    IVC_STYLE_BOLD,
    IVC_STYLE_FAINT,
    IVC_STYLE_ERROR,
    IVC_STYLE_WARNING,
    IVC_STYLE_GOOD,
} IvcStyle;

/** The escape sequence that starts a style, or "" without colour. Static. */
const char *ivc_terminal_on(const IvcTerminal *terminal, IvcStyle style);
/** The escape sequence that ends every style, or "" without colour. Static. */
const char *ivc_terminal_off(const IvcTerminal *terminal);
