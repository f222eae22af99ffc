/* YAML text to a located tree, by libyaml's events.
 *
 * The event interface, and not its document loader: the loader is quadratic in nesting, drops the
 * places of keys and accepts duplicates. The bytes are checked for UTF-8 and control characters
 * before libyaml sees them, since it gives no place for those. Duplicates, aliases, anchors and
 * tags are collected; syntax errors and limits end the reading.
 * Not here: changing trees (tree_edit.c), reading files (tree_load.c), what keys mean (param.c).
 */
#include <string.h>
#include <yaml.h>

#include "sim/config/yaml_private.h"

typedef struct {
    yaml_parser_t parser;
    IvcSource *source;
    IvcDiags *diags;
    size_t offset;         /* of the document in the source, in bytes */
    unsigned first_column; /* characters before the document on its first line */
    unsigned depth;
    size_t nodes;
    bool failed;  /* an error was added */
    bool stopped; /* reading on makes no sense */
} Builder;

static IvcNode *build_node(Builder *b, const yaml_event_t *event);

static IvcPlace mark_place(const Builder *b, yaml_mark_t start, yaml_mark_t end)
{
    unsigned base = start.line == 0 ? b->first_column : 0;
    unsigned width = 1;
    if (start.line == end.line && end.column > start.column)
        width = (unsigned)(end.column - start.column);
    return (IvcPlace){.source = b->source,
                      .line = (unsigned)start.line + 1,
                      .column = base + (unsigned)start.column + 1,
                      .width = width};
}

static IvcPlace event_place(const Builder *b, const yaml_event_t *event)
{
    return mark_place(b, event->start_mark, event->end_mark);
}

static void complain(Builder *b, const char *code, IvcPlace place, const char *hint,
                     const char *text)
{
    ivc_diags_add(b->diags, IVC_DIAG_ERROR, code, place, hint, "%s", text);
    b->failed = true;
}

static void stop(Builder *b, const char *code, IvcPlace place, const char *text)
{
    complain(b, code, place, NULL, text);
    b->stopped = true;
}

/* What libyaml finds, and what is usually meant. */
static const struct {
    const char *problem;
    const char *context; /* NULL: any */
    const char *hint;
} syntax_hints[] = {
    {"mapping values are not allowed in this context", NULL,
     "text with a colon and a space needs quotes; every key begins a line of its own"},
    {"could not find expected ':'", NULL, "write 'key: value', with a space after the colon"},
    {"did not find expected key", "while parsing a block mapping",
     "the keys of one map begin in the same column"},
    {"did not find expected ',' or ']'", NULL, "a list that begins with '[' ends with ']'"},
    {"did not find expected ',' or '}'", NULL, "a map that begins with '{' ends with '}'"},
    {"found unexpected end of stream", "while scanning a quoted scalar",
     "text that begins with a quote ends with the same one"},
};

static const char *syntax_hint(const yaml_parser_t *p)
{
    for (size_t i = 0; p->problem && i < G_N_ELEMENTS(syntax_hints); i++) {
        const char *context = syntax_hints[i].context;
        if (strcmp(syntax_hints[i].problem, p->problem) == 0 &&
            (!context || (p->context && strcmp(context, p->context) == 0)))
            return syntax_hints[i].hint;
    }
    return NULL;
}

/* libyaml's own words, but for the one that puzzles people most: a tab. A key without a colon is
 * shown where it begins, since libyaml notices it only on the next line. */
static void report_syntax(Builder *b)
{
    const yaml_parser_t *p = &b->parser;
    IvcPlace place = mark_place(b, p->problem_mark, p->problem_mark);
    const char *problem = p->problem ? p->problem : "the text cannot be read";
    size_t at = p->problem_mark.index;
    b->failed = b->stopped = true;
    /* at the end of a last line without a break libyaml counts one line too many */
    IvcPlace last = ivc_source_place(b->source, b->source->size);
    if (place.line > last.line)
        place = last;
    if (p->error == YAML_MEMORY_ERROR) {
        ivc_diags_add(b->diags, IVC_DIAG_ERROR, "config-limit", place, NULL, "out of memory");
        return;
    }
    if (p->error == YAML_SCANNER_ERROR && at < b->source->size &&
        strstr(problem, "cannot start any token")) {
        const char *line = g_utf8_offset_to_pointer(b->source->text + b->offset, (glong)at);
        if (*line == '\t') {
            ivc_diags_add(b->diags, IVC_DIAG_ERROR, "config-syntax", place, "indent with spaces",
                          "a tab cannot indent");
            return;
        }
    }
    bool key = p->context && strcmp(p->context, "while scanning a simple key") == 0;
    if (key)
        place = mark_place(b, p->context_mark, p->context_mark);
    ivc_diags_add(b->diags, IVC_DIAG_ERROR, "config-syntax", place, syntax_hint(p), "%s", problem);
    if (!key && p->context && p->context_mark.index != p->problem_mark.index)
        ivc_diags_add(b->diags, IVC_DIAG_NOTE, NULL,
                      mark_place(b, p->context_mark, p->context_mark), NULL, "%s", p->context);
}

static bool next(Builder *b, yaml_event_t *event)
{
    if (b->stopped)
        return false;
    if (yaml_parser_parse(&b->parser, event))
        return true;
    report_syntax(b);
    return false;
}

/* Counts a node against the cap. */
static bool admit(Builder *b, IvcPlace place)
{
    if (++b->nodes <= IVC_YAML_NODES_MAX)
        return true;
    stop(b, "config-limit", place, "more than " G_STRINGIFY(IVC_YAML_NODES_MAX) " keys and values");
    return false;
}

static void refuse_anchor_and_tag(Builder *b, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    IvcPlace place = event_place(b, event);
    if (anchor)
        complain(b, "config-unsupported", place, "write the value out in each place",
                 "anchors are not supported");
    if (tag)
        complain(b, "config-unsupported", place, "leave the tag out", "tags are not supported");
}

static IvcNode *build_scalar(Builder *b, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    if (memchr(text, '\0', event->data.scalar.length))
        complain(b, "config-encoding", event_place(b, event), NULL,
                 "text cannot hold a NUL character");
    IvcNode *node = ivc_node_new(IVC_NODE_SCALAR, NULL, text);
    node->place = event_place(b, event);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return node;
}

static bool enter(Builder *b, const yaml_event_t *event)
{
    if (++b->depth <= IVC_YAML_DEPTH_MAX)
        return true;
    stop(b, "config-limit", event_place(b, event),
         "more than " G_STRINGIFY(IVC_YAML_DEPTH_MAX) " levels of nesting");
    return false;
}

static IvcNode *build_list(Builder *b, const yaml_event_t *start)
{
    IvcNode *list = ivc_node_new(IVC_NODE_LIST, NULL, NULL);
    list->place = event_place(b, start);
    if (!enter(b, start))
        return list;
    yaml_event_t event;
    while (next(b, &event)) {
        bool end = event.type == YAML_SEQUENCE_END_EVENT;
        if (end)
            list->place = mark_place(b, start->start_mark, event.end_mark);
        else
            g_ptr_array_add(list->items, build_node(b, &event));
        yaml_event_delete(&event);
        if (end)
            break;
    }
    b->depth--;
    return list;
}

/* Checks a key; reports what cannot be one. */
static void check_key(Builder *b, const IvcNode *key, GHashTable *seen)
{
    if (key->kind != IVC_NODE_SCALAR) {
        complain(b, "config-type", key->place, NULL, "a key is one word, not a list or map");
        return;
    }
    if (key->text[0] == '\0') {
        complain(b, "config-syntax", key->place, NULL, "a key cannot be empty");
        return;
    }
    if (strcmp(key->text, "<<") == 0 && !key->quoted) {
        complain(b, "config-unsupported", key->place, "write the keys out",
                 "merge keys are not supported");
        return;
    }
    const IvcNode *first = g_hash_table_lookup(seen, key->text);
    if (!first) {
        g_hash_table_insert(seen, key->text, (gpointer)key);
        return;
    }
    ivc_diags_add(b->diags, IVC_DIAG_ERROR, "config-duplicate", key->place, NULL,
                  "key '%s' stands twice", key->text);
    ivc_diags_add(b->diags, IVC_DIAG_NOTE, NULL, first->place, NULL, "it was first given here");
    b->failed = true;
}

static IvcNode *build_map(Builder *b, const yaml_event_t *start)
{
    IvcNode *map = ivc_node_new(IVC_NODE_MAP, NULL, NULL);
    map->place = event_place(b, start);
    if (!enter(b, start))
        return map;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func((GDestroyNotify)ivc_node_free);
    yaml_event_t event;
    while (next(b, &event)) {
        bool end = event.type == YAML_MAPPING_END_EVENT;
        if (end)
            map->place = mark_place(b, start->start_mark, event.end_mark);
        IvcNode *key = end ? NULL : build_node(b, &event);
        yaml_event_delete(&event);
        if (end)
            break;
        g_ptr_array_add(keys, key);
        if (b->stopped || !next(b, &event))
            break;
        check_key(b, key, seen);
        IvcNode *value = build_node(b, &event);
        yaml_event_delete(&event);
        value->key = g_strdup(key->text ? key->text : "");
        value->key_place = key->place;
        g_ptr_array_add(map->items, value);
    }
    b->depth--;
    return map;
}

/* Builds what begins with this event; always returns a node, so that callers need no checks. */
static IvcNode *build_node(Builder *b, const yaml_event_t *event)
{
    refuse_anchor_and_tag(b, event);
    IvcPlace place = event_place(b, event);
    if (admit(b, place)) {
        if (event->type == YAML_SCALAR_EVENT)
            return build_scalar(b, event);
        if (event->type == YAML_SEQUENCE_START_EVENT)
            return build_list(b, event);
        if (event->type == YAML_MAPPING_START_EVENT)
            return build_map(b, event);
        complain(b, "config-unsupported", place, "write the value out in each place",
                 "aliases are not supported");
    }
    IvcNode *node = ivc_node_new(IVC_NODE_SCALAR, NULL, "");
    node->place = place;
    return node;
}

/* The end of the stream must follow. */
static void refuse_second_document(Builder *b)
{
    yaml_event_t event;
    if (!next(b, &event))
        return;
    if (event.type == YAML_DOCUMENT_START_EVENT)
        stop(b, "config-unsupported", event_place(b, &event),
             "a second document begins here: one file holds one document");
    yaml_event_delete(&event);
}

static IvcNode *build_document(Builder *b, bool empty_is_scalar)
{
    yaml_event_t event;
    IvcNode *root = NULL;
    bool done = false;
    while (!done && next(b, &event)) {
        IvcPlace place = event_place(b, &event);
        done = event.type == YAML_DOCUMENT_END_EVENT || event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_STREAM_END_EVENT && empty_is_scalar) {
            root = ivc_node_new(IVC_NODE_SCALAR, NULL, "");
            root->place = place;
        } else if (event.type == YAML_STREAM_END_EVENT) {
            stop(b, "config-syntax", place, "the document is empty");
        } else if (event.type == YAML_DOCUMENT_END_EVENT) {
            refuse_second_document(b);
        } else if (event.type == YAML_DOCUMENT_START_EVENT) {
            if (event.data.document_start.tag_directives.start !=
                event.data.document_start.tag_directives.end)
                complain(b, "config-unsupported", place, NULL, "tags are not supported");
        } else if (event.type != YAML_STREAM_START_EVENT) {
            root = build_node(b, &event);
        }
        yaml_event_delete(&event);
    }
    return root;
}

/* What YAML forbids and libyaml would report without a place. */
static bool check_bytes(IvcSource *source, IvcDiags *diags)
{
    const char *end = source->text + source->size;
    if (source->size > IVC_YAML_BYTES_MAX) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-limit", (IvcPlace){.source = source}, NULL,
                      "more than 1 MiB of text");
        return false;
    }
    for (const char *at = source->text; at < end;) {
        const char *hint = NULL;
        gunichar c = *at == '\0' ? 0 : g_utf8_get_char_validated(at, end - at);
        const char *what = NULL;
        if (c == 0)
            what = "text cannot hold a NUL byte";
        else if (c == (gunichar)-1 || c == (gunichar)-2)
            what = "this byte is not UTF-8", hint = "save the file as UTF-8";
        else if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f ||
                 (c >= 0x80 && c < 0xa0 && c != 0x85) || c == 0xfeff || c == 0xfffe || c == 0xffff)
            what = "control characters are not allowed";
        if (what) {
            ivc_diags_add(diags, IVC_DIAG_ERROR, "config-encoding",
                          ivc_source_place(source, (size_t)(at - source->text)), hint, "%s", what);
            return false;
        }
        at = g_utf8_next_char(at);
    }
    return true;
}

IvcNode *ivc_yaml_parse(IvcSource *source, size_t offset, bool empty_is_scalar, IvcDiags *diags)
{
    if (!check_bytes(source, diags))
        return NULL;
    Builder b = {.source = source, .diags = diags, .offset = offset};
    b.first_column = ivc_source_place(source, offset).column - 1;
    if (!yaml_parser_initialize(&b.parser)) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-limit", (IvcPlace){.source = source}, NULL,
                      "out of memory");
        return NULL;
    }
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)source->text + offset,
                                 source->size - offset);
    g_autoptr(IvcNode) root = build_document(&b, empty_is_scalar);
    yaml_parser_delete(&b.parser);
    return b.failed ? NULL : g_steal_pointer(&root);
}
