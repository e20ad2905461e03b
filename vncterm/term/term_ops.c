/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/pen.h"
#include "term/term_internal.h"

static void
on_ascii(void *data, const uint8_t *text, size_t len)
{
    print_ascii(data, text, len);
}

static void
on_code(void *data, uint32_t code)
{
    print_code(data, code);
}

static void
on_byte(void *data, uint8_t byte)
{
    print_byte(data, byte);
}

static void
shift_to(struct term *t, int set)
{
    t->cursor.charsets.gl = (uint8_t)set;
    term_update_coding(t);
}

/*
 * Without DECNRCM national sets are unknown, but for one: what is German there
 * is the user's mapping on Linux, which maps to what the font has.
 */
static void
designate(struct term *t, int which, enum guard_charset set)
{
    if (charset_is_national(set) && !t->modes.national) {
        if (set != GUARD_CHARSET_GERMAN) {
            return;
        }
        set = GUARD_CHARSET_ASCII;
    }
    t->cursor.charsets.sets[which] = (uint8_t)set;
    term_update_coding(t);
}

static void
on_control(void *data, uint8_t control)
{
    struct term *t = data;

    t->last_code = 0;
    switch (control) {
    case '\a':
        if (t->handler.on_bell != NULL) {
            t->handler.on_bell(t->data);
        }
        break;
    case '\b':
        cursor_backward(t, 1);
        break;
    case '\t':
        cursor_tabs(t, 1);
        break;
    case '\n':
    case '\v':
    case '\f':
        cursor_index(t);
        if (t->input.newline) {
            cursor_carriage_return(t);
        }
        break;
    case '\r':
        cursor_carriage_return(t);
        break;
    case 0x0e: /* SO */
        shift_to(t, 1);
        break;
    case 0x0f: /* SI */
        shift_to(t, 0);
        break;
    default: /* ENQ: the answer is empty */
        break;
    }
    if (t->doubled_lines) {
        cursor_fit_line(t);
    }
}

/*
 * There are too many operations for one switch: each of the functions below
 * knows some, and its default says that this is none of them.
 */

/* Moves of the cursor; false for any other operation. */
static bool
move_cursor(struct term *t, const struct guard_op *op)
{
    int count = guard_count(op, 0);

    switch (op->kind) {
    case GUARD_CUU:
        cursor_up(t, count);
        return true;
    case GUARD_CUD:
        cursor_down(t, count);
        return true;
    case GUARD_CUF:
        cursor_right(t, count);
        return true;
    case GUARD_CUB:
        cursor_backward(t, count);
        return true;
    case GUARD_CNL:
        cursor_down(t, count);
        cursor_carriage_return(t);
        return true;
    case GUARD_CPL:
        cursor_up(t, count);
        cursor_carriage_return(t);
        return true;
    case GUARD_CHA:
        cursor_address_col(t, count - 1);
        return true;
    case GUARD_HPR:
        cursor_address_col(t, cursor_col_from_origin(t) + count);
        return true;
    case GUARD_VPA:
        cursor_address_row(t, count - 1);
        return true;
    case GUARD_VPR:
        cursor_address_row(t, cursor_row_from_origin(t) + count);
        return true;
    case GUARD_CUP:
        cursor_address(t, count - 1, guard_count(op, 1) - 1);
        return true;
    case GUARD_CHT:
        cursor_tabs(t, count);
        return true;
    case GUARD_CBT:
        cursor_back_tabs(t, count);
        return true;
    case GUARD_IND:
        cursor_index(t);
        return true;
    case GUARD_NEL: /* in this order: beside the margins nothing scrolls */
        cursor_index(t);
        cursor_carriage_return(t);
        return true;
    case GUARD_RI:
        cursor_reverse_index(t);
        return true;
    default:
        return false;
    }
}

/* Changes of the screen's cells; false for any other operation. */
static bool
edit_cells(struct term *t, const struct guard_op *op)
{
    int which = guard_arg(op, 0, 0);
    int count = guard_count(op, 0);

    switch (op->kind) {
    case GUARD_ED:
        edit_erase_display(t, which, edit_protection(t));
        return true;
    case GUARD_EL:
        edit_erase_line(t, which, edit_protection(t));
        return true;
    case GUARD_DECSED:
        edit_erase_display(t, which, SCREEN_ERASE_UNPROTECTED);
        return true;
    case GUARD_DECSEL:
        edit_erase_line(t, which, SCREEN_ERASE_UNPROTECTED);
        return true;
    case GUARD_ECH:
        edit_erase_chars(t, count);
        return true;
    case GUARD_ICH:
        edit_insert_chars(t, count);
        return true;
    case GUARD_DCH:
        edit_delete_chars(t, count);
        return true;
    case GUARD_IL:
        edit_insert_lines(t, count);
        return true;
    case GUARD_DL:
        edit_delete_lines(t, count);
        return true;
    case GUARD_DECIC:
        edit_insert_cols(t, count);
        return true;
    case GUARD_DECDC:
        edit_delete_cols(t, count);
        return true;
    case GUARD_SL:
        edit_shift_cols(t, count);
        return true;
    case GUARD_SR:
        edit_shift_cols(t, -count);
        return true;
    case GUARD_DECBI:
        edit_back_index(t);
        return true;
    case GUARD_DECFI:
        edit_forward_index(t);
        return true;
    case GUARD_SU:
        edit_scroll(t, VT_SCROLL_UP, count);
        return true;
    case GUARD_SD:
        if (op->argc <= 1) { /* five are xterm's highlight tracking */
            edit_scroll(t, VT_SCROLL_DOWN, count);
        }
        return true;
    case GUARD_DECALN:
        edit_alignment_test(t);
        return true;
    case GUARD_DECSWL:
        edit_set_line_size(t, ROW_SINGLE);
        return true;
    case GUARD_DECDWL:
        edit_set_line_size(t, ROW_DOUBLE_WIDTH);
        return true;
    case GUARD_DECDHL_TOP:
        edit_set_line_size(t, ROW_DOUBLE_TOP);
        return true;
    case GUARD_DECDHL_BOTTOM:
        edit_set_line_size(t, ROW_DOUBLE_BOTTOM);
        return true;
    default:
        return false;
    }
}

static void
apply_sgr(struct term *t, const struct guard_op *op)
{
    switch (pen_apply_sgr(&t->cursor.pen, op)) {
    case PEN_FONT_SAME:
        return;
    case PEN_FONT_NORMAL:
        t->modes.cp437_font = false;
        break;
    case PEN_FONT_CP437:
        t->modes.cp437_font = true;
        break;
    }
    term_update_coding(t);
}

static void
protect(struct term *t, bool on)
{
    unsigned attrs = t->cursor.pen.attrs & ~(unsigned)CELL_PROTECTED;

    t->cursor.pen.attrs = (attrs | (on ? CELL_PROTECTED : 0)) & CELL_ATTRS;
}

/* DECSCA: 1 protects, 0 and 2 do not. */
static void
set_protection(struct term *t, int arg)
{
    if (arg <= 2) {
        protect(t, arg == 1);
        t->modes.iso_protection = false;
    }
}

/* SPA protects from all that erases; with EPA what has been stays so. */
static void
set_iso_protection(struct term *t, bool on)
{
    protect(t, on);
    t->modes.iso_protection |= on;
}

static void
set_margins(struct term *t, const struct guard_op *op)
{
    int bottom = guard_arg(op, 1, 0);

    margins_set_rows(t, guard_count(op, 0) - 1,
                     bottom > 0 ? bottom : t->size.rows);
}

/* DECSLRM with DECLRMM, else SCOSC. */
static void
set_column_margins(struct term *t, const struct guard_op *op)
{
    int right = guard_arg(op, 1, 0);

    if (t->modes.column_margins) {
        margins_set_cols(t, guard_count(op, 0) - 1,
                         right > 0 ? right : t->size.cols);
    } else {
        cursor_save(t);
    }
}

static void
set_linux_palette(struct term *t, const struct guard_op *op)
{
    palette_set(t, op->args[0],
                (uint32_t)op->args[1] << 16 | (uint32_t)op->args[2] << 8 |
                    (uint32_t)op->args[3]);
}

/* Pen, charsets, margins, modes and resets; false for any other operation. */
static bool
/* NOLINTNEXTLINE(readability-function-size): a flat switch */
change_state(struct term *t, const struct guard_op *op)
{
    switch (op->kind) {
    case GUARD_SGR:
        apply_sgr(t, op);
        return true;
    case GUARD_XTPUSHSGR:
        pens_push(t, op);
        return true;
    case GUARD_XTPOPSGR:
        pens_pop(t);
        return true;
    case GUARD_DECSCA:
        set_protection(t, guard_arg(op, 0, 0));
        return true;
    case GUARD_SPA:
    case GUARD_EPA:
        set_iso_protection(t, op->kind == GUARD_SPA);
        return true;
    case GUARD_XTSAVE:
        modes_save(t, op);
        return true;
    case GUARD_XTRESTORE:
        modes_restore(t, op);
        return true;
    case GUARD_XTSMTITLE:
    case GUARD_XTRMTITLE:
        window_set_title_modes(t, op);
        return true;
    case GUARD_DECSCL:
        modes_set_level(t, op);
        return true;
    case GUARD_S7C1T:
    case GUARD_S8C1T:
        t->modes.eight_bit_controls =
            op->kind == GUARD_S8C1T && t->modes.level > 1;
        return true;
    case GUARD_SM:
    case GUARD_RM:
    case GUARD_DECSET:
    case GUARD_DECRST:
        modes_apply(t, op);
        return true;
    case GUARD_XTMODKEYS:
    case GUARD_XTMODKEYS_OFF:
        key_modes_apply(t, op);
        return true;
    case GUARD_DECKPAM:
        t->input.keypad_application = true;
        return true;
    case GUARD_DECKPNM:
        t->input.keypad_application = false;
        return true;
    case GUARD_DECSTBM:
        set_margins(t, op);
        return true;
    case GUARD_HTS:
        cursor_set_tab(t);
        return true;
    case GUARD_DECST8C:
        if (guard_arg(op, 0, 0) == 5) {
            cursor_reset_tabs(t);
        }
        return true;
    case GUARD_TBC:
        cursor_clear_tabs(t, guard_arg(op, 0, 0));
        return true;
    case GUARD_DECSLRM:
        set_column_margins(t, op);
        return true;
    case GUARD_DECSC:
        cursor_save(t);
        return true;
    case GUARD_SCORC:
        if (op->argc == 0) { /* with arguments: keys of kitty's protocol */
            cursor_restore(t);
        }
        return true;
    case GUARD_DECRC:
        cursor_restore(t);
        return true;
    case GUARD_DECSCUSR:
        modes_set_cursor_style(t, guard_arg(op, 0, 0));
        return true;
    case GUARD_DESIGNATE:
        designate(t, op->args[0], (enum guard_charset)op->args[1]);
        return true;
    case GUARD_SHIFT:
        shift_to(t, op->args[0]);
        return true;
    case GUARD_SHIFT_RIGHT:
        t->cursor.charsets.gr = (uint8_t)op->args[0];
        return true;
    case GUARD_SINGLE_SHIFT:
        t->cursor.charsets.single_shift = (uint8_t)op->args[0];
        return true;
    case GUARD_CODING_UTF8:
    case GUARD_CODING_DEFAULT:
        t->input.coding =
            op->kind == GUARD_CODING_UTF8 ? CODING_UTF8 : CODING_LATIN1;
        term_update_coding(t);
        return true;
    case GUARD_LINUX_PALETTE:
        set_linux_palette(t, op);
        return true;
    case GUARD_LINUX_RESET:
        palette_reset_all(t);
        return true;
    case GUARD_DECSTR:
        term_reset_soft(t);
        return true;
    case GUARD_RIS:
        term_reset_hard(t);
        return true;
    default:
        return false;
    }
}

static void
answer(struct term *t, const struct guard_op *op)
{
    switch (op->kind) {
    case GUARD_DA1:
    case GUARD_DA2:
    case GUARD_DA3:
        report_attributes(t, op);
        break;
    case GUARD_DECREQTPARM:
        report_parameters(t, op);
        break;
    case GUARD_DECRQPSR:
        report_presentation(t, op);
        break;
    case GUARD_XTVERSION:
        report_version(t, op);
        break;
    case GUARD_DECSNLS:
        window_set_lines(t, op);
        break;
    case GUARD_DECSCPP:
        window_set_page_columns(t, op);
        break;
    case GUARD_DSR:
    case GUARD_DECDSR:
        report_status(t, op);
        break;
    case GUARD_DECRQM:
    case GUARD_DECRQM_ANSI:
        modes_report(t, op);
        break;
    case GUARD_XTQMODKEYS:
        key_modes_report(t, op);
        break;
    case GUARD_XTWINOPS:
        window_apply(t, op);
        break;
    default:
        break;
    }
}

/* The first of DEC's levels at which a terminal knows an operation. */
static int
level_of(enum guard_kind kind)
{
    switch (kind) {
    case GUARD_DECCRA:
    case GUARD_DECFRA:
    case GUARD_DECERA:
    case GUARD_DECSERA:
    case GUARD_DECCARA:
    case GUARD_DECRARA:
    case GUARD_DECSACE:
    case GUARD_DECRQCRA:
    case GUARD_DECIC:
    case GUARD_DECDC:
    case GUARD_DECBI:
    case GUARD_DECFI:
        return 4;
    case GUARD_DECRQM_ANSI:
    case GUARD_DECRQPSR:
        return 3;
    default:
        return 1;
    }
}

static void
on_op(void *data, const struct guard_op *op)
{
    struct term *t = data;

    if (op->kind == GUARD_REP) {
        print_again(t, guard_count(op, 0));
        t->last_code = 0; /* REP is a control function, too */
        return;
    }
    t->last_code = 0;
    if (t->modes.level < level_of(op->kind)) {
        return;
    }
    if (!change_state(t, op) && !move_cursor(t, op) && !edit_cells(t, op) &&
        !rect_apply(t, op)) {
        answer(t, op);
    }
    if (t->doubled_lines) {
        cursor_fit_line(t);
    }
}

static void
on_osc(void *data, int number, const char *text, size_t len)
{
    struct term *t = data;

    if (number != OSC_STATE) { /* a state says what REP repeats, then ends */
        t->last_code = 0;
    }
    osc_apply(t, number, text, len);
}

static void
on_dcs(void *data, const char *text, size_t len)
{
    struct term *t = data;

    t->last_code = 0;
    dcs_apply(t, text, len);
}

const struct guard_handler term_guard_handler = {
    .on_ascii = on_ascii,
    .on_code = on_code,
    .on_byte = on_byte,
    .on_control = on_control,
    .on_op = on_op,
    .on_osc = on_osc,
    .on_dcs = on_dcs,
};
