/* SPDX-License-Identifier: GPL-2.0-or-later */
/* XTMODKEYS of xterm's ctlseqs: how the modifiers of keys are said. */
#include "term/state_writer.h"
#include "term/term_internal.h"

/* The first parameter. xterm has more of them, for keys that we do not have. */
enum {
    RESOURCE_CURSOR = 1,
    RESOURCE_FUNCTION = 2,
    RESOURCE_OTHER = 4,
};

enum {
    VALUE_NEVER = -1, /* what CSI > n sets */
};

static const int modify_values[] = {
    [KEY_MODIFY_SECOND] = 2,          [KEY_MODIFY_FIRST] = 1,
    [KEY_MODIFY_LEGACY] = 0,          [KEY_MODIFY_PRIVATE] = 3,
    [KEY_MODIFY_NEVER] = VALUE_NEVER,
};

/* A value that there is not changes nothing. */
static void
set_modify(enum key_modify *modify, int value)
{
    for (int i = 0; i <= KEY_MODIFY_NEVER; i++) {
        if (modify_values[i] == value) {
            *modify = (enum key_modify)i;
        }
    }
}

static void
set_resource(struct term *t, int resource, int value)
{
    switch (resource) {
    case RESOURCE_CURSOR:
        set_modify(&t->input.modify_cursor, value);
        break;
    case RESOURCE_FUNCTION:
        set_modify(&t->input.modify_function, value);
        break;
    case RESOURCE_OTHER:
        /* Never and 0 are the same here. */
        value = value == VALUE_NEVER ? KEY_MODIFY_OTHER_NONE : value;
        if (value <= KEY_MODIFY_OTHER_ALL) {
            t->input.modify_other = (enum key_modify_other)value;
        }
        break;
    default:
        break;
    }
}

void
key_modes_reset(struct term *t)
{
    t->input.modify_cursor = KEY_MODIFY_SECOND;
    t->input.modify_function = KEY_MODIFY_SECOND;
    t->input.modify_other = KEY_MODIFY_OTHER_NONE;
}

static void
reset_resource(struct term *t, int resource)
{
    set_resource(t, resource,
                 resource == RESOURCE_OTHER ? (int)KEY_MODIFY_OTHER_NONE
                                            : modify_values[KEY_MODIFY_SECOND]);
}

void
key_modes_apply(struct term *t, const struct guard_op *op)
{
    int resource = guard_arg(op, 0, 0);

    if (op->kind == GUARD_XTMODKEYS_OFF) {
        /* Without a parameter xterm takes 2. */
        set_resource(t, guard_arg(op, 0, RESOURCE_FUNCTION), VALUE_NEVER);
    } else if (op->argc == 0) {
        key_modes_reset(t);
    } else if (guard_arg(op, 1, GUARD_MISSING) == GUARD_MISSING) {
        reset_resource(t, resource);
    } else {
        set_resource(t, resource, op->args[1]);
    }
}

void
key_modes_report(struct term *t, const struct guard_op *op)
{
    int resource = guard_arg(op, 0, 0);

    switch (resource) {
    case RESOURCE_CURSOR:
        report(t, "\033[>%d;%dm", resource,
               modify_values[t->input.modify_cursor]);
        break;
    case RESOURCE_FUNCTION:
        report(t, "\033[>%d;%dm", resource,
               modify_values[t->input.modify_function]);
        break;
    case RESOURCE_OTHER:
        report(t, "\033[>%d;%dm", resource, (int)t->input.modify_other);
        break;
    default:
        break;
    }
}

/* Never has a spelling of its own; numbers are not negative. */
static void
put_modify(struct state_writer *w, int resource, enum key_modify modify)
{
    if (modify == KEY_MODIFY_NEVER) {
        state_put_format(w, "\033[>%dn", resource);
    } else if (modify != KEY_MODIFY_SECOND) {
        state_put_format(w, "\033[>%d;%dm", resource, modify_values[modify]);
    }
}

void
key_modes_write(struct state_writer *w, const struct input_modes *input)
{
    put_modify(w, RESOURCE_CURSOR, input->modify_cursor);
    put_modify(w, RESOURCE_FUNCTION, input->modify_function);
    if (input->modify_other != KEY_MODIFY_OTHER_NONE) {
        state_put_format(w, "\033[>%d;%dm", RESOURCE_OTHER,
                         (int)input->modify_other);
    }
}
