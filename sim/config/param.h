/** @file
 *  Parameter tables. One row gives the parser, default, range, help, manual, JSON Schema and
 *  resolved dump of one parameter, and says where its value comes from.
 */
#pragma once

#include "sim/base/units.h"
#include "sim/config/yaml_tree.h"

/** Where a number comes from. Everything but DESIGN claims to describe the world. */
typedef enum {
    IVC_KIND_DESIGN,     /**< a choice of the user or of a design (a ring's size), not a claim */
    IVC_KIND_MEASURED,   /**< measured on the hardware named in the source */
    IVC_KIND_DOCUMENTED, /**< stated by the manual, code or paper named in the source */
    IVC_KIND_DERIVED,    /**< arithmetic on measured or documented values; the source says how */
    IVC_KIND_CALIBRATED, /**< fitted to rows named in the source */
    IVC_KIND_ASSUMED,    /**< a guess: counted in every report */
} IvcKind;

/** Returns "measured", "assumed" ...; static. */
const char *ivc_kind_name(IvcKind kind);
/** The names in the order of the enum; ends with NULL. */
extern const char *const ivc_kind_names[];

/** A list of small numbers: `[0, 1]`. Owned by the scenario. */
typedef struct {
    const unsigned *items;
    size_t n;
} IvcIndexList;

/** A list of names: `[sender, receiver]`. Owned by the scenario. */
typedef struct {
    const char *const *items;
    size_t n;
} IvcNameList;

typedef enum {
    IVC_PARAM_COUNT,   /**< uint64_t */
    IVC_PARAM_TIME,    /**< IvcSpan */
    IVC_PARAM_COST,    /**< IvcCost: cycles or a time */
    IVC_PARAM_SIZE,    /**< IvcBytes */
    IVC_PARAM_RATE,    /**< IvcBitRate */
    IVC_PARAM_CLOCK,   /**< IvcFrequency */
    IVC_PARAM_SHARE,   /**< IvcShare */
    IVC_PARAM_BOOL,    /**< bool: `true` or `false` */
    IVC_PARAM_CHOICE,  /**< int: index into `choices` */
    IVC_PARAM_TEXT,    /**< const char *, owned by the binding */
    IVC_PARAM_INDEXES, /**< IvcIndexList */
    IVC_PARAM_NAMES,   /**< IvcNameList */
    IVC_PARAM_GROUP,   /**< a nested map bound by `group` into the same struct */
} IvcParamType;

typedef struct IvcParam IvcParam;

/** One row of a table. The table ends with a row whose key is NULL. */
struct IvcParam {
    const char *key;
    IvcParamType type;
    size_t offset;        /**< of the field in the spec struct */
    const char *fallback; /**< default as the user would write it; NULL: required;
                               IVC_PARAM_UNSET: optional and left zero (NULL, empty) */
    const char *min;      /**< as text in the same unit; NULL: none */
    const char *max;
    const char *const *choices; /**< NULL-terminated, for IVC_PARAM_CHOICE; may be for
                                     IVC_PARAM_NAMES */
    const IvcParam *group;      /**< table of the nested map, for IVC_PARAM_GROUP */
    IvcKind kind;               /**< of the default */
    const char *source;         /**< where the default comes from; NULL for design choices */
    const char *sentence;       /**< what it is, one sentence without a full stop */
};

#define IVC_PARAM_UNSET ""

/** The row type that fits a field; a field of another type does not compile. */
#define IVC_PARAM_TYPE(spec, field) \
    _Generic(((spec *)0)->field,                                                                   \
        uint64_t: IVC_PARAM_COUNT,                                                                 \
        IvcSpan: IVC_PARAM_TIME,                                                                   \
        IvcCost: IVC_PARAM_COST,                                                                   \
        IvcBytes: IVC_PARAM_SIZE,                                                                  \
        IvcBitRate: IVC_PARAM_RATE,                                                                \
        IvcFrequency: IVC_PARAM_CLOCK,                                                             \
        IvcShare: IVC_PARAM_SHARE,                                                                 \
        bool: IVC_PARAM_BOOL,                                                                      \
        int: IVC_PARAM_CHOICE,                                                                     \
        const char *: IVC_PARAM_TEXT,                                                              \
        IvcIndexList: IVC_PARAM_INDEXES,                                                           \
        IvcNameList: IVC_PARAM_NAMES)

/** Opens a row; further members follow as designated initialisers: `IVC_PARAM(Spec, field, "key"),
 * .fallback = "4KiB"`. */
#define IVC_PARAM(spec, field, name) \
    .key = (name), .type = IVC_PARAM_TYPE(spec, field), .offset = offsetof(spec, field)

/** What one parameter was bound to, and why: the resolved dump and the manifest are made of these.
 */
typedef struct {
    char *path;            /**< "machine.costs.interrupt_entry" */
    const IvcParam *param; /**< NULL for keys that no table describes (names) */
    char *text;            /**< canonical spelling, loads again to the same value */
    IvcKind kind;
    char *source; /**< may be NULL */
    char *low;    /**< assumed range as text, or NULL */
    char *high;
    char *origin;   /**< "default", "octeon.yaml:12", "--set argument 1" */
    IvcPlace place; /**< line 0 for defaults */
} IvcBound;

/** Collects what was bound, and owns the texts and lists that specs point to. */
typedef struct IvcBinding IvcBinding;

IvcBinding *ivc_binding_new(void);
void ivc_binding_free(IvcBinding *binding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcBinding, ivc_binding_free)

size_t ivc_binding_count(const IvcBinding *binding);
const IvcBound *ivc_binding_get(const IvcBinding *binding, size_t i);
/** Finds by path; NULL when there is none. */
const IvcBound *ivc_binding_find(const IvcBinding *binding, const char *path);

/**
 * Binds a map to a spec struct by its table: fills every field from the map or the default, checks
 * type, unit, range, choice, required and unknown keys, and records everything in the binding.
 *
 * A value may be a scalar, or a map {value, kind, source, range, note}: a number with provenance.
 * Where `provenance_required` (profiles), a scalar is refused. A value that the user writes in a
 * scenario has kind DESIGN and its place as origin.
 *
 * @param table   ends with a NULL key; NULL: an empty table
 * @param extra   further keys of this map that the caller handles itself; NULL-terminated or NULL.
 *                {"*", NULL}: do not look at further keys at all
 * @param map     may be NULL: all defaults (missing required keys are reported at `place`)
 * @param place   where to report missing keys
 * @param path    prefix for the bound paths, "" at the top
 * @param what    what this map is, for messages: "channel 'ring'"
 * @param spec    struct to fill; all fields are set even when errors are reported
 * @return false when errors were added
 */
bool ivc_param_bind(const IvcParam *table, const char *const *extra, const IvcNode *map,
                    IvcPlace place, const char *path, const char *what, bool provenance_required,
                    void *spec, IvcBinding *binding, IvcDiags *diags);

/** Checks one value (scalar, list, or map with provenance) as ivc_param_bind() would. */
bool ivc_param_check(const IvcParam *param, const IvcNode *node, IvcDiags *diags);

/** Reports the keys of a map that are not among `names` (NULL-terminated); false when there were.
 */
bool ivc_keys_check(const char *const *names, const IvcNode *map, const char *what,
                    IvcDiags *diags);

/** Returns true and the quantity that a row's value is, false for words, lists and groups. */
bool ivc_param_quantity(const IvcParam *param, IvcQuantity *ret);

/** Returns what a row expects, for messages: "a size", "a list of names" ...; static. */
const char *ivc_param_expects(const IvcParam *param);

/** Writes a hint: did-you-mean and all names; NULL when there are none. @return transfer full */
char *ivc_hint_names(const char *word, const char *const *names);

/** Records a value that no table describes, or that a caller bound itself; copies every text.
 *  Without `origin` it is made from the place. */
void ivc_binding_add(IvcBinding *binding, const IvcBound *bound);

/** Writes a place as origin: "octeon.yaml:12", "--set argument 1", "default". @return transfer full
 */
char *ivc_place_origin(IvcPlace place);
