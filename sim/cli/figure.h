/** @file
 *  Figures: each is a gnuplot script NAME.gp that reads NAME.dat and loads common.gp, all in one
 *  folder, so that `gnuplot NAME.gp` draws it there, without this program.
 */
#pragma once

#include "sim/cli/plot_data.h"

/** The texts of one figure. */
typedef struct {
    char *script; /**< NAME.gp */
    char *data;   /**< NAME.dat */
} IvcFigure;

void ivc_figure_clear(IvcFigure *figure);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IvcFigure, ivc_figure_clear)

/** The names of all figures, NULL-terminated, in the order in which they are drawn. Static. */
const char *const *ivc_figure_names(void);

/** Returns true when these results have something that the figure shows: those of locks need
 *  spinning that was counted. Others are drawn only when somebody asks for them. */
bool ivc_figure_applies(const IvcPlotData *data, const char *name);

/** What of the figure cannot be previewed in a terminal: "bars", "panels"; NULL: it can. Static. */
const char *ivc_figure_needs_picture(const char *name);

/** Makes the texts of a figure. @param name  one of ivc_figure_names() */
void ivc_figure_make(const IvcPlotData *data, const char *name, IvcFigure *ret_figure);

/** The text of common.gp, which all figures load. Static. */
const char *ivc_figure_style(void);

/** How a preview in a terminal looks. */
typedef struct {
    unsigned columns;
    unsigned rows;
    bool colour;
} IvcFigureTerminal;

/** The path of gnuplot in PATH, or NULL with IVC_PLOT_ERROR_NO_GNUPLOT. @return transfer full */
char *ivc_figure_gnuplot(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Runs gnuplot on FOLDER/NAME.gp. A picture gets its name when it is whole: an old one of that name
 * is kept on failure.
 *
 * @param format      "svg", "pdf", "png": draws FOLDER/NAME.FORMAT; "term": draws text
 * @param terminal    for "term", else NULL
 * @param ret_text    for "term": the picture, transfer full; else may be NULL
 * @param error       IVC_PLOT_ERROR_GNUPLOT with what gnuplot said, G_FILE_ERROR when the picture
 *                    cannot be written, or an error of g_spawn_sync()
 */
bool ivc_figure_draw(const char *gnuplot, const char *folder, const char *name, const char *format,
                     const IvcFigureTerminal *terminal, char **ret_text,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
