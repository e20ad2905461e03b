/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frames.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"

struct frames {
    struct frames_config with;
    struct loop_timer *timer;
    struct loop_timer *blink_timer;
    enum term_blink blink;
    uint64_t last_us[FRAMES_CAUSES]; /* when what they did was drawn */
    bool is_due[FRAMES_CAUSES];      /* they did something since */
    uint64_t armed_us; /* when the timer fires, while it is armed */
    uint64_t synchronizing_since_us; /* 0 while the guest does not */
    bool redraw;                     /* the next frame draws everything */
};

static void on_time(void *data);
static void on_blink_time(void *data);

void
frames_new(struct frames **out, const struct frames_config *config)
{
    struct frames *f = xcalloc(1, sizeof(*f));

    f->with = *config;
    f->redraw = true;
    loop_timer_new(&f->timer, config->loop, LOOP_PRIORITY_RENDER, on_time, f);
    loop_timer_new(&f->blink_timer, config->loop, LOOP_PRIORITY_RENDER,
                   on_blink_time, f);
    *out = f;
}

void
frames_free(struct frames *f)
{
    if (f == NULL) {
        return;
    }
    loop_timer_free(f->blink_timer);
    loop_timer_free(f->timer);
    free(f);
}

static void
note_synchronizing(struct frames *f, uint64_t now_us)
{
    if (!term_is_synchronizing(f->with.term)) {
        f->synchronizing_since_us = 0;
    } else if (f->synchronizing_since_us == 0) {
        f->synchronizing_since_us = now_us;
    }
}

static uint64_t
next_frame_us(const struct frames *f)
{
    uint64_t last_us = f->last_us[FRAMES_GUEST];

    if (f->is_due[FRAMES_VIEWERS] &&
        (!f->is_due[FRAMES_GUEST] || f->last_us[FRAMES_VIEWERS] < last_us)) {
        last_us = f->last_us[FRAMES_VIEWERS];
    }
    uint64_t next_us = last_us + f->with.interval_us;

    if (f->synchronizing_since_us != 0) {
        uint64_t limit_us = f->synchronizing_since_us + FRAMES_SYNCHRONIZE_US;
        next_us = limit_us > next_us ? limit_us : next_us;
    }
    return next_us;
}

static void
arm(struct frames *f, uint64_t now_us)
{
    uint64_t next_us = next_frame_us(f);

    /* A frame that is due is never put off by more output. */
    if (loop_timer_is_armed(f->timer) && f->armed_us <= next_us) {
        return;
    }
    f->armed_us = next_us;
    loop_timer_arm(f->timer, next_us > now_us ? next_us - now_us : 0);
}

/* Arms the timer while there is something for it to do. */
static void
keep_blinking(struct frames *f)
{
    if (!loop_timer_is_armed(f->blink_timer) && vnc_wants_frame(f->with.vnc) &&
        term_has_blinking(f->with.term)) {
        loop_timer_arm(f->blink_timer, FRAMES_BLINK_US);
    }
}

static void
set_blink(struct frames *f, enum term_blink blink)
{
    f->blink = blink;
    term_set_blink(f->with.term, blink);
}

/* Nothing is left hidden when this ends. */
static void
on_blink_time(void *data)
{
    struct frames *f = data;
    bool goes_on =
        vnc_wants_frame(f->with.vnc) && term_has_blinking(f->with.term);
    bool hide = goes_on && f->blink == TERM_BLINK_SHOW;

    set_blink(f, hide ? TERM_BLINK_HIDE : TERM_BLINK_SHOW);
    frames_schedule(f, FRAMES_VIEWERS);
}

void
frames_schedule(struct frames *f, enum frames_cause cause)
{
    if (term_is_dirty(f->with.term)) {
        f->is_due[cause] = true;
    }
    frames_resume(f);
}

void
frames_resume(struct frames *f)
{
    uint64_t now_us = loop_now_us(f->with.loop);

    note_synchronizing(f, now_us);
    keep_blinking(f);
    if (!f->redraw && !term_is_dirty(f->with.term)) {
        return;
    }
    if (vnc_wants_frame(f->with.vnc)) {
        arm(f, now_us);
    }
}

static void
on_time(void *data)
{
    struct frames *f = data;
    uint64_t now_us = loop_now_us(f->with.loop);

    /* The guest may have begun to hold the picture back since. */
    if (next_frame_us(f) > now_us) {
        arm(f, now_us);
    } else {
        frames_draw(f);
    }
}

static void
on_area_drawn(void *data, struct rect area)
{
    struct frames *f = data;

    vnc_mark(f->with.vnc, area);
}

static void
draw_everything(struct frames *f, const struct canvas *canvas)
{
    struct screen_view view;
    struct damage damage;

    /* What has changed until now is drawn along with the rest. */
    (void)term_take_damage(f->with.term, &damage);
    term_view(f->with.term, &view);
    render_all(f->with.render, canvas, &view);
    vnc_mark(f->with.vnc, (struct rect){.width = canvas->size.width,
                                        .height = canvas->size.height});
    f->redraw = false;
}

static void
draw_damage(struct frames *f, const struct canvas *canvas)
{
    struct pixel_size cell = render_cell_size(f->with.render);
    struct screen_view view;
    struct damage damage;

    if (!term_take_damage(f->with.term, &damage)) {
        return;
    }
    term_view(f->with.term, &view);
    if (damage.scroll.lines != 0) {
        int rows = damage.scroll.bottom - damage.scroll.top;
        int cols = damage.scroll.right - damage.scroll.left;
        struct rect area = {.x = damage.scroll.left * cell.width,
                            .y = damage.scroll.top * cell.height,
                            .width = cols * cell.width,
                            .height = rows * cell.height};
        vnc_scroll(f->with.vnc, area, damage.scroll.lines * cell.height);
    }
    render_damage(f->with.render, canvas, &view, &damage, on_area_drawn, f);
}

/* Returns whether there is a picture. */
static bool
draw(struct frames *f)
{
    struct pixel_size size = vnc_size(f->with.vnc);
    struct canvas canvas = {.pixels = vnc_pixels(f->with.vnc),
                            .size = size,
                            .stride = (size_t)size.width};

    if (canvas.pixels == NULL) {
        return false;
    }
    if (f->redraw) {
        draw_everything(f, &canvas);
    } else {
        draw_damage(f, &canvas);
    }
    return true;
}

/* What nobody has scheduled counts as the guest's. */
static void
note_drawn(struct frames *f)
{
    uint64_t now_us = loop_now_us(f->with.loop);

    if (f->is_due[FRAMES_GUEST] || !f->is_due[FRAMES_VIEWERS]) {
        f->last_us[FRAMES_GUEST] = now_us;
    }
    if (f->is_due[FRAMES_VIEWERS]) {
        f->last_us[FRAMES_VIEWERS] = now_us;
    }
    f->is_due[FRAMES_GUEST] = false;
    f->is_due[FRAMES_VIEWERS] = false;
}

void
frames_draw(struct frames *f)
{
    if (draw(f)) {
        note_drawn(f);
        vnc_flush(f->with.vnc);
    }
}

void
frames_draw_all(struct frames *f, enum frames_cause cause)
{
    f->redraw = true;
    f->is_due[cause] = true;
    frames_draw(f);
}

void
frames_update_picture(struct frames *f)
{
    bool is_old = f->redraw || term_is_dirty(f->with.term);

    if (is_old && draw(f)) {
        arm(f, loop_now_us(f->with.loop));
    }
}

void
frames_stop(struct frames *f)
{
    loop_timer_disarm(f->timer);
    loop_timer_disarm(f->blink_timer);
    set_blink(f, TERM_BLINK_SHOW);
    f->redraw = true;
}
