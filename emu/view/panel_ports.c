/*
 * panel_ports.c - Mach ports: left the tasks with their names for rights, right
 * the ports with their queues, and an arrow for each right, which points at
 * what the name means.
 *
 *      pid 4 server                              port 2
 *        0x103  receive          ==========>       pid 4 receives
 *        0x203  send-once        - - - - - .       [7000 lab_null, 32 bytes]
 *      pid 5 client                         `>   port 3
 *        0x103  send x2          ---------->       ...
 *      0x103: port 2 in pid 4, port 3 in pid 5, nothing in pid 6
 */
#include "frame.h"
#include "tabs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD    22.0 /* a box's title */
#define ROW     19.0
#define PADDING 5.0 /* under a box's last row */
#define GAP     10.0

/* Where things lie; y counts from the top of all there is, scrolled or not. */
struct sheet {
    struct box in; /* what is seen of it */
    double top;    /* y of its upper edge */
    double task_w, port_x, port_w;
    double height;
    const struct scene_ports *s;
    const double *port_y;
    size_t about; /* the port that the pointer asks about, or SCENE_NO_PORT */
};

static double task_y(const struct sheet *sheet, size_t i)
{
    return (double)i * (HEAD + PADDING + GAP) +
           (double)sheet->s->task[i].first * ROW;
}

static double name_y(const struct sheet *sheet, size_t i)
{
    return task_y(sheet, sheet->s->name[i].task) + HEAD +
           (double)(i - sheet->s->task[sheet->s->name[i].task].first) * ROW;
}

static double port_height(const struct scene_port *port)
{
    return HEAD + ROW * (double)(1 + port->waiting) + PADDING;
}

/* Each port beside its anchor, or below the port before. False: no memory. */
static bool place_ports(struct view *v, struct sheet *sheet)
{
    const struct scene_ports *s = sheet->s;
    if (s->ports > v->port_room) {
        double *grown = realloc(v->port_y, s->ports * sizeof *grown);
        if (!grown)
            return false;
        v->port_y = grown;
        v->port_room = s->ports;
    }
    double y = 0;
    for (size_t i = 0; i < s->ports; i++) {
        size_t anchor = s->port[i].anchor;
        if (anchor < s->names)
            y = fmax(y, name_y(sheet, anchor) - HEAD);
        v->port_y[i] = y;
        y += port_height(&s->port[i]) + GAP;
    }
    double left = 0;
    if (s->tasks)
        left = task_y(sheet, s->tasks - 1) + HEAD + PADDING +
               ROW * (double)s->task[s->tasks - 1].names;
    sheet->height = fmax(left, y - GAP);
    sheet->port_y = v->port_y;
    return true;
}

/* Where y is on the canvas. */
static double on_canvas(const struct sheet *sheet, double y)
{
    return sheet->in.y + y - sheet->top;
}

static bool in_sight(const struct sheet *sheet, double y, double h)
{
    double at = on_canvas(sheet, y);
    return at + h > sheet->in.y && at < box_bottom(sheet->in);
}

/* A line of text is shown only whole. */
static bool row_shown(const struct sheet *sheet, double y)
{
    double at = on_canvas(sheet, y);
    return at >= sheet->in.y && at + ROW <= box_bottom(sheet->in);
}

/* ---- Names ---- */

static void rights_text(const struct scene_name *n, char *text, size_t size)
{
    static const struct {
        unsigned bit;
        const char *word;
    } words[] = {{PORT_RECEIVE, "receive"},
                 {PORT_SET, "port set"},
                 {PORT_SEND_ONCE, "send-once"},
                 {PORT_SEND, "send"},
                 {PORT_DEAD_NAME, "dead name"}};
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (n->rights & words[i].bit && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s",
                                     used ? ", " : "", words[i].word);
    if (n->refs > 1 && n->rights & (PORT_SEND | PORT_DEAD_NAME) && used < size)
        snprintf(text + used, size - used, " \xc3\x97%u", n->refs);
}

static void name_row(struct frame *f, const struct sheet *sheet, size_t i)
{
    const struct scene_name *n = &sheet->s->name[i];
    const struct palette *p = f->p;
    double y = on_canvas(sheet, name_y(sheet, i)), x = sheet->in.x + 8;
    double right = sheet->in.x + sheet->task_w - 8;
    struct box row = BOX(sheet->in.x + 3, y, sheet->task_w - 6, ROW - 1);
    char text[80];
    bool lit = n->fresh;
    if (lit)
        draw_rect(f->d, row, p->lit)->radius = 3;
    else if (frame_hovered(f, row))
        draw_rect(f->d, row, p->field)->radius = 3;
    colour ink = lit ? p->on_lit : p->ink, soft = lit ? p->on_lit : p->soft;
    x += fmax(50, draw_textf(f->d, FONT_MONO_BOLD, x, y + 1, right - x, ink,
                             "0x%x", n->name)) +
         8;
    const char *whither = "";
    if (n->port != SCENE_NO_PORT)
        whither = sheet->s->port[n->port].title;
    if (right - x > 150)
        right -= draw_text_right(f->d, FONT_SMALL, right, y + 1, 110, soft,
                                 whither) +
                 10;
    rights_text(n, text, sizeof text);
    draw_text(f->d, FONT_SMALL, x, y + 1, right - x, ink, text);
    frame_hot(f, row, HOT_CROSSING, n->crossing,
              "Select the crossing in which this name changed last");
}

static void task_card(struct frame *f, const struct sheet *sheet, size_t i)
{
    const struct scene_task *task = &sheet->s->task[i];
    double y = task_y(sheet, i), h = HEAD + ROW * (double)task->names + PADDING;
    if (!in_sight(sheet, y, h))
        return;
    double x = sheet->in.x, top = on_canvas(sheet, y);
    draw_card(f->d, BOX(x, top, sheet->task_w, h), f->p->card,
              f->p->space[HUE_USER], 6);
    if (row_shown(sheet, y))
        draw_textf(f->d, FONT_SMALL_BOLD, x + 8, top + 3, sheet->task_w - 16,
                   f->p->word[HUE_USER], "names of %s", task->who);
    for (size_t k = task->first; k < task->first + task->names; k++)
        if (row_shown(sheet, name_y(sheet, k)))
            name_row(f, sheet, k);
}

/* ---- Ports ---- */

static void message_row(struct frame *f, const struct sheet *sheet,
                        const struct scene_waiting *m, double y)
{
    const struct palette *p = f->p;
    struct box row = BOX(sheet->port_x + 6, on_canvas(sheet, y),
                         sheet->port_w - 12, ROW - 2);
    double x = row.x + 24, right = box_right(row) - 4;
    char more[96];
    bool lit = m->fresh || frame_hovered(f, row);
    draw_card(f->d, row,
              m->fresh ? p->lit
              : lit    ? p->card
                       : p->field,
              p->line, 3);
    colour ink = m->fresh ? p->on_lit : p->ink;
    colour soft = m->fresh ? p->on_lit : p->soft;
    /* an envelope */
    struct box letter = BOX(row.x + 5, row.y + 4, 13, 9);
    draw_card(f->d, letter, COLOUR_NONE, ink, 1);
    draw_line(f->d, letter.x, letter.y, letter.x + 6.5, letter.y + 5, ink);
    draw_line(f->d, letter.x + 6.5, letter.y + 5, letter.x + 13, letter.y, ink);
    snprintf(more, sizeof more, "%u bytes, %s", m->size, m->from);
    x += draw_text(f->d, FONT_SMALL_BOLD, x, row.y, right - x, ink, m->what) +
         10;
    draw_text(f->d, FONT_SMALL, x, row.y, right - x, soft, more);
    frame_hot(f, row, HOT_CROSSING, m->crossing,
              "Select the crossing that sent this message");
}

static void port_head(struct frame *f, const struct sheet *sheet, size_t i)
{
    const struct scene_port *port = &sheet->s->port[i];
    char waits[40];
    double y = on_canvas(sheet, sheet->port_y[i]) + 3, x = sheet->port_x + 10;
    double right = sheet->port_x + sheet->port_w - 8;
    colour ink = f->p->word[port->dead ? HUE_REFUSAL : HUE_KERNEL];
    x += draw_text(f->d, FONT_SMALL_BOLD, x, y, right - x, ink, port->title) +
         12;
    snprintf(waits, sizeof waits, "%zu message%s wait%s", port->waiting,
             port->waiting == 1 ? "" : "s", port->waiting == 1 ? "s" : "");
    if (port->has_queue && right - x > 70)
        draw_text_right(f->d, FONT_SMALL, right, y, right - x, f->p->soft,
                        port->waiting ? waits : "empty");
}

static void port_card(struct frame *f, const struct sheet *sheet, size_t i)
{
    const struct scene_port *port = &sheet->s->port[i];
    double y = sheet->port_y[i], h = port_height(port);
    if (!in_sight(sheet, y, h))
        return;
    struct draw_item *card = draw_card(
        f->d, BOX(sheet->port_x, on_canvas(sheet, y), sheet->port_w, h),
        f->p->card, f->p->space[port->dead ? HUE_REFUSAL : HUE_KERNEL], 6);
    card->dashed = port->dead || port->is_set;
    card->stroke_width = sheet->about == i ? 3 : 1.5;
    if (row_shown(sheet, y))
        port_head(f, sheet, i);
    y += HEAD;
    if (row_shown(sheet, y))
        draw_text(f->d, FONT_SMALL, sheet->port_x + 10, on_canvas(sheet, y),
                  sheet->port_w - 18, f->p->soft, port->receiver);
    for (size_t k = 0; k < port->waiting; k++)
        if (row_shown(sheet, y += ROW))
            message_row(f, sheet, &sheet->s->message[port->first + k], y);
}

/* ---- Rights ---- */

/* Thick: receive; thin: send; dashed: send-once. */
static void right_line(struct frame *f, unsigned right, double x0, double y0,
                       double x1, double y1, colour c)
{
    struct draw_item *line = draw_line(f->d, x0, y0, x1 - 6, y1, c);
    line->stroke_width = right & (PORT_RECEIVE | PORT_SET) ? 3.5 : 1.5;
    line->dashed = right == PORT_SEND_ONCE;
    draw_triangle(f->d, BOX(x1 - 8, y1 - 5, 8, 10), 0, c);
}

static void arrows_of(struct frame *f, const struct sheet *sheet, size_t i)
{
    const struct scene_name *n = &sheet->s->name[i];
    double x0 = sheet->in.x + sheet->task_w + 2, x1 = sheet->port_x - 2;
    double from = name_y(sheet, i) + ROW / 2;
    double y0 = on_canvas(sheet, from);
    if (n->port == SCENE_NO_PORT) { /* a stump with a cross */
        if (!row_shown(sheet, name_y(sheet, i)))
            return;
        colour c = f->p->space[HUE_REFUSAL];
        draw_line(f->d, x0, y0, x0 + 12, y0, c);
        draw_line(f->d, x0 + 10, y0 - 4, x0 + 18, y0 + 4, c);
        draw_line(f->d, x0 + 10, y0 + 4, x0 + 18, y0 - 4, c);
        return;
    }
    double to = sheet->port_y[n->port] + HEAD / 2 + 1;
    if (!in_sight(sheet, fmin(from, to), fabs(from - to) + 1))
        return;
    double y1 = on_canvas(sheet, to), apart = 0;
    bool other = sheet->about != SCENE_NO_PORT && sheet->about != n->port;
    unsigned receives = n->rights & (PORT_RECEIVE | PORT_SET);
    if (receives && n->rights & PORT_SEND)
        apart = 4;
    if (receives)
        right_line(f, receives, x0, y0 - apart, x1, y1 - apart,
                   other ? f->p->line : f->p->space[HUE_KERNEL]);
    if (n->rights & (PORT_SEND | PORT_SEND_ONCE))
        right_line(f, n->rights & (PORT_SEND | PORT_SEND_ONCE), x0, y0 + apart,
                   x1, y1 + apart, other ? f->p->line : f->p->space[HUE_USER]);
}

/* ---- Above and below ---- */

static void legend(struct frame *f, struct box b)
{
    static const struct {
        unsigned right;
        const char *word;
    } kinds[] = {{PORT_RECEIVE, "receive right"},
                 {PORT_SEND, "send"},
                 {PORT_SEND_ONCE, "send-once"}};
    double x = b.x, right = box_right(b);
    char text[80];
    snprintf(text, sizeof text, "%s", f->s->ports.moment);
    double w = draw_width(f->d, FONT_SMALL_BOLD, text);
    if (w < b.w) {
        draw_text_right(f->d, FONT_SMALL_BOLD, right, b.y, w + 1, f->p->ink,
                        text);
        right -= w + 16;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        double need = 40 + draw_width(f->d, FONT_SMALL, kinds[i].word);
        if (x + need > right)
            return;
        right_line(f, kinds[i].right, x, b.y + 8, x + 30, b.y + 8,
                   f->p->space[i ? HUE_USER : HUE_KERNEL]);
        draw_text(f->d, FONT_SMALL, x + 36, b.y, right - x - 36, f->p->soft,
                  kinds[i].word);
        x += need + 12;
    }
    static const char caption[] =
        "A name is one task's own number for its right to a port. A task never "
        "holds the port itself.";
    double need = draw_width(f->d, FONT_SMALL, caption);
    if (x + need + 12 < right)
        draw_text(f->d, FONT_SMALL, x + 12, b.y, need + 1, f->p->soft, caption);
}

/* The name to compare: under the pointer, else the one that most tasks have. */
static size_t name_to_tell(const struct frame *f, const struct sheet *sheet)
{
    const struct scene_ports *s = sheet->s;
    size_t best = 0, most = 0;
    for (size_t i = 0; i < s->names; i++) {
        double y = name_y(sheet, i);
        if (row_shown(sheet, y) &&
            frame_hovered(
                f, BOX(sheet->in.x, on_canvas(sheet, y), sheet->task_w, ROW)))
            return i;
        if (i >= 64 && s->names > 2000)
            continue; /* too many to compare them all */
        size_t tasks = 0;
        for (size_t k = 0; k < s->names; k++)
            tasks += s->name[k].name == s->name[i].name;
        if (tasks > most) {
            most = tasks;
            best = i;
        }
    }
    return best;
}

static void meaning_in(const struct scene_ports *s, size_t task, uint32_t name,
                       char *text, size_t n)
{
    const struct scene_task *t = &s->task[task];
    snprintf(text, n, "in pid %d: nothing", t->pid);
    for (size_t i = t->first; i < t->first + t->names; i++)
        if (s->name[i].name == name)
            snprintf(text, n, "in pid %d: %s", t->pid,
                     s->name[i].port == SCENE_NO_PORT
                         ? "dead"
                         : s->port[s->name[i].port].title);
}

/* One name, several tasks. */
static void same_name(struct frame *f, const struct scene_ports *s, size_t i,
                      struct box b)
{
    size_t card = f->d->items;
    draw_card(f->d, b, f->p->card, f->p->soft, 6)->dashed = true;
    struct box in = box_inset(b, 10, 5);
    double x = in.x, y = in.y, right = box_right(in);
    x += draw_text(f->d, FONT_SMALL, x, y, right - x, f->p->soft, "the name") +
         6;
    x += draw_textf(f->d, FONT_MONO_BOLD, x, y, right - x, f->p->ink, "0x%x",
                    s->name[i].name) +
         12;
    for (size_t t = 0; t < s->tasks; t++) {
        char text[80];
        meaning_in(s, t, s->name[i].name, text, sizeof text);
        bool means = !strstr(text, "nothing");
        enum font font = means ? FONT_SMALL_BOLD : FONT_SMALL;
        double w = draw_width(f->d, font, text);
        if (x + w > right && x > in.x) {
            x = in.x;
            y += 17;
        }
        if (y + 16 > box_bottom(in) + 1)
            return;
        x += draw_text(f->d, font, x, y, right - x,
                       means ? f->p->ink : f->p->soft, text) +
             16;
    }
    f->d->item[card].box.h = y + 21 - b.y; /* no higher than need be */
}

/* ---- The panel ---- */

static void widths(struct sheet *sheet)
{
    double w = sheet->in.w;
    sheet->task_w = round(fmin(w * 0.42, 360));
    double between = fmax(34, fmin(w * 0.18, 240));
    sheet->port_x = sheet->in.x + sheet->task_w + between;
    sheet->port_w = fmin(w - sheet->task_w - between, 460);
}

static size_t asked_about(const struct frame *f, const struct sheet *sheet)
{
    const struct scene_ports *s = sheet->s;
    const struct view *v = f->v;
    if (!box_holds(sheet->in, v->x, v->y))
        return SCENE_NO_PORT;
    for (size_t i = 0; i < s->names; i++)
        if (frame_hovered(f,
                          BOX(sheet->in.x, on_canvas(sheet, name_y(sheet, i)),
                              sheet->task_w, ROW)))
            return s->name[i].port;
    for (size_t i = 0; i < s->ports; i++)
        if (frame_hovered(f,
                          BOX(sheet->port_x, on_canvas(sheet, sheet->port_y[i]),
                              sheet->port_w, port_height(&s->port[i]))))
            return i;
    return SCENE_NO_PORT;
}

static void draw_sheet(struct frame *f, struct sheet *sheet)
{
    long *scroll = &f->v->scroll[PANEL_PORTS];
    long last = (long)ceil(fmax(0, sheet->height - sheet->in.h) / ROW);
    *scroll = *scroll > last ? last : *scroll < 0 ? 0 : *scroll;
    sheet->top = (double)*scroll * ROW;
    sheet->about = asked_about(f, sheet);
    struct box old = draw_clip(f->d, sheet->in);
    for (size_t i = 0; i < sheet->s->tasks; i++)
        task_card(f, sheet, i);
    for (size_t i = 0; i < sheet->s->ports; i++)
        port_card(f, sheet, i);
    for (size_t i = 0; i < sheet->s->names; i++)
        arrows_of(f, sheet, i);
    draw_unclip(f->d, old);
    frame_scrollbar(f,
                    BOX(sheet->in.x, sheet->in.y, sheet->in.w + 8, sheet->in.h),
                    (size_t)(sheet->height / ROW), (size_t)*scroll,
                    (size_t)(sheet->in.h / ROW));
}

void panel_ports(struct frame *f, struct box b)
{
    struct sheet sheet = {.s = &f->s->ports};
    right_tabs(f, PANEL_PORTS, &b);
    frame_hot(f, b, HOT_SCROLL, PANEL_PORTS, NULL);
    if (sheet.s->names == 0 && sheet.s->ports == 0) {
        draw_prose(f->d, FONT_TEXT, b.x, b.y + 4, b.w, 3, f->p->soft,
                   "No task has a right to a port here. machdemo, oolsend and "
                   "rpcdemo use them.");
        return;
    }
    legend(f, box_cut_top(&b, 22));
    bool compares = b.h >= 130 && sheet.s->names > 0;
    double lines = b.h >= 300 ? 2 : 1;
    struct box below = box_cut_bottom(&b, compares ? 10 + 17 * lines : 0);
    if (compares)
        box_cut_bottom(&b, 6);
    sheet.in = BOX(b.x, b.y, b.w - 8, b.h);
    widths(&sheet);
    if (sheet.in.h < ROW || sheet.port_w < 40 || !place_ports(f->v, &sheet))
        return;
    draw_sheet(f, &sheet);
    below.y = fmin(below.y, sheet.in.y + sheet.height + 12);
    if (compares)
        same_name(f, sheet.s, name_to_tell(f, &sheet), below);
}
