/** @file
 *  What the files behind yaml_tree.h share; nobody else includes it.
 */
#pragma once

#include "sim/config/yaml_tree.h"

/** A node with its own copies of key and text; no items yet. `key` and `text` may be NULL. */
IvcNode *ivc_node_new(IvcNodeKind kind, const char *key, const char *text);
void ivc_node_free(IvcNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcNode, ivc_node_free)
/** @return transfer full: a deep copy, sources borrowed as in the original */
IvcNode *ivc_node_copy(const IvcNode *node);

/** A tree without a root. */
IvcTree *ivc_tree_new(void);
/** Takes a reference to a source, once. */
void ivc_tree_keep(IvcTree *tree, const IvcSource *source);

/**
 * Parses a source from byte `offset` on as one document; places count from its beginning.
 *
 * @param empty_is_scalar  an empty document is an empty scalar, not an error
 * @return transfer full, or NULL with at least one error added
 */
IvcNode *ivc_yaml_parse(IvcSource *source, size_t offset, bool empty_is_scalar, IvcDiags *diags);
