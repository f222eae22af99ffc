/** @file
 *  The folder that a sweep writes to: its name, its lock, its store and its files.
 */
#pragma once

#include "sim/cli/sweep_output.h"
#include "sim/scenario/shard.h"

typedef struct {
    char *path;
    char *store_path;
    IvcStore *store;
    int lock;     /**< file descriptor, or -1 */
    bool salvage; /**< takes what is whole over from a damaged store */
} IvcSweepFolder;

void ivc_sweep_folder_clear(IvcSweepFolder *folder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IvcSweepFolder, ivc_sweep_folder_clear)

/** Names the folder by `--output`, or by the scenario's name and the shard; nothing is made. */
void ivc_sweep_folder_name(const IvcCli *cli, const char *scenario, IvcShard shard,
                           IvcSweepFolder *ret_folder);

/** The folder of a shard of the sweep in `folder`. @return transfer full */
char *ivc_sweep_folder_of_shard(const char *folder, IvcShard shard);

/**
 * Opens the store for reading when there is one (`-n`).
 * @return IVC_EXIT_OK, also when there is no store; or the status of an error that was reported
 */
int ivc_sweep_folder_look(IvcCli *cli, IvcSweepFolder *folder);

/**
 * Makes the folder, locks it against other sweeps and opens the store. `--force` sets an unusable
 * store aside and empties a usable one; `salvage` sets a damaged one aside and keeps its points. A
 * folder is for one shard, or for a whole sweep: without `--force` nothing else is put into it.
 * @return IVC_EXIT_OK, or the status of an error that was reported
 */
int ivc_sweep_folder_open(IvcCli *cli, IvcSweepFolder *folder, IvcShard shard);

/**
 * Writes points.csv, points.json, points.jsonl, manifest.json, table.txt and scenario.yaml from
 * what is stored. `jobs` threads make the texts; 0: one for each processor.
 * @return IVC_EXIT_OK, or the status of an error that was reported
 */
int ivc_sweep_folder_write(IvcCli *cli, const IvcSweepFolder *folder, unsigned jobs,
                           const IvcSweepOutput *output);

/** Says for people which files ivc_sweep_folder_write() has written. */
void ivc_sweep_folder_note(IvcCli *cli, const IvcSweepFolder *folder);

/**
 * Prints the results as `--format` says, and names the failed points.
 * @return IVC_EXIT_OK or IVC_EXIT_FAILED
 */
int ivc_sweep_folder_print(IvcCli *cli, const IvcSweepOutput *output);
