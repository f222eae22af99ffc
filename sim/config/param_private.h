/** @file
 *  What the files behind param.h share; nobody else includes it.
 */
#pragma once

#include "sim/config/param.h"

/** A value of any row type. */
typedef struct {
    IvcAmount amount; /**< quantities */
    bool flag;
    int choice;
    const char *text; /**< owned by the binding */
    IvcIndexList indexes;
    IvcNameList names;
    char *canonical; /**< owned by the binding */
} IvcValue;

/** Keeps text or a list for as long as the binding lives. */
char *ivc_binding_keep_text(IvcBinding *binding, const char *text);
void ivc_binding_keep(IvcBinding *binding, gpointer memory);

/** Reads a scalar or list as a row's value, with range and choices; false with an error added. */
bool ivc_value_parse(const IvcParam *param, const IvcNode *node, IvcBinding *binding,
                     IvcValue *ret_value, IvcDiags *diags);
/** Writes a value into the field of a spec. */
void ivc_value_store(const IvcParam *param, const IvcValue *value, void *spec);
