/** @file
 *  Figures of small panels side by side, one a series, with one key for all. Used by the figures
 *  of bars only.
 */
#pragma once

#include "sim/cli/plot_script.h"

/** Panels in one row of a figure of two columns' width (17.5 cm). */
#define IVC_PANELS_MAX 5

/** The grid of panels; lengths in centimetres. */
typedef struct {
    IvcPaper paper;
    size_t columns;
    size_t bands;      /**< a band has a panel of every series, or of the next IVC_PANELS_MAX */
    size_t rows;       /**< of panels in a band */
    double heights[8]; /**< of the panels of each row in a band */
    double cell;       /**< width of a panel with the gap beside it */
    size_t letters;    /**< that fit beside each other below a panel */
    double top;        /**< above the panels: headline, title */
    double bottom;     /**< below the panels: ticks, key, footnote */
    double key_top;    /**< of bottom: where the key begins */
    double key_bottom; /**< ... and ends */
    double gap_band;   /**< between bands */
    GPtrArray *titles; /**< char *: of the panels of each series, in lines or cut, all different */
} IvcPanels;

void ivc_panels_clear(IvcPanels *panels);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IvcPanels, ivc_panels_clear)

/** Makes a grid for all series with `rows` panels for each, as high as `heights` says. */
IvcPanels ivc_panels_make(const IvcPlotData *data, size_t rows, const double *heights,
                          unsigned key_lines);

/** Appends the geometry, `set multiplot` and the x axis of bars: all that comes before the panels.
 */
void ivc_panels_begin(const IvcPanels *panels, const IvcPlotData *data, GString *script);

/** Appends the choice of the panel of series `i`, row `row`, and its titles; `plot` follows. */
void ivc_panels_choose(const IvcPanels *panels, const IvcPlotData *data, size_t i, size_t row,
                       const char *y_label, GString *script);

/** Appends all but the `plot` of the key, which has `columns` entries in a line. */
void ivc_panels_key(const IvcPanels *panels, unsigned columns, GString *script);
