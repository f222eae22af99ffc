/** @file
 *  YAML text as a tree in which every node knows its place. The only user of libyaml.
 *
 *  Refused, each with a diagnostic of its own: syntax errors, duplicate keys, aliases and anchors,
 *  tags, a second document, more than 32 levels, more than 65,536 nodes, more than 1 MiB, NUL
 *  bytes, text that is not UTF-8.
 */
#pragma once

#include <stdbool.h>

#include "sim/base/diag.h"

#define IVC_YAML_DEPTH_MAX 32
#define IVC_YAML_NODES_MAX 65536
#define IVC_YAML_BYTES_MAX (1u << 20)

typedef enum { IVC_NODE_SCALAR, IVC_NODE_LIST, IVC_NODE_MAP } IvcNodeKind;

typedef struct IvcNode IvcNode;

/** One node. Read the members; change trees only with the functions below. */
struct IvcNode {
    IvcNodeKind kind;
    IvcPlace place;     /**< of the value */
    IvcPlace key_place; /**< of its key in the enclosing map; line 0 otherwise */
    char *key;          /**< its key in the enclosing map, or NULL */
    char *text;         /**< scalars: the text; NULL otherwise */
    bool quoted;        /**< scalars: written in quotes */
    GPtrArray *items;   /**< lists and maps: IvcNode *, in order; NULL for scalars */
};

/** A document and the sources that its nodes point into. */
typedef struct {
    IvcNode *root;
    GPtrArray *sources; /**< IvcSource *, owned */
} IvcTree;

/**
 * Parses `size` bytes as one YAML document.
 *
 * @param name   how diagnostics name the input
 * @param diags  receives what is wrong
 * @return transfer full, or NULL with at least one error added. The tree keeps the bytes. (An
 *         input that cannot be parsed leaves its source alive inside `diags`, for rendering.)
 */
IvcTree *ivc_tree_parse(const char *name, const char *bytes, size_t size, IvcDiags *diags);

/** Reads a file ("-": stdin) and parses it; I/O errors become diagnostics with code "io". */
IvcTree *ivc_tree_load(const char *path, IvcDiags *diags);

void ivc_tree_free(IvcTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcTree, ivc_tree_free)

/** @return transfer full: a deep copy that shares nothing with the original but the sources */
IvcTree *ivc_tree_copy(const IvcTree *tree);

/**
 * Applies one `key.path=value` to a tree: replaces or creates the node. The value is parsed as
 * YAML (flow style), its places name the argument ("--set argument 2").
 *
 * @param index  1-based position among the arguments, for messages
 * @return false with a diagnostic when the argument is malformed or the path runs through a scalar
 */
bool ivc_tree_set(IvcTree *tree, const char *assignment, unsigned index,
                  IvcDiags *diags) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Lays `over` on `base`: maps merge key by key, everything else replaces. A base map with a key
 * `value` (a number with its provenance) is replaced whole. Nodes are copied and keep
 * their places.
 */
void ivc_tree_overlay(IvcTree *base, const char *at_key, const IvcTree *over_tree,
                      const IvcNode *over);

/** Puts a copy of a node of another tree under a key of the root, whatever was there before. */
void ivc_tree_replace(IvcTree *tree, const char *at_key, const IvcTree *from, const IvcNode *node);

/**
 * Writes a node in flow style on one line, so that it can stand behind `key.path=` or in a list:
 * `64KiB`, `[a, b]`, `{value: 1GHz, kind: assumed}`. @return transfer full
 */
char *ivc_node_flow(const IvcNode *node);

/** Appends text as a YAML scalar: as it is when that is safe, else in double quotes. */
void ivc_yaml_append_text(GString *out, const char *text);

/** Returns the child with that key of a map node, or NULL. Borrowed. */
const IvcNode *ivc_node_get(const IvcNode *map, const char *key);
