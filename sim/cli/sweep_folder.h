/** @file
 *  The folder that a sweep writes to: its name, its lock, its store and its files.
 */
#pragma once

#include "sim/cli/sweep_output.h"

typedef struct {
    char *path;
    char *store_path;
    IvcStore *store;
    int lock; /**< file descriptor, or -1 */
} IvcSweepFolder;

void ivc_sweep_folder_clear(IvcSweepFolder *folder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IvcSweepFolder, ivc_sweep_folder_clear)

/** Names the folder by `--output` or the scenario's name; nothing is made or opened. */
void ivc_sweep_folder_name(const IvcCli *cli, const char *scenario, IvcSweepFolder *ret_folder);

/**
 * Opens the store for reading when there is one (`-n`).
 * @return IVC_EXIT_OK, also when there is no store; or the status of an error that was reported
 */
int ivc_sweep_folder_look(IvcCli *cli, IvcSweepFolder *folder);

/**
 * Makes the folder, locks it against other sweeps and opens the store. `--force` sets an unusable
 * store aside and empties a usable one.
 * @return IVC_EXIT_OK, or the status of an error that was reported
 */
int ivc_sweep_folder_open(IvcCli *cli, IvcSweepFolder *folder);

/**
 * Writes points.csv, points.json, points.jsonl, manifest.json, table.txt and scenario.yaml from
 * what is stored.
 * @return IVC_EXIT_OK, or the status of an error that was reported
 */
int ivc_sweep_folder_write(IvcCli *cli, const IvcSweepFolder *folder, const IvcSweepOutput *output);
